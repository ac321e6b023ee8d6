// @ts-check
/** Our module for the CPU, called as www/src/worker.js calls it. */

/**
 * @import { Module, Session } from "../../../www/src/worker.js"
 * @import { Text, Work } from "./worker.js"
 */

const MODEL = "model";
const FILES = ["card.json", "config.json", "model.safetensors", "vocabulary.json"];

export class Ours {
  /** @param {Session} session @param {{[name: string]: Uint8Array}} files @param {import("../../../www/src/tuning-protocol.js").Tuning} run */
  constructor(session, files, run) {
    this.session = session;
    this.files = files;
    this.run = run;
  }

  /** @param {{js: string, wasm: string}} asset @param {Work} work */
  static async start({ js, wasm }, work) {
    const module = /** @type {Module} */ (await import(new URL(js, self.location.href).href));
    await module.default({ module_or_path: fetch(wasm) });
    const session = await module.Session.start("flex");
    const contents = FILES.map(async (name) => [name, new Uint8Array(await (await fetch(`model/${name}`)).arrayBuffer())]);
    const files = Object.fromEntries(await Promise.all(contents));
    await session.load(MODEL, files);
    return new Ours(session, files, tuning(session, work));
  }

  load() {
    return this.session.load(MODEL, this.files);
  }

  /** The whole explanation. @param {Text} text */
  explain({ text }) {
    return this.session.explain(MODEL, text, "");
  }

  /** One step of fine-tuning, as the page makes it. */
  async train() {
    const events = await this.run.advance(0);
    if (!events.some(({ kind }) => kind === "progress")) throw new Error("the epoch is over, and more than steps would be timed");
  }
}

/** A run on the texts to train on. @param {Session} session @param {Work} work */
function tuning(session, { batch, train }) {
  const lines = train.map(({ text, label }) => `${text},${["negative", "positive"][label]}`);
  const data = new TextEncoder().encode(["text,label", ...lines].join("\n"));
  // Of the texts as many are held out as fill a batch, so that the others fill batches, too; an epoch is as long as
  // all that is measured.
  const choices = { ...session.data_choices(), hold_out_share: batch / train.length };
  const long = { batch_size: batch, epochs: 1000, patience: 1000, learning_rate: 3e-4 };
  const run = session.tune(MODEL, data, choices, { ...session.tuning_options(MODEL), ...long });
  if (run.info.training % batch !== 0) throw new Error(`${run.info.training} texts do not fill batches`);
  return run;
}
