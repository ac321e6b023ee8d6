// @ts-check
/** What a person switches off or turns up in the model on the left: parts as chips, one way back, and a reset. */

import { showsLast } from "./charts/view.js";
import { label, tenths } from "./format.js";
import { byId, focusFirst, html } from "./html.js";
import { inAnotherText, kindOf, numberOf, partsOf, spelled } from "./without.js";

/** @import { Explanation } from "./protocol.js" */
/** @import { Parts } from "./without.js" */

/** What is said where another layer is shown. @param {string} parts */
export const onlyLast = (parts) => `Only the last layer’s ${parts} can be switched off.`;

/** Chips shown one by one; of more neurons, the number. */
const CHIPS = 8;

export class Touch {
  root = byId("touched", HTMLElement);
  chips = byId("touched-parts", HTMLElement);
  reset = byId("reset", HTMLButtonElement);
  /** Whether another layer than the last is shown: its neurons and heads are none of those that can be changed. */
  isLocked = false;
  /** @type {Parts} */
  #parts = new Map();
  /** What was changed before, the latest last. @type {string[]} */
  #earlier = [];
  /** The part whose slider is being moved: all its turns are one change. */
  #turning = "";
  /** The words of the text, by which parts are called. @type {string[]} */
  #words = [];
  /** @type {((parts: Parts) => void)[]} */
  #watchers = [];

  /** @param {(without: string) => void} changed is told what is changed from now on */
  constructor(changed) {
    this.changed = changed;
    this.reset.addEventListener("click", () => {
      this.#change(new Map());
      focusFirst(byId("prediction", HTMLElement)); // The button is gone.
    });
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyping()) return;
      if (this.#earlier.length === 0) return;
      event.preventDefault();
      this.undo();
    });
  }

  /** @param {(parts: Parts) => void} watcher is told of every change */
  watch(watcher) {
    this.#watchers.push(watcher);
  }

  /** Brings the page in line with the state. @param {string} without */
  show(without) {
    if (without === this.written) return;
    this.settle();
    this.#parts = partsOf(without) ?? new Map();
    this.#tell();
  }

  /** The words that parts are called by. @param {string[]} words */
  name(words) {
    this.#words = words;
    this.#tell();
  }

  /** @param {boolean} locked */
  lock(locked) {
    if (locked === this.isLocked) return;
    this.isLocked = locked;
    this.#tell();
  }

  /** There is no way back to what is not there any more: another model has other parts, another text other words. @param {boolean} model whether the model is another one */
  forget(model) {
    this.#earlier = model ? [] : this.#earlier.map(inAnotherText);
  }

  get written() {
    return spelled(this.#parts);
  }

  /** @param {string} name of a part */
  strength(name) {
    return this.#parts.get(name) ?? 1;
  }

  /** Whether all these parts are off. @param {string[]} names */
  isOff(...names) {
    return names.length > 0 && names.every((name) => this.strength(name) === 0);
  }

  /** Shows on buttons whether the neuron or head is off that each names in `data-part`, and whether it can be. @param {ParentNode} root */
  mark(root) {
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll("button[data-part]"))) {
      button.setAttribute("aria-pressed", String(this.isOff(button.dataset.part ?? "")));
      button.disabled = this.isLocked;
    }
  }

  /** Switches parts off, or on again if all of them are off. @param {string[]} names */
  toggle(...names) {
    const on = this.isOff(...names);
    const parts = new Map(this.#parts);
    for (const name of names) parts.set(name, on ? 1 : 0);
    this.#change(parts);
  }

  /** Switches these off, and nothing else. @param {string[]} names */
  silence(names) {
    this.#change(new Map(names.map((name) => [name, 0])));
  }

  /** Turns a part up or down; until `settle` it is one change with the turns before. @param {string} name @param {number} strength */
  turn(name, strength) {
    this.#change(new Map(this.#parts).set(name, strength), name);
  }

  /** The slider is let go of. */
  settle() {
    this.#turning = "";
  }

  /** Goes back by one change. */
  undo() {
    const earlier = this.#earlier.pop();
    if (earlier === undefined) return;
    this.settle();
    this.#parts = partsOf(earlier) ?? new Map();
    this.#tell();
    this.changed(earlier);
  }

  /** @param {Parts} parts @param {string} [turning] the part whose slider does it */
  #change(parts, turning = "") {
    const before = this.written;
    const after = spelled(parts);
    if (before === after) return;
    if (turning === "" || turning !== this.#turning) this.#earlier.push(before);
    this.#turning = turning;
    this.#parts = partsOf(after) ?? new Map();
    this.#tell();
    this.changed(after);
  }

  #tell() {
    const names = [...this.#parts.keys()];
    const neurons = names.filter((name) => kindOf(name) === "neuron");
    const single = neurons.length > CHIPS ? names.filter((name) => !neurons.includes(name)) : names;
    const many = neurons.length > CHIPS ? [this.#chip(`${neurons.length} neurons changed`, neurons)] : [];
    this.chips.replaceChildren(...many, ...single.map((name) => this.#chip(this.#called(name), [name])));
    this.root.hidden = names.length === 0;
    for (const watcher of this.#watchers) watcher(this.#parts);
  }

  /** @param {string} says @param {string[]} names */
  #chip(says, names) {
    const chip = html("button", { type: "button", class: "chip", "aria-label": `Put ${says} back`, title: "Put it back" }, says);
    chip.addEventListener("click", () => {
      this.#change(new Map([...this.#parts].filter(([name]) => !names.includes(name))));
      focusFirst(this.chips.querySelector("button"), byId("prediction", HTMLElement));
    });
    return chip;
  }

  /** @param {string} name of a part */
  #called(name) {
    const strength = this.strength(name);
    if (kindOf(name) === "word") return `“${label(this.#words[numberOf(name)] ?? name, 16)}” shut out`;
    return `${this.isLocked ? "last layer’s " : ""}${kindOf(name)} ${numberOf(name)} ${strength === 0 ? "off" : `at ${tenths(strength)}`}`;
  }
}

/** The neurons that a word owns, as parts. @param {Explanation} explanation @param {number} word */
export const ownedBy = ({ allocation: { neurons, owner } }, word) =>
  neurons.flatMap((neuron, column) => (owner[column] === word ? [`neuron:${neuron}`] : []));

/**
 * What can be done with a word.
 * @param {Touch} touch
 * @param {Explanation | undefined} explanation
 * @param {number} word
 * @returns {{label: string, act: () => void}[]}
 */
export function wordActions(touch, explanation, word) {
  if (!explanation || word >= explanation.words.length) return [];
  const part = `word:${word}`;
  const shut = { label: touch.isOff(part) ? "Let it in again" : "Shut it out", act: () => touch.toggle(part) };
  if (!showsLast(explanation)) return [shut];
  const neurons = ownedBy(explanation, word);
  return [shut, { label: touch.isOff(...neurons) ? "Its neurons on" : "Its neurons off", act: () => touch.toggle(...neurons) }];
}

/** Whether keys belong to a text that is being written. */
function isTyping() {
  const { activeElement } = document;
  return activeElement instanceof HTMLTextAreaElement || (activeElement instanceof HTMLInputElement && !["range", "checkbox", "file"].includes(activeElement.type));
}
