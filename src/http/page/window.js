/** Where things stand in a case's window: from the moment of its signal to its deadline. Knows nothing of drawing. */

import { NOTICE_MS } from "./interruption.js";
import { PHASES, count, duration } from "./words.js";

/** What comes after the deadline has this part of the bar. */
const AFTER = 0.06;

/** A deadline that is the moment of the notice has a window too. */
const WINDOW_MIN_MS = 1_000;

/** The window of a case as it is at `now`. */
export function windowOf(shown, now) {
    const start = shown.saidAt ?? now;
    const known = shown.deadline !== null;
    const length = known ? Math.max(shown.deadline - start, WINDOW_MIN_MS) : openEnded(shown, start, now);
    return { start, length, known, two: known && Math.abs(length - NOTICE_MS) < WINDOW_MIN_MS };
}

/** Without a deadline it is as many times two minutes as have been begun. */
function openEnded(shown, start, now) {
    const last = Math.max(shown.open ? now : 0, ...shown.phases.map(({ at }) => at), ...shown.ends.map(({ at }) => at));
    return NOTICE_MS * Math.max(1, Math.ceil((last - start) / NOTICE_MS));
}

/** Whether a window without an end is another one by now: time goes on, and what it was thought to be may have been wrong. */
export function outgrown({ length, known }, shown, now) {
    return !known && shown.open && windowOf(shown, now).length !== length;
}

/** Where `at` is on the bar, from 0 to 1, and at the end when it is beyond that. */
export function place({ start, length }, at) {
    return Math.min(Math.max(((at - start) / length) * (1 - AFTER), 0), 1);
}

/** The part of the bar that is the window. */
export const DEADLINE = 1 - AFTER;

/** Up to when time has passed in a case. */
export function passedAt(shown, now) {
    return shown.open ? now : (shown.endedAt ?? shown.deadline ?? now);
}

/** What the axis of a window says of itself. */
export function scale({ length, known, two }) {
    if (!known) return "no deadline";
    return two ? "" : `scaled: window of ${duration(length)}`;
}

/** The bar in words. */
export function described(shown, window) {
    const start = window.start;
    const after = (at) => `${duration(at - start)} after the signal`;
    const reached = PHASES.flatMap(({ name, words }) => {
        const phase = shown.phases.find((it) => it.name === name);
        return phase ? [`${words} ${after(phase.at)}`] : [];
    });
    const { graceful, killed, running } = shown.tasks;
    return [
        window.known ? `Window of ${duration(window.length)}` : "No deadline",
        reached.length ? reached.join(", ") : "no phase reached yet",
        `${count(graceful, "task")} stopped in time, ${killed} killed, ${running} still running`,
    ].join("; ");
}
