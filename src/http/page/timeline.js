/** The lists of cases: the open ones by deadline, and those that ended lately. */

import { byId, setClass, setHidden, setText } from "./dom.js";
import { Keyed } from "./keyed.js";
import { Row, listed } from "./row.js";
import { windowOf } from "./window.js";
import { timeOfDay } from "./words.js";

/** So many that have ended are shown before somebody asks for more. */
const ENDED_FEW = 20;

const NONE_ENDED = "None ended lately.";

/** What a filter finds is read aloud once nobody has typed for so long. */
const PAUSE_MS = 1_000;

/** Rows this close to the window of the browser are kept up to date. */
const MARGIN = "200px";

export class Timeline {
    #clock;
    #rows = new Map();
    #near = new Set();
    #watcher = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: MARGIN });
    #open;
    #ended;
    #endedMax = ENDED_FEW;
    #cases = [];
    #filter = null;
    #saying = null;

    constructor(clock) {
        this.#clock = clock;
        this.#open = this.#list("open-cases");
        this.#ended = this.#list("ended-cases");
        byId("ended-more").addEventListener("click", () => {
            this.#endedMax = Infinity;
            this.#showEnded();
            byId("ended-cases").querySelectorAll("a")[ENDED_FEW]?.focus();
        });
    }

    /** Shows those of the cases that the filter lets through. `more` are not listed by the operator. */
    show(cases, filter, more) {
        this.#cases = cases;
        if (this.#filter !== null && this.#filter !== filter) this.#say();
        this.#filter = filter;
        this.#keepingFocus(() => this.#showAll(more));
    }

    #showAll(more) {
        const [cases, filter] = [this.#cases, this.#filter];
        const open = cases.filter((shown) => shown.open);
        const found = open.filter((shown) => lets(filter, shown)).sort(byDeadline);
        this.#open.show(found);
        setText(byId("open-empty"), found.length ? "" : this.#nothingOpen(open.length));
        setHidden(byId("open-empty"), found.length > 0);
        setHidden(byId("axis"), found.length === 0);
        setClass(byId("axis"), "no-scale", !found.some((shown) => windowOf(shown, this.#clock.now()).two));
        this.#showEnded();
        const unlisted = more > 0 ? `; ${more} more interruptions are not listed` : "";
        setText(byId("shown-count"), `${found.length} of ${open.length} open shown${unlisted}`);
    }

    /** Lets time pass in the rows that are near the window of the browser; the others are told when they come near. */
    tick() {
        const now = this.#clock.now();
        for (const row of this.#near) row.tick(now);
    }

    /** Puts the focus on the case of this name; whether it is listed. */
    focus(name) {
        const entry = this.#open.get(name) ?? this.#ended.get(name);
        entry?.row.focus();
        return entry !== undefined;
    }

    /** Whoever is on a case stays on it when it ends; when it goes, on the one that stood behind it. */
    #keepingFocus(show) {
        const row = this.#rows.get(document.activeElement?.closest(".case"));
        if (row === undefined) return show();
        const names = [...byId("open-cases").children].map((node) => this.#rows.get(node).name);
        const behind = names.slice(names.indexOf(row.name) + 1);
        show();
        if (row.node.isConnected) return;
        if (![row.name, ...behind].some((name) => this.focus(name))) byId("all-title").focus();
    }

    #list(id) {
        const [make, left] = [() => this.#make(), ({ row }) => this.#drop(row)];
        return new Keyed(byId(id), { key: ({ name }) => name, make, left });
    }

    #make() {
        const row = new Row();
        this.#rows.set(row.node, row);
        this.#watcher.observe(row.node);
        return { node: row.node, row, update: (shown) => row.update(shown, this.#clock.now()) };
    }

    #drop(row) {
        this.#watcher.unobserve(row.node);
        this.#rows.delete(row.node);
        this.#near.delete(row);
    }

    #seen(entries) {
        for (const { target, isIntersecting } of entries) {
            const row = this.#rows.get(target);
            if (row === undefined) continue;
            if (!isIntersecting) this.#near.delete(row);
            else this.#near.add(row) && row.tick(this.#clock.now());
        }
    }

    #showEnded() {
        const all = this.#cases.filter((shown) => !shown.open);
        // What was at risk is no more once a case has ended: its outcome says what came of it.
        const wanted = this.#filter.ended && !this.#filter.atRisk;
        const found = wanted ? all.filter((shown) => lets(this.#filter, shown)) : [];
        const some = found.slice(0, this.#endedMax);
        this.#ended.show(some);
        setHidden(byId("ended"), !wanted);
        setHidden(byId("ended-empty"), found.length > 0);
        setText(byId("ended-empty"), all.length ? "None of those that ended lately is as the filter says." : NONE_ENDED);
        setHidden(byId("ended-more"), some.length === found.length);
        setText(byId("ended-more"), `Show all ${found.length}`);
        setText(byId("ended-count"), all.length ? listed(some.length, all.length, "case") : "");
    }

    #nothingOpen(open) {
        if (open > 0) return `None of the ${open} open interruptions is as the filter says.`;
        const last = Math.max(...this.#cases.map(({ endedAt }) => endedAt ?? -Infinity));
        const known = Number.isFinite(last);
        return `No interruption is open. ${known ? `The last ended at ${timeOfDay(last, this.#clock.now())}.` : NONE_ENDED}`;
    }

    /** Reads the count aloud, but not while somebody types, nor at every change of a storm. */
    #say() {
        clearTimeout(this.#saying);
        this.#saying = setTimeout(() => setText(byId("shown-said"), byId("shown-count").textContent), PAUSE_MS);
    }
}

/** Whether a filter lets a case through: all of its words occur in it. */
function lets({ words, cluster, atRisk }, shown) {
    if (cluster && shown.home !== cluster) return false;
    if (atRisk && !shown.atRisk) return false;
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    return wanted.every((word) => shown.words.includes(word));
}

function byDeadline(a, b) {
    const order = (a.deadline ?? Infinity) - (b.deadline ?? Infinity);
    if (order !== 0 && !Number.isNaN(order)) return order;
    return a.name < b.name ? -1 : Number(a.name > b.name);
}
