/** The phases of a case and the ends of its tasks, as tables. */

import { element, value } from "./dom.js";
import { mark, sign, tick } from "./signs.js";
import { tableOf } from "./table.js";
import { PHASES, count, duration, moment, spaced } from "./words.js";

const MOMENT = [{ title: "After the signal", number: true }, { title: "Left then", number: true }];
const PHASE = [{ title: "Phase" }, { title: "Reached (UTC)" }, ...MOMENT];
const TASK = [{ title: "Task" }, { title: "Ended (UTC)" }, ...MOMENT];

/** So many ends are listed. */
const ENDS_MAX = 200;

/** Each phase, also those that have not been reached. */
export function phaseTable(shown) {
    const reached = new Map(shown.phases.map(({ name, at }) => [name, at]));
    const usual = PHASES.map(({ name }) => name);
    const names = [...usual, ...[...reached.keys()].filter((name) => !usual.includes(name))];
    return tableOf("Phases", PHASE, names.map((name) => phase(name, reached.get(name), shown)), { class: "stacked" });
}

function phase(name, at, shown) {
    const known = PHASES.find((it) => it.name === name)?.words ?? spaced(name);
    return [element("span", { class: "with-key" }, sign(mark(name)), value(known)), ...moments(at ?? null, shown)];
}

/** How many tasks ended how. */
export function tasksTold({ tasks: { graceful, killed, running } }) {
    return `${count(graceful, "task")} stopped after SIGTERM, ${killed} killed with the instance, ${running} still running.`;
}

/** When each task ended, and how. */
export function endTable(shown) {
    const ends = shown.ends.slice(0, ENDS_MAX).map(({ at, killed }) => {
        const how = killed ? "killed" : "stopped";
        return [element("span", { class: "with-key" }, sign(tick(killed)), how), ...moments(at, shown)];
    });
    const more = shown.ends.length > ENDS_MAX ? `, the first ${ENDS_MAX} of ${shown.ends.length}` : "";
    return tableOf(`Ends of tasks${more}`, TASK, ends, { class: "stacked ends" });
}

function moments(at, { saidAt, deadline }) {
    if (at === null) return ["not reached", "–", "–"];
    const between = (from, to) => (from === null || to === null ? "–" : duration(to - from));
    return [moment(at), between(saidAt, at), between(at, deadline)];
}
