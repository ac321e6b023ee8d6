// @ts-check
/** What a person points at, shared by all charts, so that they show it together. */

/**
 * @typedef {{kind: "word", word: number}
 *   | {kind: "part", title: string}
 *   | {kind: "pair", row: number, column: number}
 *   | {kind: "neuron", panel: string, column: number}} Subject
 *   words by their place in the text; what else has a part in the prediction by its title; a neuron by its column in the allocation of one panel
 */

/** @typedef {(subject: Subject | null) => void} Watcher */

export class Spotlight {
  /** @type {Subject | null} */
  subject = null;
  /** Whether the subject stays while the pointer moves on. */
  pinned = false;
  /** @type {Watcher[]} */
  #watchers = [];

  /** @param {Watcher} watcher */
  watch(watcher) {
    this.#watchers.push(watcher);
  }

  /** The pointer is on `subject`, or on nothing. @param {Subject | null} subject */
  point(subject) {
    if (!this.pinned) this.#show(subject);
  }

  /** The keyboard moved on to `subject`: that is meant, so it undoes a pin. @param {Subject} subject */
  step(subject) {
    this.#show(subject);
  }

  /** Holds `subject`, or lets go of it if it is held already. @param {Subject} subject */
  pin(subject) {
    this.#show(subject, !(this.pinned && isSame(this.subject, subject)));
  }

  clear() {
    this.#show(null);
  }

  /** @param {Subject | null} subject */
  #show(subject, pinned = false) {
    if (isSame(this.subject, subject) && this.pinned === pinned) return;
    this.subject = subject;
    this.pinned = pinned;
    for (const watcher of this.#watchers) watcher(subject);
  }
}

/** Whether this key holds what the keyboard is on. @param {string} key */
export const holds = (key) => key === "Enter" || key === " ";

/** Whether a word or part is the subject, or a word of it. @param {Subject} one @param {Subject | null} subject */
export function isPartOf(one, subject) {
  if (one.kind === "part") return subject?.kind === "part" && subject.title === one.title;
  if (one.kind !== "word") return false;
  if (subject?.kind === "pair") return subject.row === one.word || subject.column === one.word;
  return subject?.kind === "word" && subject.word === one.word;
}

/** @param {Subject | null} a @param {Subject | null} b */
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
