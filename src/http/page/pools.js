/** The pools: each cluster's capacity providers, what they have, and how long a replacement took. */

import { byId, element, setHidden, value } from "./dom.js";
import { list, number, object, text, time } from "./interruption.js";
import { Keyed } from "./keyed.js";
import { row, table } from "./table.js";
import { amount, count, duration, timeOfDay } from "./words.js";

const COLUMNS = [
    { title: "Capacity provider" },
    { title: "Auto Scaling group" },
    { title: "In service", number: true },
    { title: "Desired", number: true },
    { title: "Max", number: true },
    { title: "Lead time, median", number: true },
    { title: "Lead time, slowest", number: true },
    { title: "Of how many", number: true },
    { title: "Interruptions, last day", number: true },
    { title: "Fallback in use" },
];

export class Pools {
    #clusters;
    #clock;

    constructor(clock) {
        this.#clock = clock;
        const { node, body } = table("Capacity providers by cluster", COLUMNS, { class: "stacked pools" });
        body.remove();
        byId("pools-table").append(node);
        this.#clusters = new Keyed(node, { key: ({ name }) => name, make: () => this.#make(), before: node.lastChild });
    }

    /** Shows the clusters as the API tells of them. */
    show(clusters) {
        const shown = clusters.map((cluster) => {
            const [name, status] = [text(cluster?.metadata?.name), object(cluster?.status)];
            return { name, status, signature: JSON.stringify(status) };
        });
        this.#clusters.show(shown);
        setHidden(byId("pools-table"), shown.length === 0);
        setHidden(byId("pools-empty"), shown.length > 0);
    }

    #make() {
        const node = element("tbody", { role: "rowgroup" });
        return { node, update: (cluster) => node.replaceChildren(...this.#rows(cluster)) };
    }

    #rows({ name, status }) {
        const head = element("th", { scope: "rowgroup", role: "rowheader", colspan: COLUMNS.length }, value(name));
        head.append(element("span", { class: "note", text: ` ${this.#about(status)}` }));
        const providers = list(status.capacityProviders).map((it) => row(COLUMNS, cells(object(it))));
        return [element("tr", { role: "row", class: "cluster" }, head), ...providers];
    }

    #about(status) {
        const said = [
            text(status.region),
            `${count(number(status.instances), "instance")}, ${number(status.draining)} draining`,
            `${count(number(status.openInterruptions), "open interruption")}`,
        ];
        const read = time(status.observedAt);
        said.push(read === null ? "not read yet" : `read at ${timeOfDay(read, this.#clock.now())}`);
        if (list(status.capacityProviders).length === 0) said.push("no capacity provider");
        return said.filter(Boolean).join(" · ");
    }
}

function cells(provider) {
    const name = element("span", {}, value(text(provider.name)));
    if (provider.managed === false) name.append(element("span", { class: "note", text: " left alone" }));
    return [
        name,
        value(text(provider.autoScalingGroup) || "none"),
        inService(provider),
        amount(number(provider.desired)),
        amount(number(provider.max)),
        ...lead(provider.leadSeconds),
        amount(number(provider.interruptionsLastDay)),
        value(text(provider.fallbackInUse) || "no"),
    ];
}

/** Fewer than wanted are a shortage. */
function inService(provider) {
    const [has, wants] = [number(provider.inService), number(provider.desired)];
    if (has >= wants) return amount(has);
    const missing = element("span", { class: "note", text: ` ${amount(wants - has)} short` });
    return element("span", { class: "short" }, amount(has), missing);
}

function lead(seconds) {
    const known = object(seconds);
    if (!number(known.of)) return ["–", "–", "0"];
    return [duration(number(known.median) * 1_000), duration(number(known.slowest) * 1_000), amount(number(known.of))];
}
