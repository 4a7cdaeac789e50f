/**
 * Keeps up with the operator: hears from its stream of events which part has changed, and fetches that part alone. Where the
 * operator has no stream to spare, or nobody looks, it asks now and then instead. It reads and never changes anything.
 */

const EVENTS = "api/v1/events";

const PARTS = {
    operator: "api/v1/operator",
    clusters: "api/v1/clusters",
    interruptions: "api/v1/interruptions?limit=1000",
};

/** Without a stream. */
const POLLING = { state: "polling", every: 5_000, parts: Object.keys(PARTS) };

/**
 * In a tab that nobody sees. A browser has six connections to a server for all of its tabs, and the operator has few streams;
 * the title has to be true nevertheless.
 */
const RESTING = { state: "resting", every: 15_000, parts: ["operator", "interruptions"] };

/** At every so many polls a stream is asked for again. */
const POLLS_A_STREAM = 3;

/** The stream speaks at least every 2 s; a connection that has been silent for longer than this is dead. */
const SILENCE_MAX_MS = 8_000;

/** An answer may take long on a slow line, but not stop for so long. */
const PAUSE_MAX_MS = 10_000;

/** What the operator answers as JSON. An error has what it says, and its `status`. */
export async function ask(path, signal = null) {
    const answer = await download(path, signal);
    const body = parsed(answer.text);
    if (answer.ok && body !== null) return body;
    const message = typeof body?.message === "string" ? body.message : `the operator answered ${answer.status}`;
    throw Object.assign(new Error(message), { status: answer.status });
}

async function download(path, signal) {
    const silent = new AbortController();
    let alarm = null;
    const wait = () => {
        clearTimeout(alarm);
        alarm = setTimeout(() => silent.abort(new Error("the operator has stopped answering")), PAUSE_MAX_MS);
    };
    const giveUp = () => silent.abort(signal.reason);
    signal?.addEventListener("abort", giveUp);
    try {
        wait();
        const answer = await fetch(path, { cache: "no-store", signal: silent.signal });
        return { ok: answer.ok, status: answer.status, text: await readAll(answer.body, wait) };
    } finally {
        clearTimeout(alarm);
        signal?.removeEventListener("abort", giveUp);
    }
}

/** All of a body as text; `heard` is told of each piece. */
async function readAll(body, heard) {
    const [reader, decoder] = [body.getReader(), new TextDecoder()];
    const pieces = [];
    for (;;) {
        const { done, value } = await reader.read();
        heard();
        if (done) return pieces.join("") + decoder.decode();
        pieces.push(decoder.decode(value, { stream: true }));
    }
}

/** Answers may overtake each other: one that is older than one that has counted counts no more. */
export class Turns {
    #asked = 0;
    #answered = 0;

    /** Begins a question. What it returns says, once there is an answer, whether that counts. */
    ask() {
        const turn = ++this.#asked;
        return () => {
            if (turn < this.#answered) return false;
            this.#answered = turn;
            return true;
        };
    }
}

/** What is known of each part: the revision that we have and the one that there is. */
function nothingKnown() {
    const known = () => ({ have: null, wanted: null, busy: false, turns: new Turns() });
    return new Map(Object.keys(PARTS).map((part) => [part, known()]));
}

export class Live {
    /** `connecting`, `live`, `polling`, `resting` or `lost`. */
    state = "connecting";

    /** What the operator's clock said when it was heard last; null before. */
    lastWord = null;

    #clock;
    #onPart;
    #onState;
    #stream = null;
    #heardAt = performance.now();
    #parts = nothingKnown();
    /** Ends with the connection that its questions belong to. */
    #era = new AbortController();
    #polling = null;
    #polls = 0;

    /** `onPart` is told of each part with its content, or with an error; `onState` of a change of the connection. */
    constructor({ clock, onPart, onState }) {
        this.#clock = clock;
        this.#onPart = onPart;
        this.#onState = onState;
    }

    start() {
        document.addEventListener("visibilitychange", () => this.#begin());
        this.#begin();
        this.#clock.slept();
        setInterval(() => this.#watch(), 1_000);
    }

    /** Begins anew, as it is right for whether somebody looks. */
    #begin() {
        this.#stopPolling();
        this.#stream?.close();
        this.#stream = null;
        this.#forget();
        if (document.hidden) this.#poll(RESTING);
        else this.#listen();
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

    /** Another process may answer now, whose revisions count something else. What was asked before counts no more. */
    #forget() {
        this.#era.abort();
        this.#era = new AbortController();
        this.#parts = nothingKnown();
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

    /** A part, once it has been told of; null where it could not be had, or counts no more. */
    async #fetch(part) {
        const { signal } = this.#era;
        const isNewest = this.#parts.get(part).turns.ask();
        const counts = () => !signal.aborted && isNewest();
        try {
            const content = await ask(PARTS[part], signal);
            if (!counts()) return null;
            this.#onPart(part, content, null);
            return content;
        } catch (error) {
            if (counts()) this.#onPart(part, null, error);
            return null;
        }
    }

    /** The browser connects again by itself, but not when the answer was a refusal. */
    #failed(stream) {
        if (stream !== this.#stream) return;
        const refused = stream.readyState === EventSource.CLOSED;
        if (!refused && this.state !== "polling") this.#become("lost");
        if (refused && this.#polling === null) this.#poll(POLLING);
    }

    #watch() {
        if (this.#clock.slept()) {
            this.#begin();
            return;
        }
        const silent = performance.now() - this.#heardAt > SILENCE_MAX_MS;
        if (!silent || this.#polling !== null) return;
        this.#become("lost");
        this.#listen();
    }

    #poll(way) {
        this.#polls = 0;
        this.#polling = setInterval(() => this.#askAll(way), way.every);
        this.#askAll(way);
    }

    #stopPolling() {
        clearInterval(this.#polling);
        this.#polling = null;
    }

    async #askAll({ state, parts }) {
        const { signal } = this.#era;
        const [operator] = await Promise.all(parts.map((part) => this.#fetch(part)));
        if (this.#polling === null || signal.aborted) return;
        if (operator !== null) {
            this.#heardAt = performance.now();
            this.#clock.hear(Date.parse(operator.status?.time));
        }
        this.#become(operator === null ? "lost" : state);
        this.#polls += 1;
        if (state === POLLING.state && this.#polls % POLLS_A_STREAM === 0) this.#listen();
    }

    #become(state) {
        if (state !== "lost") this.lastWord = this.#clock.now();
        if (this.state === state) return;
        this.state = state;
        this.#onState();
    }
}

function parsed(text) {
    try {
        const read = JSON.parse(text);
        return typeof read === "object" ? read : null;
    } catch {
        return null;
    }
}
