/** The top of the page: how the operator stands, and what stands in its way. */

import { byId, element, redraw, setAttribute, setHidden, setText, value } from "./dom.js";
import { list, number, object, text, time } from "./interruption.js";
import { toCase } from "./route.js";
import { amount, count, left, timeOfDay } from "./words.js";

/** So many troubles are shown before somebody asks for more. */
const TROUBLES_FEW = 6;

export class Summary {
    #clock;
    #live;
    #operator = null;
    #clusters = [];
    #cases = [];
    #soonest = null;

    constructor(clock, live) {
        this.#clock = clock;
        this.#live = live;
    }

    /** Shows how it all stands. `failures` are the parts that could not be read, with why. */
    show({ operator, clusters, cases, failures }) {
        [this.#operator, this.#clusters, this.#cases] = [operator, clusters, cases];
        const status = object(operator?.status);
        this.#showState();
        setText(byId("region"), [text(status.region), text(status.version)].filter(Boolean).join(" · "));
        const known = operator !== null;
        setText(byId("clusters-count"), known ? amount(number(status.clusters)) : "–");
        const open = cases.filter((shown) => shown.open);
        setText(byId("open-count"), known ? amount(Math.max(number(status.openInterruptions), open.length)) : "–");
        const risky = open.filter(({ atRisk }) => atRisk).length;
        setText(byId("risk-count"), risky > 0 ? `${risky} at risk` : "");
        const running = open.reduce((sum, shown) => sum + shown.tasks.running, 0);
        setText(byId("tasks-count"), known ? amount(running) : "–");
        this.#soonest = soonest(open, this.#clock.now());
        this.#showTroubles(failures);
        this.tick();
    }

    /** Lets time pass. */
    tick() {
        const now = this.#clock.now();
        setText(byId("now"), this.#operator === null ? "" : `${timeOfDay(now)} UTC`);
        if (this.#soonest !== null && this.#soonest.deadline < now) {
            this.#soonest = soonest(this.#cases.filter((shown) => shown.open), now);
        }
        this.#showSoonest(now);
    }

    #showSoonest(now) {
        const link = byId("soonest-link");
        const known = this.#soonest !== null;
        setHidden(link, !known);
        setText(byId("soonest"), known ? left(this.#soonest.deadline - now).amount : "none ahead");
        if (!known) return;
        setAttribute(link, "href", toCase(this.#soonest.name));
        setText(link, this.#soonest.instance);
    }

    #showState() {
        const { words, tone, sign } = standing(this.#live.state, this.#operator);
        const node = byId("state");
        setAttribute(node, "class", `state-now ${tone}`);
        setText(byId("state-sign"), sign);
        setText(byId("state-words"), words);
        setText(byId("connection"), this.#connection());
        document.documentElement.classList.toggle("stale", this.#live.state === "lost");
    }

    #connection() {
        const { state, lastWord } = this.#live;
        if (state === "live") return "Live";
        if (state === "polling") return "Asked every 5 s, since the operator has no event stream to spare";
        if (state === "resting") return "Asked every 15 s, since nobody looks";
        if (state === "connecting") return "Connecting";
        if (lastWord === null) return "The operator does not answer; trying again";
        const since = timeOfDay(lastWord, this.#clock.now());
        return `Stale since ${since} UTC; trying again. The countdowns run on, the rest is as it was then`;
    }

    #showTroubles(failures) {
        const now = this.#clock.now();
        const found = [...failures.map(([what, why]) => ({ place: what, kind: "could not be read", why }))];
        found.push(...falseOnes("operator", object(this.#operator?.status).conditions));
        for (const cluster of this.#clusters) {
            found.push(...falseOnes(`cluster ${text(cluster?.metadata?.name)}`, object(cluster?.status).conditions));
        }
        setHidden(byId("troubles"), found.length === 0);
        setText(byId("troubles-title"), `What stands in the way: ${count(found.length, "thing")}`);
        const [few, rest] = [found.slice(0, TROUBLES_FEW), found.slice(TROUBLES_FEW)];
        redraw(byId("troubles-list"), few, () => few.map((it) => trouble(it, now)));
        setHidden(byId("troubles-more"), rest.length === 0);
        setText(byId("troubles-more-title"), `${rest.length} more`);
        redraw(byId("troubles-rest"), rest, () => rest.map((it) => trouble(it, now)));
    }
}

/** The case whose deadline comes first of those that have not passed. */
function soonest(open, now) {
    const ahead = open.filter(({ deadline }) => deadline !== null && deadline >= now);
    return ahead.reduce((first, shown) => (first === null || shown.deadline < first.deadline ? shown : first), null);
}

/** How the operator stands, in a few words. What is worst comes first. */
function standing(connection, operator) {
    if (connection === "lost") return { words: "Connection lost", tone: "bad", sign: "✕" };
    if (operator === null) return { words: "Connecting", tone: "calm", sign: "…" };
    const condition = (kind) => list(object(operator.status).conditions).find((it) => it?.type === kind);
    const [ready, accepted, working] = ["Ready", "ConfigAccepted", "Working"].map(condition);
    if (accepted?.status === "False") return { words: "Configuration refused", tone: "bad", sign: "✕" };
    if (ready?.status !== "True") {
        return { words: `Not ready: ${text(ready?.message) || "no reason is told"}`, tone: "warn", sign: "!" };
    }
    if (object(operator.spec).paused === true) return { words: "Paused: nothing is received", tone: "warn", sign: "‖" };
    if (working?.status === "False") return { words: "Ready, with something in the way", tone: "warn", sign: "!" };
    return { words: "Ready", tone: "good", sign: "✓" };
}

function falseOnes(place, conditions) {
    const found = list(conditions).map(object).filter(({ status }) => status === "False");
    return found.map(({ type, reason, message, lastTransitionTime }) => {
        const kind = `${text(type)}: ${text(reason)}`;
        return { place, kind, why: text(message), since: time(lastTransitionTime) };
    });
}

function trouble({ place, kind, why, since }, now) {
    const when = since ? element("span", { class: "note", text: ` since ${timeOfDay(since, now)}` }) : null;
    const name = element("strong", {}, value(place), " · ", value(kind));
    const sign = element("span", { class: "sign", "aria-hidden": "true", text: "!" });
    return element("li", {}, sign, element("p", {}, name, when, element("br"), value(why)));
}
