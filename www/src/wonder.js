// @ts-check
/** Waits until a word is pointed at, not just passed over. */

/** @import { Spotlight } from "./spotlight.js" */

/** How long that takes, in milliseconds; while one types, no word is. */
const POINTS_AFTER = 150;

export class Wonder {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pointing;

  /** @param {Spotlight} spotlight @param {(word: number) => void} ask */
  constructor(spotlight, ask) {
    this.spotlight = spotlight;
    this.ask = ask;
    spotlight.watch(() => this.again());
  }

  /** Asks about the word that is pointed at now, once it has been for a while. */
  again() {
    clearTimeout(this.#pointing);
    const { subject } = this.spotlight;
    if (subject?.kind !== "word") return;
    this.#pointing = setTimeout(() => this.ask(subject.word), POINTS_AFTER);
  }
}
