/** The words that people read for the operator's names, and how times and numbers are written. */

const OUTCOMES = {
    handed_over: { words: "handed over", tone: "good", sign: "✓" },
    late: { words: "late", tone: "warn", sign: "!" },
    lossy: { words: "lossy", tone: "bad", sign: "✕" },
    not_replaced: { words: "not replaced", tone: "warn", sign: "!" },
    returned: { words: "returned", tone: "calm", sign: "↩" },
    unannounced: { words: "unannounced", tone: "bad", sign: "✕" },
};

/** The phases in the order in which they usually come. */
export const PHASES = [
    { name: "noticed", words: "noticed" },
    { name: "replacement_requested", words: "replacement requested" },
    { name: "draining", words: "draining" },
    { name: "tasks_stopped", words: "tasks stopped" },
    { name: "replacement_registered", words: "replacement registered" },
    { name: "closed", words: "closed" },
];

/** Why a case has no outcome, where that is more than that nothing was to be done. */
const UNDONE = {
    dryrun: { words: "dry run", tone: "calm", sign: "○" },
    expired: { words: "expired", tone: "warn", sign: "!" },
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How a case ended. One without an outcome is one where nothing was done. */
export function outcome(name, reason) {
    if (!name) return undone(reason);
    return Object.hasOwn(OUTCOMES, name) ? OUTCOMES[name] : { words: spaced(name), tone: "calm", sign: "?" };
}

/** The log and the API write the name of a reason differently. */
function undone(reason) {
    const name = reason.replaceAll("_", "").toLowerCase();
    return Object.hasOwn(UNDONE, name) ? UNDONE[name] : { words: "nothing to do", tone: "calm", sign: "–" };
}

/** A name of the log without its underlines. */
export function spaced(name) {
    return name.replaceAll("_", " ");
}

/** `one` or `many` of something. */
export function count(number, one, many = `${one}s`) {
    return `${number} ${number === 1 ? one : many}`;
}

/** A length of time, as exact as it is of use: `1.3 s`, `47 s`, `15 min`, `2 h 5 min`. */
export function duration(milliseconds) {
    const size = Math.abs(milliseconds);
    const sign = milliseconds < 0 ? "−" : "";
    if (size < 9_950) return `${sign}${trimmed(size / 1_000)} s`;
    if (size < 10 * MINUTE) return `${sign}${Math.round(size / 1_000)} s`;
    const minutes = Math.round(size / MINUTE);
    if (size < HOUR) return `${sign}${minutes} min`;
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return `${sign}${hours} h${rest ? ` ${rest} min` : ""}`;
}

/** What is left until a deadline: whole seconds, since it counts down. */
export function left(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1_000);
    if (seconds <= 0) return { amount: duration(Math.floor(-milliseconds / 1_000) * 1_000), word: "past" };
    if (milliseconds >= 10 * MINUTE) return { amount: duration(milliseconds), word: "left" };
    return { amount: `${seconds} s`, word: "left" };
}

function trimmed(number) {
    return number.toFixed(1).replace(/\.0$/, "");
}

/** A number with a decimal where it has one. */
export function amount(number) {
    return Number.isInteger(number) ? String(number) : trimmed(number);
}

/** The time of day, in UTC; with the date when that is not today's. */
export function timeOfDay(time, now = time) {
    const text = iso(time);
    const day = Math.floor(time / DAY) === Math.floor(now / DAY);
    return day ? text.slice(11, 19) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

/** A time to the millisecond, in UTC. */
export function moment(time) {
    const text = iso(time);
    return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
}

function iso(time) {
    return new Date(time).toISOString();
}
