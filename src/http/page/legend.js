/** What the signs on the bars mean. */

import { byId, element } from "./dom.js";
import { mark, sign, tick } from "./signs.js";
import { PHASES } from "./words.js";

export function showLegend() {
    const phases = PHASES.map(({ name, words }) => [sign(mark(name)), words]);
    const tasks = [
        [sign(tick(false)), "a task stopped after SIGTERM"],
        [sign(tick(true)), "a task was killed"],
    ];
    byId("legend").append(...[...phases, ...tasks].map(([shape, words]) => element("li", {}, shape, words)));
}
