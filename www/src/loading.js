// @ts-check
/** What is loading, in bytes. */

import { list, size } from "./format.js";

export class Loading {
  /** @type {Map<string, {loaded: number, total: number}>} */
  #items = new Map();

  /** @param {HTMLProgressElement} bar @param {HTMLElement} bytes says the same in figures */
  constructor(bar, bytes) {
    this.bar = bar;
    this.bytes = bytes;
  }

  /** @param {string} label @param {number} loaded @param {number} total */
  report(label, loaded, total) {
    this.#items.set(label, { loaded, total });
    this.#show();
  }

  /** It will not arrive. @param {string} label */
  drop(label) {
    this.#items.delete(label);
    this.#show();
  }

  #show() {
    const items = [...this.#items.values()];
    const all = items.reduce((sum, item) => sum + item.total, 0);
    const here = items.reduce((sum, item) => sum + item.loaded, 0);
    this.bar.max = Math.max(1, all);
    this.bar.value = here;
    this.bytes.textContent = `${size(here)} of ${size(all)}`;
    if (items.every((item) => item.loaded >= item.total)) this.clear();
    else this.bar.hidden = this.bytes.hidden = false;
  }

  /** Nothing is loading any more. */
  clear() {
    this.#items.clear();
    this.bar.hidden = this.bytes.hidden = true;
  }

  /** "CPU engine (2.1 MB) and SAFR (1.9 MB)": what is not here yet; empty when all is. */
  toString() {
    const missing = [...this.#items].filter(([, { loaded, total }]) => loaded < total);
    return list(missing.map(([label, { total }]) => `${label} (${size(total)})`));
  }
}
