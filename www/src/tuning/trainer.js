// @ts-check
/** One run after another: which worker trains, when it is held, and how it goes on after something broke. */

import { Client } from "./client.js";
import { claim } from "./claim.js";

/** @import { Assets, Backend, Device, ModelAsset, Problem } from "../protocol.js" */
/** @import { DataChoices, Files, TuningEvent, TuningInfo, TuningOptions } from "../tuning-protocol.js" */
/** @import { SavedRun, Vault } from "./vault.js" */

/** @typedef {"idle" | "checking" | "running" | "paused" | "done" | "error"} Phase */

/**
 * @typedef {object} Plan
 * @property {ModelAsset} model to start from
 * @property {Uint8Array} data
 * @property {string} name of the data
 * @property {DataChoices} choices
 * @property {TuningOptions} options
 * @property {Backend | "auto"} backend
 */

/**
 * @typedef {object} TrainerEvents
 * @property {(phase: Phase) => void} phase
 * @property {(label: string, loaded: number, total: number) => void} progress
 * @property {(info: TuningInfo, data: string, device: Device) => void} began it may have been taken up
 * @property {(events: TuningEvent[]) => void} trained
 * @property {(problem: Problem) => void} problem
 * @property {(files: Files) => void} tuned the tuned model is there
 */

/** Deaths in a row, with no checkpoint between them, after which no more is trained, and after which all is over. */
const LAST_TRY = 2;
const OVER = 3;

export class Trainer {
  /** @type {Phase} */
  phase = "idle";
  /** The run in progress, or the one whose result is neither kept nor dropped. @type {SavedRun | null} */
  #saved = null;
  /** @type {Client | null} */
  #client = null;
  #deaths = 0;
  /** Number of the newest examination. */
  #examination = 0;
  /** Of the model that comes of a run. */
  #name = { id: "", title: "" };

  /** @param {Assets} assets @param {Vault} vault @param {TrainerEvents} events */
  constructor(assets, vault, events) {
    this.assets = assets;
    this.vault = vault;
    this.events = events;
  }

  /** The worker for what is no run. */
  desk() {
    return this.#client?.alive ? this.#client : this.#spawn("flex");
  }

  /** What is chosen unless a person says otherwise. @param {ModelAsset} model */
  async defaults(model) {
    const desk = this.desk();
    await desk.need(model);
    return desk.call("defaults", model.id);
  }

