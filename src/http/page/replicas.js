/** The replicas that share the clusters, where there are several. */

import { badge, byId, element, redraw, setHidden, setText, value } from "./dom.js";
import { list, object, text } from "./interruption.js";
import { tableOf } from "./table.js";

const COLUMNS = [{ title: "Replica" }, { title: "Answers" }, { title: "Clusters" }, { title: "Message" }];

const ANSWERS = { words: "answers", tone: "good", sign: "✓" };
const SILENT = { words: "does not answer", tone: "bad", sign: "✕" };

/** Shows the replicas, or nothing where there are none. */
export function showReplicas(operator) {
    const replicas = list(object(operator?.status).replicas).map(object);
    const whose = replicas.length > 1 ? "of this replica" : "";
    for (const id of ["clusters-whose", "pools-whose"]) setText(byId(id), whose);
    setHidden(byId("replicas"), replicas.length === 0);
    redraw(byId("replicas-table"), replicas, () => [
        tableOf("Replicas and the clusters that each holds", COLUMNS, replicas.map(cells), { class: "stacked replicas" }),
    ]);
}

function cells(replica) {
    const name = element("span", {}, value(text(replica.name)));
    if (replica.self === true) name.append(element("span", { class: "note", text: " this one" }));
    return [
        name,
        badge(replica.answers === true ? ANSWERS : SILENT),
        value(list(replica.clusters).map(text).filter(Boolean).join(", ") || "none"),
        value(text(replica.message)),
    ];
}
