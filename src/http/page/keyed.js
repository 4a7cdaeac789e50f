/** A list of elements that are kept: one for each key, changed only when what it shows has changed. */
export class Keyed {
    #parent;
    #key;
    #make;
    #left;
    #before;
    #entries = new Map();

    /**
     * `key` names an item and `make` makes what shows it: `{ node, update(item) }`. `left` is told of what is shown no more.
     * Where something stands `before` the list in its parent, it stays there.
     */
    constructor(parent, { key, make, left = () => {}, before = null }) {
        this.#parent = parent;
        this.#key = key;
        this.#make = make;
        this.#left = left;
        this.#before = before;
    }

    /** Shows these, in this order. An item's `signature` stands for all that it shows. */
    show(items) {
        const focused = this.#parent.contains(document.activeElement) ? document.activeElement : null;
        const wanted = new Map(items.map((item) => [this.#key(item), item]));
        for (const [key, entry] of this.#entries) {
            if (!wanted.has(key)) this.#drop(key, entry);
        }
        this.#place([...wanted].map(([key, item]) => this.#entry(key, item).node));
        if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
    }

    /** What shows the item of this key. */
    get(key) {
        return this.#entries.get(key);
    }

    #drop(key, entry) {
        entry.node.remove();
        this.#entries.delete(key);
        this.#left(entry);
    }

    #entry(key, item) {
        let entry = this.#entries.get(key);
        if (entry === undefined) {
            entry = this.#make(item);
            this.#entries.set(key, entry);
        }
        if (entry.signature !== item.signature) {
            entry.signature = item.signature;
            entry.update(item);
        }
        return entry;
    }

    #place(nodes) {
        let at = this.#before === null ? this.#parent.firstChild : this.#before.nextSibling;
        for (const node of nodes) {
            if (at !== null && at !== node && at.nextSibling === node) {
                // One that goes further down is taken out, so that all behind it stay where they are.
                at.remove();
                at = node;
            }
            if (at === node) at = at.nextSibling;
            else this.#parent.insertBefore(node, at);
        }
    }
}
