// @ts-check
/** The tuned model until it is kept, downloaded or undone, and how good it is. */

import { byId, tell } from "../html.js";
import { showResult } from "./result.js";

/** @import { Files, TuningResult } from "../tuning-protocol.js" */
/** @import { Library } from "./library.js" */
/** @import { Why } from "./mistakes.js" */

export class Outcome {
  root = byId("tune-result", HTMLElement);
  title = byId("tune-title", HTMLInputElement);
  keep = byId("tune-keep", HTMLButtonElement);
  undo = byId("tune-undo", HTMLButtonElement);
  kept = byId("tune-kept", HTMLElement);
  /** @type {Files | null} */
  #files = null;
  /** What became of it. */
  #fate = "";

  /** @param {Library} library @param {Why} why @param {{kept: () => void, undone: () => void}} events */
  constructor(library, why, events) {
    this.library = library;
    this.why = why;
    this.events = events;
    this.keep.addEventListener("click", () => this.#keep());
    byId("tune-download", HTMLButtonElement).addEventListener("click", () => this.#download());
    this.undo.addEventListener("click", events.undone);
  }

  /** A run begins, which may produce a model of this title. @param {string} title */
  expect(title) {
    this.clear();
    this.title.value = title;
    this.keep.disabled = this.undo.hidden = false;
    this.#say("");
  }

  /** @param {TuningResult} result */
  measured(result) {
    showResult(byId("tune-measures", HTMLElement), result, this.why);
  }

  /** @param {Files} files of the tuned model */
  show(files) {
    this.#files = files;
    this.root.hidden = false;
  }

  /** Whether there is a result that is neither kept nor undone. */
  get unkept() {
    return this.#files !== null && !this.keep.disabled;
  }

  clear() {
    this.#files = null;
    this.root.hidden = true;
  }

  /** The title, or one in its place. */
  get #named() {
    return this.title.value.trim() || "Fine-tuned";
  }

  /** @param {string} fate */
  #say(fate) {
    this.#fate = fate;
    tell(this.kept, fate);
  }

  async #download() {
    const files = this.#files;
    if (!files) return;
    const problem = await this.library.download(files, this.#named);
    if (this.#files === files) tell(this.kept, problem ? `${problem.message} ${problem.hint}` : this.#fate);
  }

  async #keep() {
    const files = this.#files;
    if (!files) return;
    const focused = document.activeElement === this.keep;
    this.keep.disabled = this.undo.hidden = true;
    if (focused) this.kept.focus(); // A button that can't be pressed would lose it.
    const title = this.#named;
    this.#say(`Keeping “${title}” …`);
    const { problem } = await this.library.keep(files, title);
    if (this.#files !== files) return; // Another run has begun meanwhile.
    this.#say(problem ? `“${title}” is now among the models. ${problem.message} ${problem.hint}` : `“${title}” is kept, and is now among the models.`);
    this.events.kept();
  }
}
