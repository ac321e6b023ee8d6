// @ts-check
/** The models that there are: those of the page and, behind them, those of one's own. */

/** @import { ModelAsset } from "./protocol.js" */

export class Catalogue {
  /** Ids of models that could not be loaded. @type {Set<string>} */
  broken = new Set();

  /** @param {ModelAsset[]} shipped */
  constructor(shipped) {
    this.shipped = shipped;
    this.models = shipped;
  }

  get ids() {
    return this.models.map(({ id }) => id);
  }

  /** Takes in the models of one's own, as they are now. @param {ModelAsset[]} own */
  enrol(own) {
    this.models = [...this.shipped, ...own];
  }

  /** @param {string} id */
  title(id) {
    return this.models.find((model) => model.id === id)?.title ?? "";
  }

  /** Whether it is a model of one's own. @param {string} id */
  isOwn(id) {
    return this.ids.indexOf(id) >= this.shipped.length;
  }

  /** What is said in the place of a model's prediction. @param {string} id */
  awaited(id) {
    return this.broken.has(id) ? `The model “${this.title(id)}” could not be loaded.` : `Waiting for “${this.title(id)}” …`;
  }

  /**
   * What stands beside a model: the `chosen` one, the one that belongs there, or any other.
   * @param {string} model
   * @param {string} chosen an id, or `auto` or `none`
   * @returns {string | undefined}
   */
  companion(model, chosen) {
    if (chosen === "none") return undefined;
    const belongs = this.models.find(({ id }) => id === model)?.beside;
    return [chosen, belongs ?? "", ...this.ids].find((id) => id !== model && this.ids.includes(id) && !this.broken.has(id));
  }
}
