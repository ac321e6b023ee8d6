// @ts-check
/** One worker that explains, and which models it has. */

import { Deferred } from "./deferred.js";
import { WorkerClient } from "./worker-client.js";

/** @import { Scene } from "./scenes.js" */
/** @import { Assets, Backend, Device, Explanation, ModelAsset, ModelInfo, Problem } from "./protocol.js" */

const WORDS = { name: "The engine", hint: "Load the page again." };

/** @typedef {{explanation: Explanation, milliseconds: number}} Answer */

/**
 * @typedef {object} Listener
 * @property {(label: string, loaded: number, total: number) => void} progress
 * @property {(info: ModelInfo) => void} model a model is loaded
 * @property {(problem: Problem, model: string) => void} badModel a model cannot be loaded
 * @property {(problem: Problem) => void} died the worker is gone, after it was able to answer
 */

export class Host {
  /** Ids of the models that are loaded. @type {Set<string>} */
  models = new Set();
  /** Ids of those that were asked for. @type {Set<string>} */
  #asked;
  /** Why the others cannot be loaded, by id. @type {Map<string, Problem>} */
  badModels = new Map();
  /** Settled when a first model is loaded, or cannot be. @type {Deferred<void>} */
  #firstModel = new Deferred();

  /**
   * Starts a worker that loads its module and, one after another, the models.
   * @param {Assets} assets
   * @param {{backend: Backend, models: ModelAsset[]}} what
   * @param {Listener} listener
   */
  constructor(assets, { backend, models }, listener) {
    this.listener = listener;
    this.#asked = new Set(models.map(({ id }) => id));
    this.client = new WorkerClient(assets, backend, WORDS, {
      progress: listener.progress,
      died: (problem) => {
        if (this.models.size > 0) listener.died(problem);
      },
    });
    this.#loadInTurn(models);
  }

  /**
   * Resolves when the module runs, and a first model can answer or cannot be used.
   * @returns {Promise<Device>}
   */
  async ready() {
    const device = await this.client.ready();
    await this.#firstModel.promise;
    return device;
  }

  /** @param {string} text @param {Scene} scene @returns {Promise<Answer>} */
  explain(text, { model, without, before, layer }) {
    return this.client.call("explain", model, text, without, before, layer);
  }

  /** Loads those models that were not asked for before. @param {ModelAsset[]} models */
  load(models) {
    for (const model of models.filter(({ id }) => !this.#asked.has(id))) {
      this.#asked.add(model.id);
      this.badModels.delete(model.id);
      this.#load(model);
    }
  }

  /** Ends the worker; whoever waits for it is told so. */
  stop() {
    this.client.stop();
  }

  /** Module and first model travel together; the others follow, so that they hold up neither. @param {ModelAsset[]} models */
  async #loadInTurn(models) {
    for (const model of models) await this.#load(model);
  }

  /** @param {ModelAsset} model */
  async #load(model) {
    try {
      const info = await this.client.need(model);
      this.models.add(info.id);
      this.#firstModel.resolve?.();
      this.listener.model(info);
    } catch (cause) {
      const problem = /** @type {Problem} */ (cause);
      if (!this.client.alive) return this.#firstModel.reject?.(problem);
      this.badModels.set(model.id, problem);
      this.#asked.delete(model.id); // It can be asked for again.
      this.#firstModel.resolve?.(); // Another may answer.
      this.listener.badModel(problem, model.id);
    }
  }
}
