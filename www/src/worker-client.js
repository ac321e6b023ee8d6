// @ts-check
/** The page's end of one worker, from its start to its end: calls as promises, and what it reports by itself. */

import { obituary } from "./death.js";
import { Deferred } from "./deferred.js";
import { addressed, moduleFor, spawn } from "./spawn.js";

/** @import { Assets, Backend, Device, FromWorker, ModelAsset, ModelInfo, Problem } from "./protocol.js" */
/** @import { TuningEvent } from "./tuning-protocol.js" */
/** @import { Calls } from "./worker.js" */

/**
 * A worker that owes an answer or trains, and sends nothing for this long, has hung. If WebGPU is in software, a single
 * step takes seconds.
 */
const SILENT_FOR = 120_000;

/** The same where it owes one of these answers: a download that gets stuck is reported earlier. @type {{[name: string]: number}} */
const OWES_FOR = { start: 60_000, explain: 30_000, steer: 30_000, without: 30_000, inquire: 30_000, advance: 30_000 };

/**
 * @typedef {object} WorkerEvents
 * @property {(label: string, loaded: number, total: number) => void} progress
 * @property {(problem: Problem) => void} died the worker is gone
 * @property {(events: TuningEvent[]) => void} [trained]
 * @property {(checkpoint: Blob) => void} [checkpoint]
 * @property {(problem: Problem) => void} [broke] the run cannot continue in this worker, which is stopped
 */

export class WorkerClient {
  alive = true;
  /** What is thrown at whoever calls it when it is not. @type {Problem} */
  #gone = STOPPED;
  /** Calls without an answer yet, by number. @type {Map<number, {answer: Deferred<any>, at: number, within: number}>} */
  #calls = new Map();
  /** When it was last heard, or began to train. */
  #heard = 0;
  #number = 0;
  /** @type {Map<string, Promise<ModelInfo>>} */
  #models = new Map();
  #training = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watchdog;
  /** @type {Promise<Device>} */
  #device;

  /**
   * Starts a worker that loads the module of `backend`.
   * @param {Assets} assets
   * @param {Backend} backend
   * @param {{name: string, hint: string}} words what it is called, and what to do if it dies
   * @param {WorkerEvents} events
   */
  constructor(assets, backend, words, events) {
    this.backend = backend;
    this.words = words;
    this.events = events;
    const { module, label } = moduleFor(assets, backend);
    this.worker = spawn(assets, words.name);
    this.worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.worker.addEventListener("error", (event) => {
      event.preventDefault(); // The page says it in plain words.
      this.#die(event.message ? `“${event.message}”` : "its script could not be run");
    });
    this.#device = this.call("start", module, label, backend);
    this.#device.catch((problem) => {
      this.#gone = problem;
      this.#end(problem);
    });
  }

  /** Resolves when the module runs. */
  ready() {
    return this.#device;
  }

  /**
   * @template {keyof Calls} N
   * @param {N} name
   * @param {Parameters<Calls[N]>} args
   * @returns {Promise<Awaited<ReturnType<Calls[N]>>>}
   */
  async call(name, ...args) {
    if (!this.alive) throw this.#gone;
    const answer = new Deferred();
    const request = (this.#number += 1);
    this.#calls.set(request, { answer, at: performance.now(), within: OWES_FOR[name] ?? SILENT_FOR });
    const ports = args.filter((arg) => arg instanceof MessagePort);
    this.worker.postMessage({ request, name, args }, ports);
    this.#attend();
    return /** @type {Promise<any>} */ (answer.promise);
  }

  /** Loads a model, once. @param {ModelAsset} model */
  need(model) {
    const loading = this.#models.get(model.id) ?? this.call("load", addressed(model));
    this.#models.set(model.id, loading);
    loading.catch(() => this.#models.delete(model.id)); // It can be asked for again.
    return loading;
  }

  /** Whether it must be heard from regularly from now on. @param {boolean} training */
  watch(training) {
    if (training && !this.#training) this.#heard = performance.now();
    this.#training = training;
    this.#attend();
  }

  /** Ends the worker; whoever waits for it is told so. */
  stop() {
    this.#end(STOPPED);
  }

  /** Waits for its next message, if one is due: from when it was last heard, not from when others ask for more. */
  #attend() {
    clearTimeout(this.#watchdog);
    const due = [...this.#calls.values()].map(({ at, within }) => ({ within, by: Math.max(at, this.#heard) + within }));
    if (this.#training) due.push({ within: SILENT_FOR, by: this.#heard + SILENT_FOR });
    if (!this.alive || due.length === 0) return;
    const { within, by } = due.reduce((first, other) => (other.by < first.by ? other : first));
    this.#watchdog = setTimeout(() => this.#die(`it sent nothing for ${within / 1000} seconds`), by - performance.now());
  }

  /** @param {FromWorker} message */
  #hear(message) {
    if (!this.alive) return;
    this.#heard = performance.now();
    this.#take(message);
    this.#attend();
  }

  /** @param {FromWorker} message */
  #take(message) {
    switch (message.type) {
      case "progress":
        return this.events.progress(message.label, message.loaded, message.total);
      case "answered":
        return this.#answered(message.request)?.resolve?.(message.value);
      case "failed":
        return this.#answered(message.request)?.reject?.(message.error);
      case "trained":
        if (message.events.some(({ kind }) => kind === "finished")) this.watch(false);
        return this.events.trained?.(message.events);
      case "checkpoint":
        return this.events.checkpoint?.(message.checkpoint);
      case "broke":
        this.stop();
        return this.events.broke?.(message.error);
      case "panicked":
        return this.#die(`“${message.message}”`);
    }
  }

  /** @param {number} request */
  #answered(request) {
    const call = this.#calls.get(request);
    this.#calls.delete(request);
    return call?.answer;
  }

  /** @param {string} why */
  #die(why) {
    if (!this.alive) return;
    const problem = obituary(this.words.name, why, this.words.hint);
    this.#end(problem);
    this.events.died(problem);
  }

  /** @param {Problem} problem */
  #end(problem) {
    this.alive = false;
    this.#attend();
    this.worker.terminate();
    for (const { answer } of this.#calls.values()) answer.reject?.(problem);
    this.#calls.clear();
  }
}

/** @type {Problem} */
const STOPPED = { kind: "stopped", message: "The worker was stopped.", hint: "" };
