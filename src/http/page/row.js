/** One case in a list: who it is, its window, what is left, and how it stands. */

import { Bar } from "./bar.js";
import { badge, element, setAttribute, setClass, setText, value } from "./dom.js";
import { toCase } from "./route.js";
import { scale, windowOf } from "./window.js";
import { count, duration, left, outcome, spaced, timeOfDay } from "./words.js";

export class Row {
    node = element("li", { class: "case" });
    #link = element("a", { class: "instance" });
    #where = element("p", { class: "where" });
    #bar = new Bar();
    #scale = element("p", { class: "scale" });
    #left = element("p", { class: "left", "data-clock": "" });
    #state = element("div", { class: "state" });
    #shown = null;

    constructor() {
        const who = element("div", { class: "who" }, element("p", {}, this.#link), this.#where);
        const course = element("div", { class: "course" }, this.#bar.node, this.#scale);
        this.node.append(who, course, this.#left, this.#state);
        // A row that has just come into view gets a click itself, since nothing in it has been drawn yet.
        this.node.addEventListener("click", ({ target }) => target === this.node && this.#link.click());
    }

    update(shown, now) {
        this.#shown = shown;
        setAttribute(this.#link, "href", toCase(shown.name));
        this.#link.replaceChildren(value(shown.instance || shown.name || "unknown instance"));
        this.#where.replaceChildren(...where(shown));
        this.#bar.update(shown, now);
        setText(this.#scale, [otherSignal(shown), scale(windowOf(shown, now))].filter(Boolean).join(", "));
        setClass(this.node, "at-risk", shown.atRisk);
        this.#state.replaceChildren(...state(shown));
        this.tick(now);
    }

    /** Lets time pass. */
    tick(now) {
        this.#bar.tick(now);
        setText(this.#left, leftOf(this.#shown, now));
        const passed = this.#shown.open && this.#shown.deadline !== null && this.#shown.deadline < now;
        setClass(this.#left, "over", passed);
    }

    /** The name of its case. */
    get name() {
        return this.#shown.name;
    }

    focus() {
        this.#link.focus();
    }
}

/** Cluster, provider, zone and type, as far as they are known. */
function where({ cluster, provider, zone, type }) {
    const known = [cluster, provider, zone, type].filter(Boolean);
    if (known.length === 0) return ["not known yet whose instance it is"];
    return known.flatMap((it, index) => (index === 0 ? [value(it)] : [" · ", value(it)]));
}

/** What is left; of a case that has ended, when it did. */
function leftOf({ open, deadline, endedAt }, now) {
    if (!open) return endedAt === null ? "ended" : `ended ${timeOfDay(endedAt, now)}`;
    if (deadline === null) return "no deadline";
    const { amount, word } = left(deadline - now);
    return `${amount} ${word}`;
}

/** Most cases come from a notice, which need not be said at each. */
function otherSignal({ signal }) {
    return signal === "interruption_notice" ? "" : spaced(signal);
}

function state(shown) {
    const lines = [element("p", { class: "badges" }, standing(shown), tasks(shown.tasks))];
    if (shown.replacement) lines.push(replaced(shown));
    if (shown.open && shown.waiting.length > 0) {
        const more = shown.waiting.length > 1 ? `, and ${shown.waiting.length - 1} more` : "";
        lines.push(element("p", { class: "waiting" }, "waits: ", value(shown.waiting[0]), more));
    }
    if (!shown.open && !shown.outcome && shown.message) {
        lines.push(element("p", { class: "waiting" }, value(withoutInstance(shown))));
    }
    return lines;
}

/** Why nothing was done, without the name that stands in the row already. */
function withoutInstance({ instance, message }) {
    const rehearsed = `${instance} (dry run): `;
    if (message.startsWith(rehearsed)) return `dry run: ${message.slice(rehearsed.length)}`;
    return message.startsWith(`${instance}: `) ? message.slice(instance.length + 2) : message;
}

function risks({ risks: [first, ...rest] }) {
    return rest.length > 0 ? `${first.reason}, and ${rest.length} more` : first.reason;
}

/** How a case stands, as a badge. */
export function standing(shown) {
    if (!shown.open) return badge(outcome(shown.outcome, shown.reason));
    if (shown.atRisk) return badge({ words: `at risk: ${risks(shown)}`, tone: "warn", sign: "▲" });
    const reached = shown.phases.at(-1);
    return badge({ words: reached ? spaced(reached.name) : "looked up", tone: "open", sign: "●" });
}

function tasks({ graceful, killed, running }) {
    if (graceful + killed + running === 0) return element("span", { class: "tasks", text: "no tasks" });
    const said = [];
    if (running > 0) said.push(`${running} running`);
    if (graceful > 0) said.push(`${graceful} stopped`);
    const node = element("span", { class: "tasks", text: `tasks: ${said.join(", ")}` });
    if (killed > 0) node.append(said.length ? ", " : "", element("strong", { class: "bad", text: `${killed} killed` }));
    return node;
}

function replaced({ replacement, phases, saidAt }) {
    const joined = phases.find(({ name }) => name === "replacement_registered");
    const when = joined && saidAt !== null ? ` joined after ${duration(joined.at - saidAt)}` : " is coming";
    return element("p", { class: "replacement" }, "→ ", value(replacement), when);
}

/** How many there are, in words that hold for one as well. */
export function listed(shown, all, what) {
    return shown === all ? count(all, what) : `${shown} of ${count(all, what)}`;
}
