/**
 * The operator's clock, as far as it can be told from here: where it stands and how fast it runs.
 * In a demonstration it runs faster than ours, and a countdown that did not would be wrong within seconds.
 */

/** So many words of the time are kept. */
const KEPT_MAX = 20;

/** A rate told from less than this would be mostly the delays of the network. */
const SPAN_MIN_MS = 800;

/** This close to 1 it is 1. */
const TOLERANCE = 0.02;

/** So far off, by our clock, it was set anew, or we have been asleep. */
const LEAP_MS = 3_000;

const RATE_MAX = 10_000;

export class Clock {
    #heard = [];

    /** How many of its seconds go by in one of ours. */
    #rate = 1;

    /** The middle of what was heard: the line of its time goes through it. */
    #middle = null;

    /** Takes in that it was `time` there when it was `at` here, both in milliseconds. */
    hear(time, at = performance.now()) {
        if (!Number.isFinite(time)) return;
        if (this.#middle !== null && this.#leapt(time, at)) this.#heard = [];
        this.#heard.push({ time, at });
        if (this.#heard.length > KEPT_MAX) this.#heard.shift();
        this.#settle();
    }

    /** The time there; ours until it has been heard. */
    now(at = performance.now()) {
        if (this.#middle === null) return Date.now();
        return this.#middle.time + (at - this.#middle.at) * this.#rate;
    }

    #leapt(time, at) {
        const last = this.#heard.at(-1);
        const told = this.#heard.length > 1;
        // With one word heard the rate is a guess, and only a step back is known to be none.
        if (!told) return time < last.time;
        return Math.abs(time - this.now(at)) > LEAP_MS * Math.max(1, this.#rate);
    }

    #settle() {
        const count = this.#heard.length;
        const mean = (name) => this.#heard.reduce((sum, word) => sum + (word[name] - this.#heard[0][name]), 0) / count;
        const first = this.#heard[0];
        this.#middle = { time: first.time + mean("time"), at: first.at + mean("at") };
        const span = this.#heard.at(-1).at - first.at;
        if (span >= SPAN_MIN_MS) this.#rate = this.#slope();
    }

    /** By least squares over all that is kept. */
    #slope() {
        let [above, below] = [0, 0];
        for (const { time, at } of this.#heard) {
            above += (at - this.#middle.at) * (time - this.#middle.time);
            below += (at - this.#middle.at) ** 2;
        }
        const rate = Math.min(Math.max(above / below, 0), RATE_MAX);
        return Math.abs(rate - 1) < TOLERANCE ? 1 : rate;
    }
}
