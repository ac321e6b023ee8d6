// @ts-check
/** The card of the neuron that is pointed at or held, and what turns it up or down. */

import { showsLast } from "./charts/view.js";
import { brief, tenths } from "./format.js";
import { byId, html, write } from "./html.js";
import { describeCard } from "./neuron-cards.js";
import { onlyLast } from "./touch.js";
import { STRONGEST } from "./without.js";

/** @import { Example, Examples } from "./examples.js" */
/** @import { Panel } from "./panel.js" */
/** @import { NeuronDirectory } from "./neuron-cards.js" */
/** @import { Spotlight } from "./spotlight.js" */
/** @import { Touch } from "./touch.js" */

const HINT = "Point at a neuron, in the chart or in the list below it, to see what it does over a whole data set; click it to switch it off.";
const LOWER = `${onlyLast("neurons")} The cards, which say what a neuron does over a whole data set, are of that layer, too.`;

export class NeuronCard {
  root = byId("neuron-card", HTMLElement);
  slider = byId("strength", HTMLInputElement);
  #control = byId("strength-control", HTMLElement);
  #value = byId("strength-value", HTMLOutputElement);
  #off = byId("neuron-off", HTMLButtonElement);
  #text = byId("neuron-card-text", HTMLElement);
  #title = byId("neuron-card-title", HTMLElement);
  /** What it shows: the model and its neuron. @type {{model: string, neuron: number} | null} */
  #shown = null;

  /**
   * @param {Touch} touch
   * @param {NeuronDirectory} directory
   * @param {Examples} examples
   * @param {Spotlight} spotlight
   * @param {Panel[]} panels the one whose model can be changed first
   */
  constructor(touch, directory, examples, spotlight, panels) {
    this.touch = touch;
    this.directory = directory;
    this.examples = examples;
    this.panels = panels;
    this.#off.addEventListener("click", () => this.#shown && this.touch.toggle(this.#part));
    this.slider.max = String(STRONGEST);
    this.slider.addEventListener("input", () => {
      if (this.#shown) this.touch.turn(this.#part, this.slider.valueAsNumber);
    });
    this.slider.addEventListener("pointerdown", () => touch.settle());
    this.slider.addEventListener("blur", () => touch.settle()); // Until then it is one change, to be undone at once.
    touch.watch(() => this.#set());
    spotlight.watch((subject) => {
      const panel = subject?.kind === "neuron" ? panels.find(({ name }) => name === subject.panel) : undefined;
      const neuron = subject?.kind === "neuron" ? panel?.neuronAt(subject.column) : undefined;
      if (!panel?.model || neuron === undefined) {
        if (!this.root.contains(document.activeElement) && subject !== null) this.clear();
        return; // What was shown last stays: the pointer may be on its way to the slider.
      }
      if (panel.explanation && !showsLast(panel.explanation)) return this.clear(LOWER);
      this.#show(panel.model, panel.classes, neuron, panel === panels[0]);
    });
    this.clear();
  }

  /** Shows a neuron of the model that can be changed, whether it fires at a word of the text or not. @param {number} neuron */
  pick(neuron) {
    const [{ model, classes }] = this.panels;
    if (model) this.#show(model, classes, neuron, true);
  }

  clear(says = this.touch.isLocked ? LOWER : HINT) {
    this.#shown = null;
    this.#control.hidden = true;
    delete this.root.dataset.neuron;
    write(this.#title, "");
    this.#text.replaceChildren(html("p", { class: "hint" }, says));
  }

  get #part() {
    return `neuron:${this.#shown?.neuron}`;
  }

  /** @param {string} model @param {string[]} classes @param {number} neuron @param {boolean} isMain */
  async #show(model, classes, neuron, isMain) {
    const shown = { model, neuron };
    this.#shown = shown;
    this.root.dataset.neuron = String(neuron);
    write(this.#title, `Neuron ${neuron}`);
    this.#control.hidden = !isMain;
    this.#set();
    try {
      const all = await this.directory.of(model);
      if (this.#shown !== shown) return;
      const places = html("ul", { class: "firing", "aria-label": "Sample texts in which it fires most, with its activation" });
      this.#text.replaceChildren(...describeCard(all.neurons.find((card) => card.neuron === neuron), all, classes), places);
      const found = await this.examples.of(model, neuron);
      places.replaceChildren(...found.map(shownIn));
    } catch (cause) {
      if (this.#shown === shown) this.#text.replaceChildren(html("p", {}, /** @type {{message: string}} */ (cause).message));
    }
  }

  #set() {
    if (!this.#shown) return;
    const strength = this.touch.strength(this.#part);
    this.slider.value = String(strength);
    this.#off.dataset.neuron = String(this.#shown.neuron);
    this.#off.dataset.part = this.#part;
    this.touch.mark(this.#control);
    write(this.#value, strength === 0 ? "off" : `× ${tenths(strength)}`);
  }
}

/** A text with the word at which the neuron fires. @param {Example} example */
function shownIn({ text, start, end, activation }) {
  return html("li", { dir: "auto" }, text.slice(0, start), html("mark", {}, text.slice(start, end)), text.slice(end), html("small", {}, ` ${brief(activation)}`));
}
