/** A case's own page: all that the operator tells of it. */

import { Bar } from "./bar.js";
import { byId, element, redraw, setClass, setHidden, setText, value } from "./dom.js";
import { readCase, text, time, withoutTime } from "./interruption.js";
import { Turns, ask } from "./live.js";
import { endTable, phaseTable, tasksTold } from "./phases.js";
import { standing } from "./row.js";
import { tableOf } from "./table.js";
import { DEADLINE, scale, windowOf } from "./window.js";
import { duration, left, moment, spaced } from "./words.js";

const LOG = ["Time (UTC)", "Event", "Message"].map((title) => ({ title }));
const CONDITIONS = ["Condition", "Holds", "Reason", "Message", "Since (UTC)"].map((title) => ({ title }));
const REQUESTS = ["Call", "Request id"].map((title) => ({ title }));

/** What could not be read is asked for again after this. */
const AGAIN_MS = 5_000;

export class CasePage {
    #clock;
    #bar = new Bar({ large: true });
    #name = null;
    #shown = null;
    #turns = new Turns();
    #again = null;

    constructor(clock) {
        this.#clock = clock;
        byId("case-bar").prepend(this.#bar.node);
    }

    /** Opens the page of this case. What is `known` of it from the list is shown until the operator has answered. */
    open(name, known) {
        this.#name = name;
        this.#clear();
        setText(byId("case-title"), known?.instance || name.split("@")[0] || "Interruption");
        setText(byId("case-note"), known ? "" : "Asking the operator.");
        if (known) this.#show(known);
        return this.refresh();
    }

    close() {
        clearTimeout(this.#again);
        this.#name = null;
    }

    /** Asks for it anew. */
    async refresh() {
        clearTimeout(this.#again);
        if (this.#name === null) return;
        const [name, isNewest] = [this.#name, this.#turns.ask()];
        const counts = () => name === this.#name && isNewest();
        try {
            const item = await ask(`api/v1/interruptions/${encodeURIComponent(name)}`);
            if (!counts()) return;
            setText(byId("case-note"), "");
            this.#show(readCase(item));
        } catch (error) {
            if (counts()) this.#missing(error);
        }
    }

    /** Lets time pass. */
    tick() {
        if (this.#name === null || this.#shown === null) return;
        const now = this.#clock.now();
        if (this.#bar.tick(now)) this.#drawAxis(now);
        setText(byId("case-left"), leftOf(this.#shown, now));
    }

    #missing(error) {
        if (error.status === 404) {
            setText(byId("case-note"), error.message);
            this.#clear();
        } else {
            this.#again = setTimeout(() => this.refresh(), AGAIN_MS);
            setText(byId("case-note"), `It could not be read, and will be tried again: ${error.message}`);
        }
    }

    /** Nothing of the case before stays. */
    #clear() {
        this.#shown = null;
        setHidden(byId("case-facts"), true);
        redraw(byId("case-standing"), null, () => []);
        setText(byId("case-left"), "");
        for (const name of ["at-risk", "ended"]) setClass(byId("case"), name, false);
    }

    #show(shown) {
        this.#shown = shown;
        const now = this.#clock.now();
        setText(byId("case-title"), shown.instance || shown.name);
        setHidden(byId("case-facts"), false);
        setClass(byId("case"), "at-risk", shown.atRisk);
        setClass(byId("case"), "ended", !shown.open);
        redraw(byId("case-standing"), shown.signature, () => [standing(shown)]);
        setText(byId("case-message"), shown.open ? withoutTime(shown.message) ?? "" : shown.message);
        this.#drawAxis(now);
        this.#drawBar(shown, now);
        this.#waiting(shown);
        redraw(byId("case-about"), shown.signature, () => about(shown));
        redraw(byId("case-phases"), shown.signature, () => [phaseTable(shown)]);
        setText(byId("case-tasks"), tasksTold(shown));
        setHidden(byId("case-ends-more"), shown.ends.length === 0);
        setText(byId("case-ends-title"), `When ${shown.ends.length === 1 ? "it" : "each"} ended`);
        redraw(byId("case-ends"), shown.signature, () => [endTable(shown)]);
        this.#tables(shown);
        this.tick();
    }

    #drawAxis(now) {
        const window = windowOf(this.#shown, now);
        redraw(byId("case-window"), [window.length, window.known], () => axis(window));
    }

    #drawBar(shown, now) {
        if (this.#bar.signature === shown.signature) return;
        this.#bar.signature = shown.signature;
        this.#bar.update(shown, now);
    }

    #waiting({ open, risks, waiting }) {
        setHidden(byId("case-waiting"), !open || (waiting.length === 0 && risks.length === 0));
        redraw(byId("case-waiting-list"), [risks, waiting], () => {
            return [...risks.map(riskItem), ...waiting.map((message) => element("li", {}, value(message)))];
        });
    }

    #tables({ conditions, requests, events }) {
        const parts = [
            ["case-log", "Log", LOG, events, line],
            ["case-conditions", "Conditions", CONDITIONS, conditions, condition],
            ["case-requests", "Requests, as AWS names them", REQUESTS, requests, request],
        ];
        for (const [id, caption, columns, facts, cells] of parts) {
            setHidden(byId(id), facts.length === 0);
            redraw(byId(id), facts, () => [tableOf(caption, columns, facts.map(cells), { class: `stacked ${id}` })]);
        }
    }
}

function riskItem({ reason, message }) {
    return element("li", { class: "risk" }, element("strong", { text: "At risk: " }), value(message || reason));
}

function leftOf({ open, deadline, endedAt }, now) {
    if (!open) return endedAt === null ? "ended" : `ended ${moment(endedAt).slice(0, 19)} UTC`;
    if (deadline === null) return "no deadline";
    const { amount, word } = left(deadline - now);
    return `${amount} ${word === "left" ? "left until the deadline" : "past the deadline"}`;
}

/** The times at the quarters of the window. */
function axis(window) {
    const whole = window.known ? DEADLINE : 1;
    const labels = [0, 0.25, 0.5, 0.75, 1].map((part) => {
        const label = element("span", { text: duration(window.length * part) });
        label.style.setProperty("inset-inline-start", `${part * whole * 100}%`);
        return label;
    });
    const note = scale(window);
    return [element("div", { class: "axis-labels" }, ...labels), note ? element("p", { class: "note", text: note }) : ""];
}

function about(shown) {
    const facts = [
        ["Cluster", shown.cluster],
        ["SpotCluster", shown.spotCluster],
        ["Capacity provider", shown.provider],
        ["Auto Scaling group", shown.group],
        ["Zone", shown.zone],
        ["Instance type", shown.type],
        ["Container instance", shown.arn],
        ["Signal", spaced(shown.signal)],
        ["Given at (UTC)", shown.saidAt === null ? "" : moment(shown.saidAt)],
        ["Deadline (UTC)", shown.deadline === null ? "none" : moment(shown.deadline)],
        ["Replacement", shown.replacement || "none yet"],
        ["In the hands of", shown.replica],
        ["Case", shown.name],
    ];
    return facts.filter(([, it]) => it).map(([name, it]) => fact(name, it));
}

function fact(name, it) {
    return element("div", {}, element("dt", { text: name }), element("dd", {}, value(it)));
}

const at = (it) => (time(it) === null ? "–" : moment(time(it)));

function condition(it) {
    return [...["type", "status", "reason", "message"].map((name) => value(text(it[name]))), at(it.lastTransitionTime)];
}

function request([call, id]) {
    return [value(call), value(id)];
}

function line(it) {
    return [at(it.time), value(text(it.event)), value(text(it.message))];
}
