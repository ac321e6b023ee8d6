// @ts-check
/** All models: those of the page, followed by the user's own. */

import { percent } from "./format.js";

/** @import { ModelAsset, ModelInfo } from "./protocol.js" */

export class Catalogue {
  /** Ids of models that could not be loaded. @type {Set<string>} */
  broken = new Set();
  /** On the texts by which each was chosen. @type {Map<string, number>} */
  #accuracies = new Map();

  /** @param {ModelAsset[]} shipped */
  constructor(shipped) {
    this.shipped = shipped;
    this.models = shipped;
  }

  get ids() {
    return this.models.map(({ id }) => id);
  }

  get titles() {
    return this.models.map(({ title }) => title);
  }

  /** Takes in the user's own models, as they are now. @param {ModelAsset[]} own */
  enrol(own) {
    this.models = [...this.shipped, ...own];
  }

  /** @param {string} id */
  title(id) {
    return this.models.find((model) => model.id === id)?.title ?? "";
  }

  /** A model can answer. @param {ModelInfo} info */
  know({ id, card }) {
    const accuracy = /** @type {{metrics?: {dev_accuracy?: number}}} */ (card).metrics?.dev_accuracy;
    if (accuracy !== undefined) this.#accuracies.set(id, accuracy);
  }

  /** How often a model is right, as far as its card says so. @param {string} id */
  right(id) {
    const accuracy = this.#accuracies.get(id);
    return accuracy === undefined ? "" : `Right for ${percent(accuracy)} of its dev texts.`;
  }

  /** Whether it is one of the user's own models. @param {string} id */
  isOwn(id) {
    return this.ids.indexOf(id) >= this.shipped.length;
  }

  /** What is shown in place of a model's prediction. @param {string} id */
  awaited(id) {
    return this.broken.has(id) ? `The model “${this.title(id)}” could not be loaded.` : `Waiting for “${this.title(id)}” …`;
  }

  /**
   * What a model is compared with: the `chosen` one, its usual companion, or any other. Nothing large is fetched unless
   * it is chosen.
   * @param {string} model
   * @param {string} chosen an id, or `auto` or `none`
   * @returns {string | undefined}
   */
  companion(model, chosen) {
    if (chosen === "none") return undefined;
    if (chosen === "auto" && this.models.find(({ id }) => id === model)?.large) return undefined;
    const belongs = this.models.find(({ id }) => id === model)?.beside;
    return [chosen, belongs ?? "", ...this.ids].find((id) => id !== model && this.ids.includes(id) && !this.broken.has(id));
  }
}
