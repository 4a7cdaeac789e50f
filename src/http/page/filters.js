/** The filter of the lists. It lives in the address, and the form shows what the address says. */

import { byId, element } from "./dom.js";
import { object, text } from "./interruption.js";
import { toFilter } from "./route.js";

/**
 * The SpotCluster of a case. Where an older replica has not told it, it is the one that is known for the case's cluster in
 * ECS, and else that cluster. As long as no `clusters` have been heard it is not known.
 */
export function homeOf({ spotCluster, cluster }, clusters) {
    if (spotCluster || !cluster || clusters === null) return spotCluster;
    const found = clusters.filter((it) => nameInEcs(object(it?.spec).cluster) === cluster);
    return found.length === 1 ? text(found[0].metadata?.name) : cluster;
}

/** A cluster is declared by its name or its ARN. */
function nameInEcs(cluster) {
    return text(cluster).split("/").at(-1);
}

export class Filters {
    #form = byId("filters");
    #words = byId("filter-words");
    #cluster = byId("filter-cluster");
    #atRisk = byId("filter-risk");
    #ended = byId("filter-ended");
    #offered = new Set([""]);

    /** `changed` is told of the new filter, after the address has it. */
    constructor(changed) {
        this.#form.addEventListener("input", () => this.#put(changed));
        this.#form.addEventListener("submit", (event) => event.preventDefault());
        byId("filter-clear").addEventListener("click", () => {
            this.#form.reset();
            this.#put(changed);
            this.#words.focus();
        });
    }

    /** Shows a filter. */
    show({ words, cluster, atRisk, ended }) {
        if (this.#words.value !== words) this.#words.value = words;
        this.#offer(cluster);
        this.#cluster.value = cluster;
        this.#atRisk.checked = atRisk;
        this.#ended.checked = ended;
    }

    /** Offers these SpotClusters too. One that was offered stays: somebody may be looking at it. */
    clusters(names) {
        for (const name of new Set(names)) this.#offer(name);
    }

    #offer(name) {
        if (this.#offered.has(name)) return;
        this.#offered.add(name);
        const behind = [...this.#cluster.options].slice(1).find((option) => option.value > name) ?? null;
        this.#cluster.insertBefore(element("option", { value: name, text: name }), behind);
    }

    /** Typing replaces the address, so that Back leaves the view and not the last letter. */
    #put(changed) {
        const filter = {
            words: this.#words.value,
            cluster: this.#cluster.value,
            atRisk: this.#atRisk.checked,
            ended: this.#ended.checked,
        };
        history.replaceState(history.state, "", toFilter(filter));
        changed(filter);
    }
}
