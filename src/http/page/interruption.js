/**
 * Reads an `Interruption` of the API into a case as the page shows it. Almost every field may be missing, and an operator
 * may be newer than this page, so what is of the wrong kind counts as missing.
 */

import { outcome, spaced } from "./words.js";

/** The two minutes of a notice (EC2 User Guide, "Spot Instance interruption notices"). */
export const NOTICE_MS = 120_000;

export function readCase(item) {
    const spec = object(item?.spec);
    const status = object(item?.status);
    const phases = readPhases(status.phases);
    const read = {
        name: text(item?.metadata?.name) || text(status.case),
        instance: text(spec.instanceId) || text(status.instance_id),
        cluster: text(status.cluster) || text(spec.cluster),
        spotCluster: text(spec.spotCluster),
        provider: text(status.capacity_provider),
        group: text(status.auto_scaling_group),
        zone: text(status.availability_zone),
        type: text(status.instance_type),
        arn: text(status.container_instance_arn),
        signal: text(spec.signal) || text(status.signal),
        saidAt: time(spec.saidAt) ?? phases[0]?.at ?? null,
        deadline: time(status.deadline) ?? time(spec.deadline),
        open: status.open === true,
        outcome: text(status.outcome),
        reason: text(status.reason),
        message: text(status.message),
        phases,
        replacement: text(status.replacement),
        tasks: readTasks(status.tasks),
        ends: list(status.taskEnds).map(readEnd).filter((end) => end !== null),
        risks: list(status.risks).map(readRisk).filter(({ reason }) => reason !== ""),
        waiting: list(status.waitingFor).map((it) => text(it?.message) || text(it?.reason)).filter(Boolean),
        requests: Object.entries(object(status.aws_request_ids)).map(([call, id]) => [call, text(id)]),
        conditions: list(status.conditions).map(object),
        events: list(status.events).map(object),
        replica: text(status.replica),
    };
    return { ...read, ...judged(read), signature: signature(item) };
}

/** What the parts of a case come to. */
function judged(read) {
    const places = [read.cluster, read.spotCluster, read.provider, read.zone, read.type];
    const facts = [read.instance, ...places, read.replacement, read.replica];
    const ended = read.open ? [] : [read.outcome, outcome(read.outcome, read.reason).words];
    return {
        atRisk: read.open && read.risks.length > 0,
        endedAt: read.open ? null : (read.phases.at(-1)?.at ?? null),
        words: [...facts, ...ended, spaced(read.signal), read.signal].join("\n").toLowerCase(),
    };
}

/** Stands for all that is shown of a case. What differs at every question, since time passes, is left out. */
function signature(item) {
    const timed = (name) => name === "seconds_left" || name === "message";
    return JSON.stringify(item, (name, it) => (timed(name) ? withoutTime(it) : it));
}

/** The message of an open case ends with what was left when it was asked for. */
const LEFT = /, (-?\d+ s (left|past the deadline)|without a deadline)$/;

export function withoutTime(message) {
    return typeof message === "string" ? message.replace(LEFT, "") : undefined;
}

/** By time, the earliest first. */
function readPhases(phases) {
    const read = Object.entries(object(phases)).map(([name, at]) => ({ name, at: time(at) }));
    return read.filter(({ at }) => at !== null).sort((a, b) => a.at - b.at);
}

function readTasks(tasks) {
    const counts = object(tasks);
    return { graceful: number(counts.graceful), killed: number(counts.killed), running: number(counts.running) };
}

function readRisk(risk) {
    const message = text(risk?.message);
    return { reason: text(risk?.reason) || message, message };
}

function readEnd(end) {
    const at = time(end?.at);
    return at === null ? null : { at, killed: end.end !== "graceful" };
}

export function text(it) {
    return typeof it === "string" ? it : typeof it === "number" ? String(it) : "";
}

export function number(it) {
    return Number.isFinite(it) ? it : 0;
}

export function time(it) {
    const read = typeof it === "string" ? Date.parse(it) : NaN;
    return Number.isNaN(read) ? null : read;
}

export function list(it) {
    return Array.isArray(it) ? it : [];
}

export function object(it) {
    return it !== null && typeof it === "object" && !Array.isArray(it) ? it : {};
}
