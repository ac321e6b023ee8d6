// @ts-check
/** Texts in which a model's neurons fire: those of the sample set, read once a model's neuron is first looked at. */

import { samples } from "./samples.js";
import { download } from "./download.js";

/** @import { Inquiry } from "./inquiries.js" */
/** @import { Examples as Found } from "./protocol.js" */

/** The sample set of fine-tuning. */
const SAMPLE = "film-remarks.csv";

/** @typedef {{text: string, start: number, end: number, activation: number}} Example where in the text the word is */

export class Examples {
  /** The texts. @type {Promise<string[]> | undefined} */
  #texts;
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
    const texts = await (this.#texts ??= allTexts());
    const answer = await new Promise((resolve, reject) => {
      this.inquire({ model, text: texts.join("\n"), question: "examples", progress: () => undefined, answered: resolve, failed: reject });
    });
    const { neurons } = /** @type {Found} */ (answer);
    return neurons.map((lines) => lines.map(({ line, start, end, activation }) => ({ text: texts[line], start, end, activation })));
  }
}

/** One line each. */
async function allTexts() {
  const response = await download(SAMPLE);
  const [, ...rows] = (await response.text()).split("\n");
  const remarks = rows.map((row) => row.slice(row.indexOf(",") + 1).trim().replace(/^"|"$/g, "").replaceAll('""', '"'));
  return [...samples.map(({ text }) => text), ...remarks].filter((text) => text !== "").map((text) => text.replaceAll("\n", " "));
}
