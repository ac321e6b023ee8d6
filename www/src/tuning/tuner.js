// @ts-check
/** Fine-tuning within its worker: a run goes on piece by piece, and whatever else is asked comes in between. */

import { adapterFacts } from "../adapter.js";

/** @import { AdapterFacts, Choice, FromWorker, Measured, ModelAsset, ModelInfo } from "../protocol.js" */
/** @import { DataChoices, Files, Tuning, TuningEngine, TuningModule, TuningOptions } from "../tuning-protocol.js" */

/** So long a piece of a run is, in milliseconds, unless one batch takes longer. */
const PIECE = 50;

/**
 * @typedef {object} Surroundings the worker that this runs in
 * @property {() => TuningEngine & {measure: (model: string) => Promise<Measured>}} engine
 * @property {() => TuningModule & {choose: (adapter: AdapterFacts | null, measured: Measured[]) => Choice}} module
 * @property {(asset: ModelAsset) => Promise<ModelInfo>} load
 * @property {<T>(task: () => Promise<T>) => Promise<T>} inTurn
 * @property {(message: FromWorker) => void} tell
 * @property {(cause: unknown) => void} broke the run cannot go on
 */

/** @typedef {Tuner["calls"]} Calls what the page may ask for, by name */

export class Tuner {
  /** @type {Tuning | null} */
  #run = null;
  #going = false;
  /** Whether its result is told. */
  #over = false;
  /** One loop at a time: it ends when that before it has. */
  #loop = Promise.resolve();

  /** @param {Surroundings} worker */
  constructor(worker) {
    this.worker = worker;
  }

  calls = {
    /** The backend that should train, by the adapter alone. */
    choose: async () => this.worker.module().choose(await adapterFacts(), []),

    /** Whether the backend gives the CPU's numbers. @param {string} model */
    measure: (model) => this.#inTurn(() => this.worker.engine().measure(model)),

    /** @param {ModelAsset} asset */
    load: (asset) => this.worker.load(asset),

    /** What is chosen unless a person says otherwise. @param {string} model */
    defaults: (model) => this.#inTurn((engine) => ({ choices: engine.data_choices(), options: engine.tuning_options(model) })),

    /** @param {string} model @param {Uint8Array} data @param {DataChoices} choices */
    examine: (model, data, choices) => this.#inTurn((engine) => engine.examine(model, data, choices)),

    /** Prepares a run. @param {string} model @param {Uint8Array} data @param {DataChoices} choices @param {TuningOptions} options */
    begin: (model, data, choices, options) => this.#take((engine) => engine.tune(model, data, choices, options)),

    /** Takes up a run. @param {Blob} checkpoint */
    resume: async (checkpoint) => {
      const bytes = new Uint8Array(await checkpoint.arrayBuffer());
      return this.#take((engine) => engine.resume(bytes));
    },

    /** The data that the run was begun with. */
    data: () => this.#inTurn(() => this.#current().data()),

    go: async () => this.#go(),

    /** Holds the run, and answers from where it can go on; null where it is over, or cannot be held any more. */
    pause: async () => {
      const going = this.#going;
      this.#going = false;
      const checkpoint = await this.#inTurn(() => this.#checkpoint());
      if (!checkpoint && going) this.#go(); // The result of a lost loss is measured in one go.
      return checkpoint;
    },

    /** Trains no more, and measures what came of it. */
    stop: async () => {
      await this.#inTurn(() => this.#current().stop());
      this.#go();
    },

    /** By the weights as they are now. @param {string} text */
    explain: (text) => this.#inTurn(() => this.#current().explain(text)),

    /** By the start model. @param {string} text */
    explainStart: (text) => this.#inTurn(() => this.#current().explain_start(text)),

    /** The tuned model. @param {string} id @param {string} title */
    files: (id, title) => this.#inTurn(() => this.#current().files(id, title)),

    /** A model as one file, under its title. @param {Files} files @param {string} id @param {string} title */
    zip: async (files, id, title) => {
      const { entitle, zip } = this.worker.module();
      return new Blob([/** @type {BlobPart} */ (zip(entitle(files, id, title)))], { type: "application/zip" });
    },

    /** The files of a model that came as a zip, and what they say of it. @param {Blob} zip */
    unzip: async (zip) => {
      const bytes = new Uint8Array(await zip.arrayBuffer());
      const files = this.worker.module().unzip(bytes);
      return { files, info: this.worker.module().describe(files) };
    },

    /** What the files of a model say of it. @param {Files} files */
    describe: async (files) => this.worker.module().describe(files),

    /** Lets go of the run. */
    drop: () => {
      this.#going = false;
      return this.#inTurn(() => this.#drop());
    },
  };

  /** @template T @param {(engine: TuningEngine) => T | Promise<T>} task @returns {Promise<T>} */
  #inTurn(task) {
    return this.worker.inTurn(async () => task(this.worker.engine()));
  }

  #current() {
    if (!this.#run) throw { kind: "run", message: "There is no run.", hint: "Start one." };
    return this.#run;
  }

  /** @param {(engine: TuningEngine) => Tuning} make */
  #take(make) {
    return this.#inTurn((engine) => {
      const run = make(engine);
      this.#drop();
      this.#run = run;
      this.#over = false;
      return run.info;
    });
  }

  #drop() {
    this.#run?.free();
    this.#run = null;
  }

  /** Where the run can be taken up; null where it is over. */
  async #checkpoint() {
    try {
      return new Blob([/** @type {BlobPart} */ (await this.#current().checkpoint())]);
    } catch (cause) {
      if (/** @type {{kind?: string}} */ (cause).kind === "run") return null;
      throw cause;
    }
  }

  #go() {
    if (this.#going || this.#over) return;
    this.#going = true;
    this.#loop = this.#loop.then(() => this.#advance());
  }

  async #advance() {
    try {
      while (this.#going) {
        await this.#inTurn(() => this.#piece());
        await messages();
      }
    } catch (cause) {
      this.#going = false;
      this.worker.broke(cause);
    }
  }

  async #piece() {
    if (!this.#going || !this.#run) return; // It was paused while others had their turn.
    const events = await this.#run.advance(PIECE);
    this.#over = events.some(({ kind }) => kind === "finished");
    if (this.#over) this.#going = false;
    this.worker.tell({ type: "trained", events });
    if (!this.#going || !events.some(({ kind }) => kind === "epoch")) return;
    const checkpoint = await this.#checkpoint();
    if (checkpoint) this.worker.tell({ type: "checkpoint", checkpoint });
  }
}

/** Lets the messages in that wait. */
const messages = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
