// @ts-check
/** One worker, from its start to its end, as promises. */

/**
 * @import { Assets, Backend, Choice, Deletion, Device, Explanation, FromWorker, Measured, ModelAsset, ModelInfo,
 *   Problem, ToWorker } from "./protocol.js"
 */

import { obituary } from "./death.js";
import { Deferred } from "./deferred.js";
import { addressed, spawn, startMessage } from "./spawn.js";

/** A worker that owes an answer for this long has hung. */
const ANSWER_WITHIN = 30_000;

/** One that is being started and tells nothing for this long has, too: a download that gets stuck is told of earlier. */
const START_WITHIN = 60_000;

/** @typedef {{explanation: Explanation, milliseconds: number}} Answer */

/**
 * @typedef {object} Listener
 * @property {(label: string, loaded: number, total: number) => void} progress
 * @property {(info: ModelInfo) => void} model a model is loaded
 * @property {(problem: Problem, model: string) => void} badModel a model is not to be had
 * @property {(problem: Problem) => void} died the worker is gone, after it could answer
 */

export class Host {
  /** Ids of the models that are loaded. @type {Set<string>} */
  models = new Set();
  /** Ids of those that were asked for. @type {Set<string>} */
  #asked = new Set();
  /** Why the others are not to be had, by id. @type {Map<string, Problem>} */
  badModels = new Map();

  /** @type {Deferred<Device>} */
  #start = new Deferred();
  /** @type {Deferred<void>} */
  #firstModel = new Deferred();
  /** @type {Deferred<any> | null} */
  #answer = null;
  /** @type {Deferred<any> | null} */
  #verdict = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watchdog;
  #number = 0;
  #started = false;
  #ended = false;

  /**
   * Starts a worker that loads its module and, one after another, the models.
   * @param {Assets} assets
   * @param {{backend: Backend, models: ModelAsset[]}} what
   * @param {Listener} listener
   */
  constructor(assets, { backend, models }, listener) {
    this.listener = listener;
    this.#asked = new Set(models.map(({ id }) => id));
    this.worker = spawn(assets);
    this.worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.worker.addEventListener("error", (event) => {
      event.preventDefault(); // It is told in the page, in plain words.
      this.#die(event.message || "its script could not be run");
    });
    this.#tell(startMessage(assets, backend, models));
    this.#expect(START_WITHIN, "it told nothing");
  }

  /**
   * Resolves when the module runs, and a first model can answer or is known to be none.
   * @returns {Promise<Device>}
   */
  async ready() {
    const device = await this.#start.promise;
    await this.#firstModel.promise;
    return device;
  }

  /**
   * Explains `text` by `model`; one request at a time.
   * @param {string} text
   * @param {string} model
   * @returns {Promise<Answer>}
   */
  explain(text, model) {
    return this.#request((request) => ({ type: "explain", request, text, model }));
  }

  /**
   * Deletes a word of `text` and asks `model` again; one request at a time.
   * @param {string} text
   * @param {string} model
   * @param {number} word
   * @returns {Promise<{deletion: Deletion}>}
   */
  without(text, model, word) {
    return this.#request((request) => ({ type: "without", request, text, model, word }));
  }

  /**
   * Asks which backend should explain: by the adapter alone, or after measuring; it runs from then on.
   * @param {{measure: boolean}} how
   * @returns {Promise<{choice: Choice, device: Device}>}
   */
  judge({ measure }) {
    return this.#ask({ type: "judge", measure });
  }

  /**
   * Asks whether the backend gives the CPU's numbers on a fixed input.
   * @returns {Promise<{measured: Measured}>}
   */
  check() {
    return this.#ask({ type: "check" });
  }

  /** Loads those models that were not asked for before. @param {ModelAsset[]} models */
  load(models) {
    for (const model of models.filter(({ id }) => !this.#asked.has(id))) {
      this.#asked.add(model.id);
      this.badModels.delete(model.id);
      this.#tell({ type: "load", model: addressed(model) });
    }
  }

  /** Ends the worker; whoever waits for it is told so. */
  stop() {
    this.#end({ kind: "stopped", message: "The engine was stopped.", hint: "" });
  }

  /** @param {(request: number) => ToWorker} message of this number */
  #request(message) {
    this.#answer = new Deferred();
    this.#number += 1;
    this.#tell(message(this.#number));
    this.#expect(ANSWER_WITHIN, "it gave no answer");
    return this.#answer.promise;
  }

  /** Takes the worker for dead if it is not heard of for so many milliseconds. @param {number} within @param {string} why */
  #expect(within, why) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#die(`${why} for ${within / 1000} seconds`), within);
  }

  /** @param {ToWorker} message */
  #ask(message) {
    this.#verdict = new Deferred();
    this.#tell(message);
    return this.#verdict.promise;
  }

  /** @param {ToWorker} message */
  #tell(message) {
    this.worker.postMessage(message);
  }

  /** @param {FromWorker} message */
  #hear(message) {
    if (this.#ended) return;
    switch (message.type) {
      case "progress":
        if (!this.#started) this.#expect(START_WITHIN, "it told nothing");
        return this.listener.progress(message.label, message.loaded, message.total);
      case "started":
        this.#started = true;
        clearTimeout(this.#watchdog);
        return this.#start.resolve?.(message.device);
      case "model":
        this.models.add(message.info.id);
        this.#firstModel.resolve?.();
        return this.listener.model(message.info);
      case "explained":
      case "deleted":
        clearTimeout(this.#watchdog);
        return this.#answer?.resolve?.(message);
      case "judged":
      case "checked":
        return this.#verdict?.resolve?.(message);
      case "failed":
        return this.#failed(message);
      case "panicked":
        return this.#die(message.message);
    }
  }

  /** @param {Extract<FromWorker, {type: "failed"}>} message */
  #failed({ error, request, model }) {
    if (model !== undefined) {
      this.badModels.set(model, error);
      this.#asked.delete(model); // It can be asked for again.
      this.#firstModel.resolve?.(); // Another may answer.
      this.listener.badModel(error, model);
    } else if (request !== undefined) {
      clearTimeout(this.#watchdog);
      this.#answer?.reject?.(error);
    } else {
      this.#start.reject?.(error);
      this.#verdict?.reject?.(error);
    }
  }

  /** @param {string} why */
  #die(why) {
    if (this.#ended) return;
    const couldAnswer = this.models.size > 0;
    const problem = obituary("The engine", why, "Load the page again.");
    this.#end(problem);
    if (couldAnswer) this.listener.died(problem);
  }

  /** @param {Problem} problem */
  #end(problem) {
    this.#ended = true;
    clearTimeout(this.#watchdog);
    this.worker.terminate();
    for (const waiting of [this.#start, this.#firstModel, this.#answer, this.#verdict]) waiting?.reject?.(problem);
  }
}
