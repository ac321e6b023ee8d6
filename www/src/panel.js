// @ts-check
/** One model's column of the page: its name and its four charts. */

import { AllocationChart } from "./charts/allocation.js";
import { InteractionChart } from "./charts/interaction.js";
import { PredictionChart } from "./charts/prediction.js";
import { Words } from "./charts/words.js";

/** @import { Scale } from "./charts/scale.js" */
/** @import { View } from "./charts/view.js" */
/** @import { Spotlight } from "./spotlight.js" */

export class Panel {
  /** @type {View | null} */
  #view = null;
  /** @type {Scale | null} */
  #scale = null;
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
      if (heading) heading.textContent = name;
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

  /** @param {View} view @param {Scale} scale */
  draw(view, scale) {
    this.#view = view;
    this.#scale = scale;
    this.#mark(false);
    this.prediction.draw(view.explanation);
    this.words.draw(view, scale);
    this.#drawCharts();
  }

  /** Draws the same again on another scale. @param {Scale} scale */
  recolour(scale) {
    if (this.#view) this.draw(this.#view, scale);
  }

  #drawCharts() {
    if (!this.#view || !this.#scale || this.#width === 0) return; // The observer is back as soon as there is a width.
    this.allocation.draw(this.#view, this.#scale, this.#width);
    this.interaction.draw(this.#view, this.#scale, this.#width);
  }

  /** @param {boolean} waiting */
  #mark(waiting) {
    for (const slot of this.slots) slot.classList.toggle("waiting", waiting);
  }
}
