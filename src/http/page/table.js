/**
 * Tables that become stacked lists where there is no room. Their roles are said in so many words, since a browser takes a
 * table that is laid out otherwise for none.
 */

import { element } from "./dom.js";

/** A table with a caption. A column is `{ title, number }`. Returns it with its first body. */
export function table(caption, columns, properties = {}) {
    const heads = columns.map(({ title, number }) =>
        element("th", { scope: "col", role: "columnheader", class: number ? "number" : null, text: title }),
    );
    const head = element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads));
    const body = element("tbody", { role: "rowgroup" });
    const node = element("table", { role: "table", ...properties }, element("caption", {}, element("span", { text: caption })), head, body);
    return { node, body };
}

/** A row. The first cell is its heading. A cell is a text or an element. */
export function row(columns, cells) {
    const made = cells.map((cell, index) => {
        const { title, number } = columns[index];
        const kind = index === 0 ? ["th", { scope: "row", role: "rowheader" }] : ["td", { role: "cell" }];
        return element(kind[0], { ...kind[1], class: number ? "number" : null, "data-title": title }, cell);
    });
    return element("tr", { role: "row" }, ...made);
}

/** A table that is made at once. */
export function tableOf(caption, columns, rows, properties = {}) {
    const { node, body } = table(caption, columns, properties);
    body.append(...rows.map((cells) => row(columns, cells)));
    return node;
}
