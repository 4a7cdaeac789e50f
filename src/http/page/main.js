/** Puts the parts together: what is heard becomes what is shown, once a frame at most. */

import { Budget, budgetOf } from "./budget.js";
import { CasePage } from "./case.js";
import { Clock } from "./clock.js";
import { byId, setHidden } from "./dom.js";
import { Filters, homeOf } from "./filters.js";
import { list, number, readCase, text } from "./interruption.js";
import { showLegend } from "./legend.js";
import { Live } from "./live.js";
import { Pools } from "./pools.js";
import { showReplicas } from "./replicas.js";
import { ALL, read, toFilter } from "./route.js";
import { Summary } from "./summary.js";
import { Timeline } from "./timeline.js";

/** Often enough for a countdown that runs several times as fast as ours. */
const TICK_MS = 250;

const SITE = "ecs-spot-operator";

const state = { operator: null, clusters: null, cases: null, more: 0, failures: new Map(), route: { view: "all" } };
let filter = ALL;
let frame = null;

const clock = new Clock();
const live = new Live({ clock, onPart, onState: later });
const summary = new Summary(clock, live);
const timeline = new Timeline(clock);
const pools = new Pools(clock);
const budget = new Budget();
const casePage = new CasePage(clock);
const filters = new Filters((changed) => {
    filter = changed;
    later();
});

function onPart(part, content, error) {
    if (error !== null) state.failures.set(part, error.message);
    else {
        state.failures.delete(part);
        take[part](content);
        settle();
        if (part === "interruptions") casePage.refresh();
    }
    later();
}

const take = {
    operator: (content) => (state.operator = content),
    clusters: (content) => (state.clusters = list(content.items)),
    interruptions: (content) => {
        state.cases = list(content.items).map(readCase);
        state.more = number(content.remainingItemCount);
    },
};

/** What follows at once: a browser draws nothing in a tab that nobody sees, but shows its title. */
function settle() {
    for (const shown of state.cases ?? []) shown.home = homeOf(shown, state.clusters);
    entitle();
}

/** Shows what has changed with the next frame. */
function later() {
    frame ??= requestAnimationFrame(() => {
        frame = null;
        show();
    });
}

function show() {
    const { operator, cases, more, failures } = state;
    const clusters = state.clusters ?? [];
    // While the connection is lost it says so itself, and every part has failed.
    summary.show({ operator, clusters, cases: cases ?? [], failures: live.state === "lost" ? [] : [...failures] });
    if (state.route.view === "case") return;
    filters.clusters([...clusters.map((it) => text(it?.metadata?.name)), ...(cases ?? []).map(({ home }) => home)]);
    setHidden(byId("loading"), cases !== null || failures.has("interruptions"));
    if (cases !== null) timeline.show(cases, filter, more);
    pools.show(clusters);
    budget.show(budgetOf(operator));
    showReplicas(operator);
}

function entitle() {
    const open = (state.cases ?? []).filter((shown) => shown.open).length;
    const what = state.route.view === "case" ? state.route.name : open > 0 ? `${open} open` : "";
    const title = what ? `${what} · ${SITE}` : SITE;
    if (document.title !== title) document.title = title;
}

/** Goes where the address says. At the start nobody's focus is moved. */
function go({ first = false } = {}) {
    const route = read(location.hash);
    if (route === null) return;
    const before = state.route;
    state.route = route;
    setHidden(byId("all"), route.view === "case");
    setHidden(byId("case"), route.view !== "case");
    if (route.view === "case") toCasePage(route.name, first);
    else backToAll(route.filter, before, first);
    entitle();
    later();
}

function toCasePage(name, first) {
    byId("case-back").setAttribute("href", toFilter(filter));
    casePage.open(name, state.cases?.find((shown) => shown.name === name) ?? null);
    if (first) return;
    scrollTo(0, 0);
    byId("case-title").focus({ preventScroll: true });
}

/** Back from a case the focus is on it again, so that the next one is one key away. */
function backToAll(wanted, before, first) {
    casePage.close();
    filter = wanted;
    filters.show(filter);
    if (first || before.view !== "case") return;
    show();
    if (!timeline.focus(before.name)) byId("all-title").focus();
}

function tick() {
    summary.tick();
    if (state.route.view === "case") casePage.tick();
    else timeline.tick();
}

byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
});
addEventListener("hashchange", () => go());
showLegend();
go({ first: true });
live.start();
setInterval(tick, TICK_MS);
