/** The signs on the bars. Each has a shape of its own, so that it can be told without colour. They are drawn around 0, 0. */

import { drawn } from "./dom.js";

const SHAPES = {
    noticed: "M-1.5-7h3V7h-3Z",
    replacement_requested: "M0-5.5 5.5 0 0 5.5-5.5 0Z",
    draining: "M-6-5H6L0 6Z",
    tasks_stopped: "M-5-5H5V5H-5Z",
    replacement_registered: "M0-7 2-2.2 7-2 3 1.2 4.4 6.2 0 3.4-4.4 6.2-3 1.2-7-2-2-2.2Z",
    closed: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Zm3 0a3 3 0 1 1 6 0a3 3 0 1 1-6 0Z",
};

const STOPPED = "M0-4.5V4.5";
const KILLED = "M-4-4 4 4M4-4-4 4";

/** A phase; one that this page does not know yet looks like the end. */
export function mark(name, late = false) {
    const known = Object.hasOwn(SHAPES, name) ? name : "closed";
    return drawn("path", { class: `mark ${known}${late ? " late" : ""}`, d: SHAPES[known] });
}

/** The end of a task. */
export function tick(killed) {
    return drawn("path", { class: killed ? "tick killed" : "tick stopped", d: killed ? KILLED : STOPPED });
}

/** A sign by itself, beside the words for it. */
export function sign(shape) {
    return drawn("svg", { class: "key", viewBox: "-8 -8 16 16", "aria-hidden": "true", focusable: "false" }, shape);
}
