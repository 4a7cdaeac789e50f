/** The API budget: what each bucket of requests has left, and who waits for it. */

import { byId, element, setHidden, value } from "./dom.js";
import { list, number, object, text } from "./interruption.js";
import { Keyed } from "./keyed.js";
import { row, table } from "./table.js";
import { amount } from "./words.js";

const COLUMNS = [
    { title: "Bucket" },
    { title: "Region" },
    { title: "Tokens" },
    { title: "Rate", number: true },
    { title: "Waiting, urgent", number: true },
    { title: "Waiting, soon", number: true },
    { title: "Waiting, background", number: true },
    { title: "Requests", number: true },
    { title: "Throttled", number: true },
    { title: "Not sent", number: true },
];

/** Under this part of its burst a bucket is nearly empty. */
const LOW = 0.2;

export class Budget {
    #buckets;

    constructor() {
        const { node, body } = table("Requests to AWS by bucket", COLUMNS, { class: "stacked budget" });
        byId("budget-table").append(node);
        this.#buckets = new Keyed(body, { key: ({ name }) => name, make });
    }

    /** Shows the buckets as the API tells of them. */
    show(buckets) {
        const shown = buckets.map(object).map((bucket) => ({
            name: `${text(bucket.region)}/${text(bucket.bucket)}`,
            bucket,
            signature: JSON.stringify(bucket),
        }));
        this.#buckets.show(shown);
        setHidden(byId("budget-table"), shown.length === 0);
        setHidden(byId("budget-empty"), shown.length > 0);
    }
}

function make() {
    const node = element("tr", { role: "row" });
    return { node, update: ({ bucket }) => node.replaceChildren(...row(COLUMNS, cells(bucket)).childNodes) };
}

function cells(bucket) {
    const waiting = object(bucket.waiting);
    return [
        value(text(bucket.bucket)),
        value(text(bucket.region)),
        gauge(bucket),
        `${amount(number(bucket.rate))} a second`,
        ...["urgent", "soon", "background"].map((lane) => loud(number(waiting[lane]))),
        amount(number(bucket.requests)),
        loud(number(bucket.throttled)),
        loud(number(bucket.dropped)),
    ];
}

function gauge({ region, bucket, tokens, burst }) {
    const [has, most] = [number(tokens), Math.max(number(burst), 1)];
    const part = Math.min(Math.max(has / most, 0), 1);
    const words = `${amount(has)} of ${amount(most)}`;
    const fill = element("span", { class: part < LOW ? "fill low" : "fill" });
    fill.style.setProperty("inline-size", `${(part * 100).toFixed(1)}%`);
    const meter = element("span", {
        class: "meter",
        role: "meter",
        "aria-label": `Tokens of ${text(bucket)} in ${text(region)}`,
        "aria-valuemin": "0",
        "aria-valuemax": amount(most),
        "aria-valuenow": amount(Math.min(Math.max(has, 0), most)),
        "aria-valuetext": words,
    });
    meter.append(fill);
    return element("span", { class: "gauge" }, meter, element("span", { class: "tokens", text: words }));
}

/** A number that is 0 when all is well. */
function loud(count) {
    return count > 0 ? element("strong", { class: "warn", text: amount(count) }) : "0";
}

/** What `status.budget` has. */
export function budgetOf(operator) {
    return list(object(operator?.status).budget);
}
