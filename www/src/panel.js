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
    this.#mark(false);
    for (const chart of [this.words, this.allocation, this.interaction]) chart.draw(view, scale);
    this.prediction.draw(view.explanation);
  }

  /** Draws the same again, on another scale or in another width. @param {Scale} scale */
  redraw(scale) {
    if (this.#view) this.draw(this.#view, scale);
  }

  /** @param {boolean} waiting */
  #mark(waiting) {
    for (const slot of this.slots) slot.classList.toggle("waiting", waiting);
  }
}