  /**
   * What data hold; null if other data were asked about meanwhile.
   * @param {ModelAsset} model
   * @param {Uint8Array} data
   * @param {DataChoices} choices
   */
  async examine(model, data, choices) {
    const number = (this.#examination += 1);
    this.#enter("checking");
    try {
      const desk = this.desk();
      await desk.need(model);
      const report = await desk.call("examine", model.id, data, choices);
      if (number !== this.#examination) return null;
      this.#enter(report.problem ? "error" : "idle");
      return report;
    } catch (problem) {
      if (number === this.#examination) this.#fail(/** @type {Problem} */ (problem));
      return null;
    }
  }

  /** @param {Plan} plan */
  async start({ model, data, name, choices, options, backend }) {
    this.#enter("checking");
    try {
      await claim();
      const client = await this.#open(backend, model);
      const info = await client.call("begin", model.id, data, choices, options);
      this.#deaths = 0;
      this.#saved = null;
      const checkpoint = await client.call("pause");
      if (checkpoint) this.#save({ checkpoint, holding: "going", data: name, backend: client.backend });
      await this.#began(client, info, name);
      await this.#go();
    } catch (problem) {
      this.#fail(/** @type {Problem} */ (problem));
    }
  }

  async pause() {
    const client = this.#running();
    const checkpoint = await client.call("pause").catch(() => null); // A worker that dies is told of as an event.
    if (!checkpoint || this.phase !== "running") return;
    client.watch(false);
    this.#save({ checkpoint, holding: "paused" });
    this.#enter("paused");
  }

  async goOn() {
    this.#save({ holding: "going" });
    await this.#go();
  }

  /** Trains no more, and measures what came of it. */
  async stop() {
    this.#save({ holding: "stopped" });
    await this.#go();
  }

  /** Goes on with the run that was in progress when the page was left, if there is one. */
  async restore() {
    const saved = await this.vault.run().catch(() => undefined); // Told of where something is to be kept.
    if (!saved) return;
    try {
      await claim();
    } catch {
      return; // It goes on in another tab.
    }
    this.#saved = saved;
    const state = saved.holding === "paused" ? "It is paused, as you left it" : "It goes on from its checkpoint";
    await this.#takeUp(saved.backend, `The page was opened anew while a model was fine-tuned. ${state}`);
  }

  /** The run is of no more use: its result is kept elsewhere, or not wanted. @param {{forget: boolean}} how */
  async drop({ forget }) {
    this.#saved = null;
    if (forget) {
      if (this.#client?.alive) this.#client.call("drop").catch(() => undefined); // It may be gone already.
      this.#enter("idle");
    }
    await this.vault.dropRun().catch(() => undefined); // What could not be kept need not be dropped.
  }

  /** What the start model and the one in training make of a text; null if there is no run. @param {string} text */
  async explain(text) {
    if (!["running", "paused", "done"].includes(this.phase) || !this.#client?.alive) return null;
    const client = this.#client;
    try {
      const before = await client.call("explainStart", text);
      return { before, after: await client.call("explain", text) };
    } catch {
      return null; // A worker that dies is told of as an event.
    }
  }

  #running() {
    if (!this.#client) throw new Error("nothing trains");
    return this.#client;
  }

  /** @param {Backend} backend */
  #spawn(backend) {
    this.#client?.stop();
    const client = new Client(this.assets, backend, {
      progress: this.events.progress,
      trained: (events) => this.#trained(client, events),
      checkpoint: (checkpoint) => {
        this.#deaths = 0;
        this.#save({ checkpoint });
      },
      broke: (problem) => {
        // While something is checked, whoever waits for it is told.
        if (client === this.#client && this.#saved && this.phase !== "checking") this.#recover(problem);
      },
    });
    this.#client = client;
    return client;
  }

  /** A worker on `backend`, or on the CPU if that fails, with the model. @param {Backend | "auto"} backend @param {ModelAsset} model */
  async #open(backend, model) {
    const chosen = backend === "auto" ? (await this.desk().call("choose")).backend : backend;
    const client = this.#client?.alive && this.#client.backend === chosen ? this.#client : this.#spawn(chosen);
    if (chosen === "flex") {
      await client.need(model);
      return client;
    }
    try {
      await client.need(model);
      const { agrees, difference } = await client.call("measure", model.id);
      if (agrees) return client;
      throw disagreement(difference);
    } catch (problem) {
      const { message } = /** @type {Problem} */ (problem);
      this.events.problem({ kind: "tuning", message: `The backend that was chosen failed: ${message}`, hint: "The CPU trains instead." });
      const cpu = this.#spawn("flex");
      await cpu.need(model);
      return cpu;
    }
  }

  async #go() {
    const client = this.#running();
    this.#enter("running");
    client.watch(true);
    await client.call(this.#saved?.holding === "stopped" ? "stop" : "go").catch(() => undefined); // As above.
  }

  /** @param {Client} client @param {TuningInfo} info @param {string} data */
  async #began(client, info, data) {
    this.#name = { id: `own-${Date.now().toString(36)}`, title: `${info.start_title}, tuned on ${data}` };
    this.events.began(info, data, await client.ready());
  }

  /** @param {Client} client @param {TuningEvent[]} events */
  async #trained(client, events) {
    if (client !== this.#client) return;
    this.events.trained(events);
    const end = events.find((event) => event.kind === "finished");
    if (!end) return;
    if (!end.result) return this.#fail({ kind: "run", message: end.message, hint: "" });
    const files = await client.call("files", this.#name.id, this.#name.title).catch(() => null);
    if (!files) return;
    this.events.tuned(files);
    this.#enter("done");
  }

  /** After the worker or its device died. @param {Problem} problem */
  async #recover(problem) {
    this.#deaths += 1;
    const what = problem.kind === "device" ? `The GPU was lost: ${problem.message}` : problem.message;
    if (this.#deaths >= OVER) {
      this.#save({ holding: "paused" });
      return this.#fail({ ...problem, message: what, hint: "It stopped at the same place again and again. Choose smaller batches, or the CPU, and start anew." });
    }
    if (this.#deaths >= LAST_TRY) this.#save({ holding: "stopped" });
    const goesOn = this.#saved?.holding === "stopped" ? "The result of the last good weights is measured on the CPU" : "The run goes on on the CPU";
    await this.#takeUp("flex", `${what.replace(/\.$/, "")}. ${goesOn}`);
  }

  /** Takes the saved run up in a new worker. @param {Backend} backend @param {string} why */
  async #takeUp(backend, why) {
    const saved = this.#saved;
    if (!saved) return;
    this.#enter("checking");
    try {
      const client = this.#spawn(backend);
      const info = await client.call("resume", saved.checkpoint);
      this.#save({ backend });
      await this.#began(client, info, saved.data);
      this.events.problem({ kind: "tuning", message: `${why}, from step ${info.step}.`, hint: "" });
      if (saved.holding === "paused") this.#enter("paused");
      else await this.#go();
    } catch (cause) {
      const problem = /** @type {Problem} */ (cause);
      if (problem.kind === "checkpoint") this.#fail(problem);
      else await this.#recover(problem);
    }
  }

  /** Keeps where the run can be taken up, here and in the browser's storage. @param {Partial<SavedRun>} change */
  #save(change) {
    const saved = /** @type {SavedRun} */ ({ ...this.#saved, ...change });
    this.#saved = saved;
    this.vault.saveRun(saved).catch((problem) => this.events.problem(problem));
  }

  /** @param {Problem} problem */
  #fail(problem) {
    if (problem.kind === "stopped") return; // Something else was begun meanwhile.
    this.events.problem({ ...problem, kind: "tuning" });
    this.#enter("error");
  }

  /** @param {Phase} phase */
  #enter(phase) {
    this.phase = phase;
    this.events.phase(phase);
  }
}

/** @param {number} difference @returns {Problem} */
const disagreement = (difference) => ({
  kind: "disagreement",
  message: `it gives other numbers than the CPU here; they differ by ${difference.toPrecision(2)}.`,
  hint: "",
});
