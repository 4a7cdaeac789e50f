/**
 * Keeps up with the operator: hears from its stream of events which part has changed, and fetches that part alone. Where the
 * operator has no stream to spare it asks every few seconds instead. It reads and never changes anything.
 */

const EVENTS = "api/v1/events";

const PARTS = {
    operator: "api/v1/operator",
    clusters: "api/v1/clusters",
    interruptions: "api/v1/interruptions?limit=1000",
};

const POLL_MS = 5_000;

/** At every so many polls a stream is asked for again. */
const POLLS_A_STREAM = 3;

/** The stream speaks at least every 5 s; a connection that has been silent for longer than this is dead. */
const SILENCE_MAX_MS = 12_000;

const ANSWER_MAX_MS = 10_000;

/** What the operator answers as JSON. An error has what it says, and its `status`. */
export async function ask(path) {
    const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    const body = await answer.json().catch(() => null);
    if (answer.ok && body !== null) return body;
    const message = typeof body?.message === "string" ? body.message : `the operator answered ${answer.status}`;
    throw Object.assign(new Error(message), { status: answer.status });
}

export class Live {
    /** `connecting`, `live`, `polling` or `lost`. */
    state = "connecting";

    /** What the operator's clock said when it was heard last; null before. */
    lastWord = null;

    #clock;
    #onPart;
    #onState;
    #stream = null;
    #heardAt = performance.now();
    #parts = new Map(Object.keys(PARTS).map((part) => [part, { have: null, wanted: null, busy: false }]));
    #polling = null;
    #polls = 0;

    /** `onPart` is told of each part with its content, or with an error; `onState` of a change of the connection. */
    constructor({ clock, onPart, onState }) {
        this.#clock = clock;
        this.#onPart = onPart;
        this.#onState = onState;
    }

    start() {
        this.#listen();
        setInterval(() => this.#watch(), 1_000);
    }

    #listen() {
        this.#stream?.close();
        this.#heardAt = performance.now();
        const stream = new EventSource(EVENTS);
        this.#stream = stream;
        stream.addEventListener("open", () => this.#forget());
        stream.addEventListener("changed", (event) => this.#hear(event.data));
        stream.addEventListener("error", () => this.#failed(stream));
    }

    /** Another process may answer now, whose revisions count something else. */
    #forget() {
        for (const part of this.#parts.values()) part.have = null;
    }

    #hear(data) {
        const word = parsed(data);
        if (word === null) return;
        this.#heardAt = performance.now();
        this.#clock.hear(Date.parse(word.time));
        this.#stopPolling();
        this.#become("live");
        for (const part of Object.keys(PARTS)) {
            if (word[part] !== undefined) this.#want(part, word[part]);
        }
    }

    async #want(part, revision) {
        const state = this.#parts.get(part);
        state.wanted = revision;
        if (state.busy) return;
        state.busy = true;
        while (state.have !== state.wanted) {
            const revision = state.wanted;
            if (!(await this.#fetch(part))) break;
            state.have = revision;
        }
        state.busy = false;
    }

    /** Whether it could be had. */
    async #fetch(part) {
        try {
            const content = await ask(PARTS[part]);
            this.#onPart(part, content, null);
            return content;
        } catch (error) {
            this.#onPart(part, null, error);
            return null;
        }
    }

    /** The browser connects again by itself, but not when the answer was a refusal. */
    #failed(stream) {
        if (stream !== this.#stream) return;
        const refused = stream.readyState === EventSource.CLOSED;
        if (!refused && this.state !== "polling") this.#become("lost");
        if (refused) this.#startPolling();
    }

    #watch() {
        const silent = performance.now() - this.#heardAt > SILENCE_MAX_MS;
        if (!silent || this.#polling !== null) return;
        this.#become("lost");
        this.#listen();
    }

    #startPolling() {
        if (this.#polling !== null) return;
        this.#polls = 0;
        this.#polling = setInterval(() => this.#poll(), POLL_MS);
        this.#poll();
    }

    #stopPolling() {
        clearInterval(this.#polling);
        this.#polling = null;
    }

    async #poll() {
        const [operator] = await Promise.all(Object.keys(PARTS).map((part) => this.#fetch(part)));
        if (this.#polling === null) return;
        if (operator !== null) {
            this.#heardAt = performance.now();
            this.#clock.hear(Date.parse(operator.status?.time));
        }
        this.#become(operator === null ? "lost" : "polling");
        this.#polls += 1;
        if (this.#polls % POLLS_A_STREAM === 0) this.#listen();
    }

    #become(state) {
        if (state === "live" || state === "polling") this.lastWord = this.#clock.now();
        if (this.state === state) return;
        this.state = state;
        this.#onState();
    }
}

function parsed(data) {
    try {
        const word = JSON.parse(data);
        return typeof word === "object" ? word : null;
    } catch {
        return null;
    }
}
