// @ts-check
/** The neurons that say most about a text, as buttons that switch them off, or hold those that cannot be; those that are off stay in the list. */

import { amount } from "../format.js";
import { html } from "../html.js";
import { showsLast, strongest } from "./view.js";

/** @import { Spotlight } from "../spotlight.js" */
/** @import { Touch } from "../touch.js" */
/** @import { View } from "./view.js" */

/** How many are listed. */
const LISTED = 8;

export class Speakers {
  root = html("p", { class: "speakers", translate: "no" });
  /** Columns of those that are listed. @type {number[]} */
  #columns = [];
  /** What they were chosen for: while that stays, none of them moves away under the pointer. */
  #chosenFor = "";
  /** @type {number[]} */
  #loud = [];

  /** @param {string} panel @param {Spotlight} spotlight @param {Touch} touch */
  constructor(panel, spotlight, touch) {
    this.panel = panel;
    this.spotlight = spotlight;
    this.touch = touch;
    const point = (/** @type {EventTarget | null} */ target) => {
      const button = target instanceof Element ? target.closest("[data-neuron]") : null;
      const column = button ? this.#columns[[...this.root.querySelectorAll("[data-neuron]")].indexOf(button)] : undefined;
      spotlight.point(column === undefined ? null : { kind: "neuron", panel, column });
    };
    this.root.addEventListener("pointerover", ({ target }) => point(target));
    this.root.addEventListener("pointerleave", () => spotlight.point(null));
    this.root.addEventListener("focusin", ({ target }) => point(target));
    this.root.addEventListener("focusout", () => spotlight.point(null));
    touch.watch(() => touch.mark(this.root));
  }

  /** @param {View} view */
  draw({ text, explanation }) {
    const { model, layer, allocation } = explanation;
    const { neurons, said } = allocation;
    const isLast = showsLast(explanation);
    const about = JSON.stringify([model, text, layer]);
    const loud = strongest(said, LISTED).map(({ place }) => neurons[place]);
    const off = isLast ? neurons.filter((neuron) => this.touch.strength(`neuron:${neuron}`) !== 1).slice(0, LISTED) : [];
    if (about !== this.#chosenFor) this.#loud = loud;
    this.#chosenFor = about;
    this.#columns = [...new Set([...this.#loud, ...off])].map((neuron) => neurons.indexOf(neuron)).filter((column) => column >= 0);
    const focused = document.activeElement instanceof HTMLElement && this.root.contains(document.activeElement) ? document.activeElement.dataset.neuron : undefined;
    const buttons = this.#columns.map((column) => {
      const name = `neuron:${neurons[column]}`;
      const says = `Neuron ${neurons[column]}, says ${amount(said[column])}: ${isLast ? "switch it off, or on again" : "hold it"}`;
      const button = html("button", { type: "button", class: "chip", "data-neuron": neurons[column], "data-part": isLast ? name : null, "data-said": said[column], "aria-label": says }, html("b", {}, String(neurons[column])), ` ${amount(said[column])}`);
      button.addEventListener("click", () => (isLast ? this.touch.toggle(name) : this.spotlight.pin({ kind: "neuron", panel: this.panel, column })));
      return button;
    });
    this.root.replaceChildren(...(buttons.length > 0 ? ["Say most: ", ...buttons] : []));
    this.touch.mark(this.root);
    if (focused !== undefined) /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-neuron="${focused}"]`))?.focus();
  }
}
