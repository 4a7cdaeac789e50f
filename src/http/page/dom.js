/**
 * Makes and changes elements. Whatever comes from AWS becomes text and nothing else: no function here parses HTML.
 * What is already so is left alone, since a change that changes nothing still costs layout.
 */

const SVG = "http://www.w3.org/2000/svg";

/** An element. A property that is undefined, null or false is left out; `text` is its text. */
export function element(name, properties = {}, ...children) {
    return filled(document.createElement(name), properties, children);
}

/** An element of a drawing. */
export function drawn(name, properties = {}, ...children) {
    return filled(document.createElementNS(SVG, name), properties, children);
}

function filled(node, { text, ...attributes }, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        node.setAttribute(name, value === true ? "" : value);
    }
    if (text !== undefined && text !== null) node.textContent = text;
    node.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
    return node;
}

/** A value from outside, whose direction of writing does not spread to what stands beside it. */
export function value(text, properties = {}) {
    return element("bdi", { ...properties, text });
}

/** A badge. The sign and the words say it; the colour only repeats it. */
export function badge({ sign, words, tone }) {
    const mark = element("span", { class: "sign", "aria-hidden": "true", text: sign });
    return element("span", { class: `badge ${tone}` }, mark, value(words));
}

export function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, text) {
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

export function setHidden(node, hidden) {
    if (node.hidden !== hidden) node.hidden = hidden;
}

export function setClass(node, name, on) {
    if (node.classList.contains(name) !== on) node.classList.toggle(name, on);
}

export function byId(id) {
    return document.getElementById(id);
}

const drawnFrom = new WeakMap();

/** Fills `host` anew by `build`, but only when `facts` are others than last time. */
export function redraw(host, facts, build) {
    const now = JSON.stringify(facts);
    if (drawnFrom.get(host) === now) return;
    drawnFrom.set(host, now);
    host.replaceChildren(...build());
}
