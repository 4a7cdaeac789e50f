/**
 * Draws the window of a case. On the bar is what has passed of it and the drain, above it the replacement, below it how its
 * tasks ended.
 */

import { drawn, setAttribute } from "./dom.js";
import { mark, tick } from "./signs.js";
import { DEADLINE, described, outgrown, passedAt, place, windowOf } from "./window.js";

/** The heights of the lanes, in pixels. */
const SMALL = { above: 8, top: 15, high: 14, below: 37, height: 42 };
const LARGE = { above: 11, top: 22, high: 22, below: 56, height: 64 };

const ABOVE = new Set(["replacement_requested", "replacement_registered"]);

const percent = (part) => `${(part * 100).toFixed(2)}%`;

export class Bar {
    node;
    #lanes;
    #passed;
    #window = null;
    #shown = null;

    constructor({ large = false } = {}) {
        this.#lanes = large ? LARGE : SMALL;
        const { top, high, height } = this.#lanes;
        this.node = drawn("svg", { class: large ? "bar large" : "bar", role: "img", focusable: "false", height });
        this.#passed = drawn("rect", { class: "passed", "data-clock": "", y: top, width: "100%", height: high });
    }

    /** Draws it for a case that has changed. */
    update(shown, now) {
        this.#shown = shown;
        this.#window = windowOf(shown, now);
        setAttribute(this.node, "aria-label", described(shown, this.#window));
        const scene = [this.#track(), this.#passed, ...this.#lines(), ...this.#ticks(), ...this.#marks()];
        this.node.replaceChildren(...scene);
        this.tick(now);
    }

    /** Lets time pass, and says whether the window has grown. Mostly it touches one transformation, which costs no layout. */
    tick(now) {
        if (outgrown(this.#window, this.#shown, now)) {
            this.update(this.#shown, now);
            return true;
        }
        const part = place(this.#window, passedAt(this.#shown, now)).toFixed(4);
        const transform = `scaleX(${part})`;
        if (this.#passed.style.transform !== transform) this.#passed.style.transform = transform;
        return false;
    }

    /** As long as the window, and behind the deadline nothing. */
    get #whole() {
        return this.#window.known ? DEADLINE : 1;
    }

    #track() {
        const { top, high } = this.#lanes;
        return drawn("rect", { class: "track", y: top, width: percent(this.#whole), height: high, rx: 2 });
    }

    #lines() {
        const { above, top, high } = this.#lanes;
        const lines = [0.25, 0.5, 0.75].map((part) => upright("quarter", part * this.#whole, top, top + high));
        if (this.#window.known) lines.push(upright("deadline", DEADLINE, top - 5, top + high + 3));
        const [asked, joined] = ["replacement_requested", "replacement_registered"].map((name) => this.#at(name));
        if (asked !== null && joined !== null) {
            lines.push(drawn("line", { class: "lead", x1: percent(asked), x2: percent(joined), y1: above, y2: above }));
        }
        return lines;
    }

    #at(name) {
        const phase = this.#shown.phases.find((it) => it.name === name);
        return phase === undefined ? null : place(this.#window, phase.at);
    }

    #marks() {
        const { above, top, high } = this.#lanes;
        const deadline = this.#window.known ? this.#window.start + this.#window.length : Infinity;
        return this.#shown.phases.map(({ name, at }) => {
            const late = at > deadline && name !== "closed";
            return put(place(this.#window, at), ABOVE.has(name) ? above : top + high / 2, mark(name, late));
        });
    }

    #ticks() {
        return this.#shown.ends.map(({ at, killed }) => put(place(this.#window, at), this.#lanes.below, tick(killed)));
    }
}

function put(part, y, shape) {
    return drawn("svg", { x: percent(part), y, overflow: "visible" }, shape);
}

function upright(name, part, from, to) {
    return drawn("line", { class: name, x1: percent(part), x2: percent(part), y1: from, y2: to });
}
