// @ts-check
/** One run after another: which worker trains, when it is paused, and how it continues after something broke. */

import { WorkerClient } from "../worker-client.js";
import { open } from "./backends.js";
import { claim, release } from "./claim.js";
import { Helpers } from "./helpers.js";
import { Progress } from "./progress.js";
import { freshId } from "./vault.js";

/** @import { Assets, Backend, Device, ModelAsset, Problem } from "../protocol.js" */
/** @import { DataChoices, Files, TuningEvent, TuningInfo, TuningOptions } from "../tuning-protocol.js" */
/** @import { Vault } from "./vault.js" */

/** @typedef {Pick<import("./sources.js").Base, "kind" | "name">} Source where data come from, and what they are called */

/** @typedef {"idle" | "checking" | "running" | "paused" | "done" | "error"} Phase */

/**
 * @typedef {object} Plan
 * @property {ModelAsset} model to start from
 * @property {Uint8Array} data
 * @property {Source} source of the data
 * @property {DataChoices} choices
 * @property {TuningOptions} options
 * @property {Backend | "auto"} backend
 */

/**
 * @typedef {object} RunsEvents
 * @property {(phase: Phase) => void} phase
 * @property {(label: string, loaded: number, total: number) => void} progress
 * @property {(info: TuningInfo, source: Source, device: Device) => void} began it may have been resumed
 * @property {(workers: number) => void} workers how many train now
 * @property {(events: TuningEvent[]) => void} trained
 * @property {(problem: Problem) => void} problem
 * @property {(files: Files) => void} tuned the tuned model is there
 */

/** Deaths in a row, with no checkpoint between them, after which training ends, and after which the run is over. */
const LAST_TRY = 2;
const OVER = 3;

/** What becomes of a run when the page is reopened, by the state it was in. */
const TAKEN_UP = {
  going: "The page was reopened while a model was being fine-tuned. The run continues from its checkpoint",
  paused: "The page was reopened while fine-tuning was paused. It is paused, as you left it",
  stopped: "The page was reopened before the tuned model was kept. Its result is measured again",
  done: "The page was reopened before the tuned model was kept. Its result is measured again",
};

/** The same after its worker died. */
const REPLACED = {
  going: "The run continues on the CPU",
  paused: "The run is paused, as you left it, and will continue on the CPU",
  stopped: "The result of the last good weights is measured on the CPU",
  done: "The result is measured again on the CPU",
};

const WORDS = { name: "The fine-tuning worker", hint: "" };

export class Runs {
  /** @type {Phase} */
  phase = "idle";
  /** @type {WorkerClient | null} */
  #client = null;
  /** The worker that has the run. @type {WorkerClient | null} */
  #trains = null;
  #deaths = 0;
  /** Number of the newest examination. */
  #examination = 0;
  /** Of the model that a run produces. */
  #name = { id: "", title: "" };

  /** @param {Assets} assets @param {Vault} vault @param {RunsEvents} events */
  constructor(assets, vault, events) {
    this.assets = assets;
    this.progress = new Progress(vault, events.problem);
    this.helpers = new Helpers(assets, events.workers);
    this.events = events;
  }

  /** A worker on `backend`, or any that there is. @param {Backend} [backend] */
  desk(backend) {
    const fits = this.#client?.alive && (backend ?? this.#client.backend) === this.#client.backend;
    return this.#client && fits ? this.#client : this.#spawn(backend ?? "flex");
  }

  /** The defaults. @param {ModelAsset} model */
  async defaults(model) {
    const desk = this.desk();
    await desk.need(model);
    return desk.call("defaults", model.id);
  }

  /**
   * What the data hold; null if other data were asked about meanwhile.
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

  /** Starts a run, which replaces an earlier one only if it can be started. @param {Plan} plan */
  async start({ model, data, source, choices, options, backend }) {
    this.#enter("checking");
    try {
      await claim();
      const client = await open(backend, model, (which) => this.desk(which), this.events.problem);
      const info = await client.call("begin", model.id, data, choices, options);
      this.#deaths = 0;
      const checkpoint = await client.call("pause");
      if (checkpoint) this.progress.save({ checkpoint, holding: "going", data: source.name, kind: source.kind, backend: client.backend });
      await this.#began(client, info, source);
      if (checkpoint) this.helpers.hire(client, checkpoint, info.workers);
      await this.#go();
    } catch (problem) {
      if (!this.progress.saved) release();
      this.#fail(/** @type {Problem} */ (problem));
    }
  }

  async pause() {
    const client = this.#running();
    const checkpoint = await client.call("pause").catch(() => null); // A worker's death is reported as an event.
    if (!checkpoint || this.phase !== "running") return;
    client.watch(false);
    this.progress.save({ checkpoint, holding: "paused" });
    this.#enter("paused");
  }

  async goOn() {
    this.progress.save({ holding: "going" });
    await this.#go();
  }

  /** Ends training, and measures the result. */
  async stop() {
    this.progress.save({ holding: "stopped" });
    await this.#go();
  }

  /** Resumes the run that was in progress when the page was left, if there is one. */
  async restore() {
    const saved = await this.progress.load();
    if (!saved) return;
    try {
      await claim();
    } catch {
      this.progress.saved = null; // It continues in another tab.
      return;
    }
    await this.#takeUp(saved.backend, TAKEN_UP[saved.holding]);
  }

