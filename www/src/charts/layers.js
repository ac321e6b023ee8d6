// @ts-check
/** The layers of a model that has several: how much of their neurons two words share in each, and which one is shown. */

import { choose } from "../choose.js";
import { percent, plural } from "../format.js";
import { bar, html, tell } from "../html.js";

/** @import { Explanation, LayerOutline } from "../protocol.js" */

const CAPTION = " The bars are that share: where they fall, the words’ neurons part.";

export class Layers {
  #choices = html("div", { class: "layer-choices" });
  #says = html("span");
  root = html("fieldset", { class: "layers", hidden: "" }, html("legend", {}, "Layer that the charts show"), this.#choices, html("p", { class: "remark" }, this.#says, CAPTION));
  /** One for each layer. @type {{radio: HTMLInputElement, cell: HTMLElement}[]} */
  #layers = [];
  /** @type {Explanation | null} */
  #drawn = null;

  /** @param {string} panel */
  constructor(panel) {
    this.panel = panel;
  }

  /** @param {Explanation} explanation */
  draw(explanation) {
    if (explanation === this.#drawn) return; // What a person has just chosen stays chosen until it is explained.
    this.#drawn = explanation;
    const { layers = [], layer, words } = explanation;
    this.root.hidden = layers.length < 2 || words.length === 0;
    if (this.root.hidden) return;
    if (layers.length !== this.#layers.length) this.#offer(layers.length);
    for (const [at, { radio, cell }] of this.#layers.entries()) {
      radio.checked = at === layer;
      radio.setAttribute("aria-label", inWords(at, layers));
      cell.dataset.sharing = String(layers[at].sharing ?? 0);
      cell.dataset.active = String(layers[at].active);
      cell.title = inWords(at, layers);
      /** @type {HTMLElement} */ (cell.querySelector(".bar")).style.setProperty("--part", String(layers[at].sharing ?? 0));
    }
    tell(this.#says, `Layer ${inWords(layer, layers)}.`);
  }

  /** People count layers from 1; the last one is what a link shows that names none. @param {number} count */
  #offer(count) {
    this.#layers = Array.from({ length: count }, (_, at) => {
      const number = String(at + 1);
      const radio = html("input", { type: "radio", name: `layer-${this.panel}`, value: number });
      radio.addEventListener("change", () => choose(this.root, { layer: at + 1 === count ? "" : number }));
      const cell = html("label", { class: "layer", translate: "no" }, radio, bar(0), html("span", {}, number));
      return { radio, cell };
    });
    this.#choices.replaceChildren(...this.#layers.map(({ cell }) => cell));
  }
}

/** What becomes of the words' neurons in a layer. @param {number} at @param {LayerOutline[]} layers */
function inWords(at, layers) {
  const { active, sharing } = layers[at];
  const shared = typeof sharing !== "number" ? "one word shares with none" : `two words share ${percent(sharing)} of their neurons, on average`;
  return `${at + 1} of ${layers.length}: ${plural(active, "active neuron")}; ${shared}`;
}
