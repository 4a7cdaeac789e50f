/**
 * The operator's clock, as far as it can be told from here: where it stands and how fast it runs.
 * In a demonstration it runs faster than ours, and a countdown that did not would be wrong within seconds.
 */

/** So many words of the time are kept. */
const KEPT_MAX = 20;

/** Words closer to each other came together, after a delay of the network: the last of them is the least late. */
const TOGETHER_MS = 100;

/** A rate told from less than this would be mostly the delays of the network. */
const SPAN_MIN_MS = 800;

/** This close to 1 it is 1. */
const TOLERANCE = 0.02;

/** So far off, by our clock, it was set anew. */
const LEAP_MS = 3_000;

/** Our two clocks part by so much only while the computer sleeps. */
const SLEEP_MIN_MS = 5_000;

const RATE_MAX = 10_000;

export class Clock {
    #heard = [];

    /** How many of its seconds go by in one of ours. */
    #rate = 1;

    /** Whether the rate was told from what has been heard since it was set anew, and is no guess. */
    #learnt = false;

    /** The middle of what was heard: the line of its time goes through it. */
    #middle = null;

    /** How far our clock on the wall is ahead of the one that stands still while the computer sleeps. */
    #ahead = null;

    /** Takes in that it was `time` there when it was `at` here, both in milliseconds. */
    hear(time, at = performance.now()) {
        if (!Number.isFinite(time)) return;
        if (this.#leapt(time, at)) this.#beginAnew();
        if (this.#heard.length > 0 && at - this.#heard.at(-1).at < TOGETHER_MS) this.#heard.pop();
        this.#heard.push({ time, at });
        if (this.#heard.length > KEPT_MAX) this.#heard.shift();
        this.#settle();
    }

    /** The time there; ours until it has been heard. */
    now(at = performance.now()) {
        if (this.#middle === null) return Date.now();
        return this.#middle.time + (at - this.#middle.at) * this.#rate;
    }

    /** Whether the computer has been asleep since this was asked last. What was heard before says nothing of the time now. */
    slept(wall = Date.now(), at = performance.now()) {
        const [before, ahead] = [this.#ahead, wall - at];
        this.#ahead = ahead;
        const slept = before !== null && Math.abs(ahead - before) > SLEEP_MIN_MS;
        if (slept) this.#beginAnew();
        return slept;
    }

    /** The rate stays as the best guess, and the line until something is heard. */
    #beginAnew() {
        this.#heard = [];
        this.#learnt = false;
    }

    #leapt(time, at) {
        const last = this.#heard.at(-1);
        if (last === undefined) return false;
        // As long as the rate is a guess, only a step back is known to be none.
        if (!this.#learnt) return time < last.time;
        return Math.abs(time - this.now(at)) > LEAP_MS * Math.max(1, this.#rate);
    }

    #settle() {
        const count = this.#heard.length;
        const mean = (name) => this.#heard.reduce((sum, word) => sum + (word[name] - this.#heard[0][name]), 0) / count;
        const first = this.#heard[0];
        this.#middle = { time: first.time + mean("time"), at: first.at + mean("at") };
        if (this.#heard.at(-1).at - first.at < SPAN_MIN_MS) return;
        this.#rate = this.#slope();
        this.#learnt = true;
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