  /** The result is kept elsewhere: the run is of no further use, except to explain texts. */
  kept() {
    return this.#leave();
  }

  /** The run is discarded. */
  async undo() {
    this.#trains = null;
    this.helpers.dismiss();
    if (this.#client?.alive) this.#client.call("drop").catch(() => undefined); // It may be gone already.
    await this.#leave();
    if (this.phase === "done") this.#enter("idle"); // Only now will the run not come back when the page is reloaded.
  }

  /** There is nothing left to continue. */
  async #leave() {
    await this.progress.drop();
    release();
  }

  /** What the start model or the one in training makes of a text; null if there is no run. @param {"before" | "after"} which @param {string} text */
  async explain(which, text) {
    const client = this.#client;
    if (!client?.alive || client !== this.#trains) return null;
    return client.call(which === "before" ? "explainStart" : "explainTuned", text).catch(() => null); // A worker's death is reported as an event.
  }

  /** The curves of the run so far, as a file's content. @param {string} form */
  curves(form) {
    return this.#running().call("curves", form);
  }

  /** The data of the run, as their file has them, and what they hold; null if its worker is gone. */
  async data() {
    return this.#running().call("data").catch(() => null); // As above.
  }

  #running() {
    if (!this.#client) throw new Error("nothing trains");
    return this.#client;
  }

  /** @param {Backend} backend */
  #spawn(backend) {
    this.helpers.dismiss();
    this.#client?.stop();
    const broke = (/** @type {Problem} */ problem) => {
      // In all other phases, whoever waits for an answer is told.
      const needed = ["running", "paused", "done"].includes(this.phase);
      if (client === this.#client && this.progress.saved && needed) this.#recover(problem);
    };
    const client = new WorkerClient(this.assets, backend, WORDS, {
      progress: this.events.progress,
      trained: (events) => this.#trained(client, events),
      checkpoint: (checkpoint) => {
        this.#deaths = 0;
        this.progress.save({ checkpoint });
      },
      broke,
      died: broke,
    });
    this.#client = client;
    return client;
  }

  async #go() {
    const client = this.#running();
    this.#enter("running");
    client.watch(true);
    await client.call(this.progress.saved?.holding === "stopped" ? "stop" : "go").catch(() => undefined); // As above.
  }

  /** @param {WorkerClient} client @param {TuningInfo} info @param {Source} source */
  async #began(client, info, source) {
    this.#trains = client;
    this.#name = { id: freshId(), title: `${info.start_title}, tuned on ${source.name}` };
    this.events.began(info, source, await client.ready());
  }

  /** @param {WorkerClient} client @param {TuningEvent[]} events */
  async #trained(client, events) {
    if (client !== this.#client) return;
    this.events.trained(events);
    const end = events.find((event) => event.kind === "finished");
    if (!end) return;
    this.helpers.dismiss();
    if (!end.result) {
      await this.#leave();
      return this.#fail({ kind: "run", message: end.message, hint: "" });
    }
    const files = await client.call("files", this.#name.id, this.#name.title).catch(() => null);
    if (!files) return;
    if (this.progress.saved?.holding === "going") this.progress.save({ holding: "done" });
    this.events.tuned(files);
    this.#enter("done");
  }

  /** After the worker or its device died. @param {Problem} problem */
  async #recover(problem) {
    this.#deaths += 1;
    const what = problem.kind === "device" ? `The GPU was lost: ${problem.message}` : problem.message;
    if (this.#deaths >= OVER) {
      this.progress.save({ holding: "paused" });
      return this.#fail({ ...problem, message: what, hint: "It keeps stopping at the same place. Choose smaller batches, or the CPU, and start again." });
    }
    const spent = problem.kind === "memory"; // What was too much once would be too much again.
    if (spent || this.#deaths >= LAST_TRY) this.progress.save({ holding: "stopped" });
    const becomes = REPLACED[this.progress.saved?.holding ?? "going"];
    await this.#takeUp("flex", `${what.replace(/\.$/, "")}. ${becomes}`, spent ? "Smaller batches take less memory." : "");
  }

  /** Resumes the saved run in a new worker. @param {Backend} backend @param {string} why @param {string} [hint] */
  async #takeUp(backend, why, hint = "") {
    const saved = this.progress.saved;
    if (!saved) return;
    this.#enter("checking");
    try {
      const client = this.#spawn(backend);
      const info = await client.call("resume", saved.checkpoint);
      this.progress.save({ backend });
      await this.#began(client, info, { kind: saved.kind, name: saved.data });
      const where = saved.holding === "going" ? `, from step ${info.step}` : "";
      this.events.problem({ kind: "tuning", message: `${why}${where}.`, hint });
      if (saved.holding !== "done") this.helpers.hire(client, saved.checkpoint, info.workers);
      if (saved.holding === "paused") this.#enter("paused");
      else await this.#go();
    } catch (cause) {
      const problem = /** @type {Problem} */ (cause);
      if (problem.kind === "checkpoint") this.#fail(problem);
      else await this.#recover(problem);
    }
  }

  /** @param {Problem} problem */
  #fail(problem) {
    if (problem.kind === "stopped") return; // Something else was started meanwhile.
    this.events.problem({ ...problem, kind: "tuning" });
    this.#enter("error");
  }

  /** @param {Phase} phase */
  #enter(phase) {
    this.phase = phase;
    this.events.phase(phase);
  }
}
