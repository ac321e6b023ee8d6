// @ts-check
/** “What would flip it?”: the fewest neurons whose silence, and the fewest words whose deletion, changes the class. */

import { count } from "./format.js";
import { byId, html, write } from "./html.js";
import { onlyLast } from "./touch.js";

/** @import { Flip as Found, Problem, Question } from "./protocol.js" */

/**
 * @typedef {object} FlipEvents
 * @property {(question: Question, told: {progress: (done: number, of: number) => void, answered: (answer: any) => void, failed: (problem: Problem) => void}) => void} ask
 * @property {(question: Question) => void} drop
 * @property {(neurons: number[]) => void} silence
 * @property {(words: number[]) => void} remove
 */

/** @type {{question: Question, of: string, act: string}[]} */
const PARTS = [
  { question: "flip-neurons", of: "Neurons", act: "Switch them off" },
  { question: "flip-words", of: "Words", act: "Delete them" },
];

export class Flip {
  #button = byId("flip", HTMLButtonElement);
  #stop = html("button", { type: "button", class: "quiet" }, "Stop");
  #answers = byId("flip-answers", HTMLElement);
  /** @type {Map<Question, HTMLElement>} */
  #rows = new Map();
  /** Questions without an answer. @type {Set<Question>} */
  #open = new Set();
  /** Whether what is shown has no neurons that can be switched off. */
  #locked = false;

  /** @param {FlipEvents} events */
  constructor(events) {
    this.events = events;
    this.#button.after(this.#stop);
    this.#stop.hidden = true;
    this.#button.addEventListener("click", () => this.#ask());
    this.#stop.addEventListener("click", () => {
      for (const question of this.#open) this.#end(question, "Stopped.");
      this.#button.focus();
    });
  }

  /** The text or the model is another one. */
  clear() {
    for (const question of [...this.#open]) this.#end(question, "");
    this.#answers.replaceChildren();
  }

  /** @param {boolean} locked whether what is shown has no neurons that can be switched off */
  lock(locked) {
    this.#locked = locked;
    const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (this.#answers.querySelectorAll("[data-question='flip-neurons'] button"));
    for (const button of buttons) {
      button.disabled = locked;
      /** @type {HTMLElement} */ (button.nextElementSibling).hidden = !locked;
    }
  }

  #ask() {
    this.clear();
    // The last one asked goes first: neurons take hardly any time.
    for (const part of [...PARTS].reverse()) {
      const row = html("p", { "data-question": part.question, role: "status" });
      this.#rows.set(part.question, row);
      this.#open.add(part.question);
      this.#answers.prepend(row);
      this.events.ask(part.question, {
        progress: (done, of) => write(row, `${part.of}: ${count(done)} of at most ${count(of)} sets tried …`),
        answered: (answer) => this.#answered(part, answer),
        failed: ({ message }) => this.#end(part.question, message),
      });
      write(row, `${part.of}: …`);
    }
    this.#stop.hidden = false;
  }

  /** @param {typeof PARTS[number]} part @param {Found | {kind: "no-words"}} answer */
  #answered({ question, act }, answer) {
    const row = this.#rows.get(question);
    if (answer.kind !== "flip") return this.#end(question, "There is no word here.");
    this.#end(question, answer.says);
    const { found } = answer;
    if (!row || !found) return;
    row.dataset.found = found.join(" ");
    const button = html("button", { type: "button", class: "chip" }, act);
    button.addEventListener("click", () => (question === "flip-neurons" ? this.events.silence(found) : this.events.remove(found)));
    row.append(" ", button, html("span", { class: "remark", hidden: "" }, ` ${onlyLast("neurons")}`));
    this.lock(this.#locked);
  }

  /** @param {Question} question @param {string} says */
  #end(question, says) {
    this.#open.delete(question);
    this.events.drop(question);
    const row = this.#rows.get(question);
    if (row) write(row, says);
    this.#stop.hidden = this.#open.size === 0;
  }
}
