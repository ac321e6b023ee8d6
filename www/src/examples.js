// @ts-check
/** Texts in which a model's neurons fire: those of the sample set, read once a model's neuron is first looked at. */

import { sampleLines } from "./samples.js";

/** @import { Inquiry } from "./inquiries.js" */
/** @import { Examples as Found } from "./protocol.js" */

/** @typedef {{text: string, start: number, end: number, activation: number}} Example where in the text the word is */

export class Examples {
  /** @type {Map<string, Promise<Example[][]>>} */
  #found = new Map();

  /** @param {(inquiry: Inquiry) => void} inquire */
  constructor(inquire) {
    this.inquire = inquire;
  }

  /** Where a neuron of a model fires most. @param {string} model @param {number} neuron */
  async of(model, neuron) {
    const found = this.#found.get(model) ?? this.#search(model);
    this.#found.set(model, found);
    found.catch(() => this.#found.delete(model)); // It can be asked again.
    return (await found)[neuron] ?? [];
  }

  /** @param {string} model @returns {Promise<Example[][]>} */
  async #search(model) {
    const texts = await sampleLines();
    const answer = await new Promise((resolve, reject) => {
      this.inquire({ model, text: texts.join("\n"), question: "examples", progress: () => undefined, answered: resolve, failed: reject });
    });
    const { neurons } = /** @type {Found} */ (answer);
    return neurons.map((lines) => lines.map(({ line, start, end, activation }) => ({ text: texts[line], start, end, activation })));
  }
}
