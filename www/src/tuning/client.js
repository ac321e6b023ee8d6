// @ts-check
/** The page's end of one worker that fine-tunes: calls as promises, and what the run tells unasked. */

import { obituary } from "../death.js";
import { Deferred } from "../deferred.js";
import { addressed, spawn, startMessage } from "../spawn.js";

/** @import { Assets, Backend, Device, FromWorker, ModelAsset, Problem } from "../protocol.js" */
/** @import { TuningEvent } from "../tuning-protocol.js" */
/** @import { Calls } from "./tuner.js" */

/** A worker that starts, owes an answer or trains, and tells nothing for this long, has hung. Where WebGPU is software, a step alone takes seconds. */
const SILENT_FOR = 120_000;

/**
 * @typedef {object} ClientEvents
 * @property {(label: string, loaded: number, total: number) => void} progress
 * @property {(events: TuningEvent[]) => void} trained
 * @property {(checkpoint: Blob) => void} checkpoint
 * @property {(problem: Problem) => void} broke the run cannot go on in this worker
 */

export class Client {
  alive = true;
  #device = /** @type {Deferred<Device>} */ (new Deferred());
  /** Calls without an answer yet, by number. @type {Map<number, Deferred<any>>} */
  #calls = new Map();
  #number = 0;
  /** @type {Map<string, Promise<unknown>>} */
  #models = new Map();
  #started = false;
  #training = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watchdog;

  /** @param {Assets} assets @param {Backend} backend @param {ClientEvents} events */
  constructor(assets, backend, events) {
    this.backend = backend;
    this.events = events;
    const start = startMessage(assets, backend, []);
    this.worker = spawn(assets);
    this.worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.worker.addEventListener("error", (event) => {
      event.preventDefault(); // It is told in the page, in plain words.
      this.#die(event.message || "its script could not be run");
    });
    this.worker.postMessage(start);
    this.#attend();
  }

  /** Resolves when calls can be answered. */
  ready() {
    return this.#device.promise;
  }

  /**
   * @template {keyof Calls} N
   * @param {N} name
   * @param {Parameters<Calls[N]>} args
   * @returns {Promise<Awaited<ReturnType<Calls[N]>>>}
   */
  async call(name, ...args) {
    await this.ready();
    const answer = new Deferred();
    const request = (this.#number += 1);
    if (!this.alive) throw STOPPED;
    this.#calls.set(request, answer);
    this.worker.postMessage({ type: "call", request, name, args });
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

  /** Whether it must be heard of from now on. @param {boolean} training */
  watch(training) {
    this.#training = training;
    this.#attend();
  }

  /** Waits for what it tells next, if it is to tell something. */
  #attend() {
    clearTimeout(this.#watchdog);
    const owes = this.alive && (!this.#started || this.#training || this.#calls.size > 0);
    if (owes) this.#watchdog = setTimeout(() => this.#die(`it told nothing for ${SILENT_FOR / 1000} seconds`), SILENT_FOR);
  }

  /** Ends the worker; whoever waits for it is told so. */
  stop() {
    this.#end(STOPPED);
  }

  /** @param {FromWorker} message */
  #hear(message) {
    if (!this.alive) return;
    this.#take(message);
    this.#attend();
  }

  /** @param {FromWorker} message */
  #take(message) {
    switch (message.type) {
      case "progress":
        return this.events.progress(message.label, message.loaded, message.total);
      case "started":
        this.#started = true;
        return this.#device.resolve?.(message.device);
      case "answered":
        return this.#taken(message.request)?.resolve?.(message.value);
      case "failed":
        if (message.request === undefined) return this.#end(message.error); // It could not be started.
        return this.#taken(message.request)?.reject?.(message.error);
      case "trained":
        if (message.events.some(({ kind }) => kind === "finished")) this.watch(false);
        return this.events.trained(message.events);
      case "checkpoint":
        return this.events.checkpoint(message.checkpoint);
      case "broke":
        this.stop();
        return this.events.broke(message.error);
      case "panicked":
        return this.#die(message.message);
    }
  }

  /** @param {number} request */
  #taken(request) {
    const call = this.#calls.get(request);
    this.#calls.delete(request);
    return call;
  }

  /** @param {string} why */
  #die(why) {
    if (!this.alive) return;
    const problem = obituary("The worker that fine-tunes", why, "");
    this.#end(problem);
    this.events.broke(problem);
  }

  /** @param {Problem} problem */
  #end(problem) {
    this.alive = false;
    this.#attend();
    this.worker.terminate();
    for (const waiting of [this.#device, ...this.#calls.values()]) waiting.reject?.(problem);
    this.#calls.clear();
  }
}

/** @type {Problem} */
const STOPPED = { kind: "stopped", message: "The worker was stopped.", hint: "" };
