// @ts-check
/** Fine-tuning within its worker: a run advances piece by piece, with other requests in between. */

import { help, Team } from "./team.js";

/** @import { FromWorker } from "../protocol.js" */
/** @import { DataChoices, Files, Tuning, TuningSession, TuningModule, TuningOptions } from "../tuning-protocol.js" */

/** The length of a piece of a run, in milliseconds, unless one batch takes longer. */
const PIECE = 50;

/**
 * @typedef {object} Surroundings the worker that this runs in
 * @property {() => TuningSession} session
 * @property {() => TuningModule} module
 * @property {<T>(task: () => Promise<T>) => Promise<T>} inTurn
 * @property {(message: FromWorker) => void} tell
 * @property {(cause: unknown) => void} broke the run cannot continue
 */

export class TuningLoop {
  /** @type {Tuning | null} */
  #run = null;
  #going = false;
  /** Whether its result has been reported. */
  #over = false;
  /** Those who help with it. */
  #team = new Team();
  /** One loop at a time: each starts when the one before it has ended. */
  #loop = Promise.resolve();

  /** @param {Surroundings} worker */
  constructor(worker) {
    this.worker = worker;
  }

  calls = {
    /** The defaults. @param {string} model */
    defaults: (model) => this.#inTurn((session) => ({ choices: session.data_choices(), options: session.tuning_options(model) })),

    /** @param {string} model @param {Uint8Array} data @param {DataChoices} choices */
    examine: (model, data, choices) => this.#inTurn((session) => session.examine(model, data, choices)),

    /** Prepares a run. @param {string} model @param {Uint8Array} data @param {DataChoices} choices @param {TuningOptions} options */
    begin: (model, data, choices, options) => this.#take((session) => session.tune(model, data, choices, options)),

    /** Resumes a run. @param {Blob} checkpoint */
    resume: async (checkpoint) => {
      const bytes = new Uint8Array(await checkpoint.arrayBuffer());
      return this.#take((session) => session.resume(bytes));
    },

    /** The data that the run was started with. */
    data: () => this.#inTurn(() => this.#current().data()),

    go: async () => this.#go(),

    /** Pauses the run, and answers with a checkpoint to resume from; null if it is over, or can no longer be paused. */
    pause: async () => {
      const going = this.#going;
      this.#going = false;
      const checkpoint = await this.#inTurn(() => this.#checkpoint());
      if (!checkpoint && going) this.#go(); // The result of a run whose loss is no number any more is measured in one go.
      return checkpoint;
    },

    /** Ends training, and measures the result. */
    stop: async () => {
      await this.#inTurn(() => this.#current().stop());
      this.#go();
    },

    /** With the weights as they are now. @param {string} text */
    explainTuned: (text) => this.#inTurn(() => this.#current().explain(text)),

    /** With the start model. @param {string} text */
    explainStart: (text) => this.#inTurn(() => this.#current().explain_start(text)),

    /** The curves so far, as a file's content. @param {string} form */
    curves: (form) => this.#inTurn(() => this.#current().export(form)),

    /** The tuned model. @param {string} id @param {string} title */
    files: (id, title) => this.#inTurn(() => this.#current().files(id, title)),

    /** A model as one file, under its title. @param {Files} files @param {string} id @param {string} title */
    zip: async (files, id, title) => {
      const { entitle, zip } = this.worker.module();
      return new Blob([/** @type {BlobPart} */ (zip(entitle(files, id, title)))], { type: "application/zip" });
    },

    /** The files of a model that came as a zip, and what they say about it. @param {Blob} zip @param {string} title of one that has none of its own */
    unzip: async (zip, title) => {
      const bytes = new Uint8Array(await zip.arrayBuffer());
      const files = this.worker.module().unzip(bytes, title);
      return { files, info: this.worker.module().describe(files) };
    },

    /** The files of a model directory, perhaps made of those that are given, and what they say about it. @param {Files} given @param {string} title */
    takeIn: async (given, title) => {
      const files = this.worker.module().take_in(given, title);
      return { files, info: this.worker.module().describe(files) };
    },

    /** Helps a run that another worker trains, by what comes through `port`. @param {Blob} checkpoint of that run @param {MessagePort} port */
    help: async (checkpoint, port) => {
      const bytes = new Uint8Array(await checkpoint.arrayBuffer());
      const helper = await this.#inTurn((session) => session.helper(bytes));
      help(port, ({ work, values }) => helper.answer(work, values), this.worker.broke);
    },

    /** Takes help from who is at the other end of `port`; answers with how many train then. @param {MessagePort} port */
    join: (port) =>
      this.#inTurn(() => {
        this.#team.join(port);
        return 1 + this.#team.count;
      }),

    /** At most so many help from now on. @param {number} helpers */
    allow: async (helpers) => {
      this.#team.most = helpers;
    },

    /** Nobody helps any more. */
    alone: async () => this.#team.dismiss(),

    /** Lets go of the run. */
    drop: () => {
      this.#going = false;
      return this.#inTurn(() => this.#drop());
    },
  };

  /** @template T @param {(session: TuningSession) => T | Promise<T>} task @returns {Promise<T>} */
  #inTurn(task) {
    return this.worker.inTurn(async () => task(this.worker.session()));
  }

  #current() {
    if (!this.#run) throw { kind: "run", message: "There is no run.", hint: "Start one." };
    return this.#run;
  }

  /** @param {(session: TuningSession) => Tuning} make */
  #take(make) {
    return this.#inTurn((session) => {
      const run = make(session);
      this.#drop();
      this.#run = run;
      this.#over = false;
      run.employ(this.#team);
      return run.info;
    });
  }

  #drop() {
    this.#team.dismiss();
    this.#team = new Team();
    this.#run?.free();
    this.#run = null;
  }

  /** Where the run can be resumed from; null if it is over. */
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

/** Lets waiting messages in. */
const messages = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
