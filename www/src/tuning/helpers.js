// @ts-check
/** The workers that help the one that trains, one for each further core: a run's numbers are the same with them or without. */

import { WorkerClient } from "../worker-client.js";

/** @import { Assets } from "../protocol.js" */

/** For this long after a person has typed, one core is left to the explanations, in milliseconds. */
const TYPING = 2000;

const WORDS = { name: "A worker that helps with fine-tuning", hint: "" };

export class Helpers {
  /** @type {WorkerClient[]} */
  #helpers = [];
  /** The worker that trains. @type {WorkerClient | null} */
  #leader = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  /** @param {Assets} assets @param {(workers: number) => void} changed how many train now */
  constructor(assets, changed) {
    this.assets = assets;
    this.changed = changed;
  }

  /** Finds help for a run that this is a checkpoint of. @param {WorkerClient} leader @param {Blob} checkpoint @param {number} most how many can train at once */
  hire(leader, checkpoint, most) {
    this.dismiss();
    this.#leader = leader;
    this.changed(1);
    const workers = Math.min(navigator.hardwareConcurrency || 1, most);
    for (let more = 1; more < workers; more += 1) this.#add(leader, checkpoint);
  }

  /** Whoever trained or helped does so no more. */
  dismiss() {
    clearTimeout(this.#typing);
    this.#leader = null;
    for (const helper of this.#helpers.splice(0)) helper.stop();
  }

  /** A person types, and wants to see explanations. */
  yield() {
    const leader = this.#leader;
    if (!leader || this.#helpers.length === 0) return;
    clearTimeout(this.#typing);
    this.#allow(leader, this.#helpers.length - 1);
    this.#typing = setTimeout(() => this.#allow(leader, Infinity), TYPING);
  }

  /** @param {WorkerClient} leader @param {Blob} checkpoint */
  async #add(leader, checkpoint) {
    const gone = () => this.#lose(leader);
    const helper = new WorkerClient(this.assets, "flex", WORDS, { progress: () => undefined, died: gone, broke: gone });
    this.#helpers.push(helper);
    const { port1, port2 } = new MessageChannel();
    try {
      await helper.call("help", checkpoint, port1);
      const workers = await leader.call("join", port2);
      if (this.#leader === leader) this.changed(workers);
    } catch {
      helper.stop(); // The run goes on without it.
    }
  }

  /** Without one of them, the run goes on without all: what is too much for one will be too much for others. @param {WorkerClient} leader */
  #lose(leader) {
    if (this.#leader !== leader) return;
    this.dismiss();
    this.changed(1);
    leader.call("alone").catch(() => undefined); // Its own death is reported elsewhere.
  }

  /** @param {WorkerClient} leader @param {number} helpers */
  #allow(leader, helpers) {
    leader.call("allow", helpers).catch(() => undefined); // As above.
  }
}
