/** What is shown is in the address, so that a view can be kept and sent: `#/?cluster=web&risk` or `#/interruptions/NAME`. */

const CASE = "#/interruptions/";

/** The filter that shows everything. */
export const ALL = Object.freeze({ words: "", cluster: "", atRisk: false, ended: true });

/** What an address asks for; null where it is none of ours, such as one that names a place in the page. */
export function read(hash) {
    if (hash.startsWith(CASE)) return { view: "case", name: decoded(hash.slice(CASE.length)) };
    if (hash === "" || hash === "#" || hash.startsWith("#/")) return { view: "all", filter: readFilter(hash) };
    return null;
}

export function toCase(name) {
    return CASE + encodeURIComponent(name.toWellFormed?.() ?? name);
}

export function toFilter({ words, cluster, atRisk, ended }) {
    const query = new URLSearchParams();
    if (words) query.set("q", words);
    if (cluster) query.set("cluster", cluster);
    if (atRisk) query.set("risk", "yes");
    if (!ended) query.set("ended", "no");
    return query.size ? `#/?${query}` : "#/";
}

function readFilter(hash) {
    const query = new URLSearchParams(hash.split("?").slice(1).join("?"));
    return {
        words: query.get("q") ?? "",
        cluster: query.get("cluster") ?? "",
        atRisk: query.get("risk") === "yes",
        ended: query.get("ended") !== "no",
    };
}

function decoded(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
