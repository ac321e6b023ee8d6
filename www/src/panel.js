// @ts-check
/** One model's column of the page: its name and its four charts. */

import { AllocationChart } from "./charts/allocation.js";
import { InteractionChart } from "./charts/interaction.js";
import { PredictionChart } from "./charts/prediction.js";
import { Words } from "./charts/words.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { View } from "./charts/view.js" */
/** @import { Spotlight } from "./spotlight.js" */

export class Panel {
  /** @type {View | null} */
  #view = null;
  /** @type {Palette | null} */
  #palette = null;
  /** Kept, since asking for it between two changes of the page is slow. */
  #width = 0;

  /** @param {string} name its slots have it as `data-panel` @param {Spotlight} spotlight */
  constructor(name, spotlight) {
    this.slots = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`.slot[data-panel="${name}"]`))];
    const find = (/** @type {string} */ selector) => {
      const found = this.slots.map((slot) => slot.querySelector(selector)).find((element) => element !== null);
      return /** @type {HTMLElement} */ (found);
    };
    this.prediction = new PredictionChart(find("#prediction, .prediction"));
    this.words = new Words(find('[data-chart="words"]'), name, spotlight);
    this.allocation = new AllocationChart(find('[data-chart="allocation"]'), name, spotlight);
    this.interaction = new InteractionChart(find('[data-chart="interaction"]'), name, spotlight);
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === this.#width) return;
      this.#width = contentRect.width;
      this.#drawCharts();
    }).observe(this.allocation.root);
    spotlight.watch((subject) => {
      for (const chart of [this.words, this.allocation, this.interaction]) chart.highlight(subject);
    });
  }

  /** @param {string} name of the model */
  entitle(name) {
    for (const slot of this.slots) {
      const heading = slot.querySelector(".model-name");
      if (heading && heading.textContent !== name) heading.textContent = name;
    }
  }

  /** @param {boolean} shown */
  show(shown) {
    for (const slot of this.slots) slot.hidden = !shown;
    if (!shown) this.#view = null;
  }

  /** The text alone, while there is nothing to say of it. @param {string} text */
  wait(text) {
    this.#view = null;
    this.#mark(true);
    this.words.wait(text);
  }

  /** @param {View} view @param {Palette} palette */
  draw(view, palette) {
    this.#view = view;
    this.#palette = palette;
    this.#mark(false);
    this.prediction.draw(view.explanation);
    this.words.draw(view, palette);
    this.#drawCharts();
  }

  /** Draws the same again in other colours. @param {Palette} palette */
  recolour(palette) {
    if (this.#view) this.draw(this.#view, palette);
  }

  #drawCharts() {
    if (!this.#view || !this.#palette || this.#width === 0) return; // The observer is back as soon as there is a width.
    this.allocation.draw(this.#view, this.#palette, this.#width);
    this.interaction.draw(this.#view, this.#palette, this.#width);
  }

  /** @param {boolean} waiting */
  #mark(waiting) {
    for (const slot of this.slots) slot.classList.toggle("waiting", waiting);
  }
}
