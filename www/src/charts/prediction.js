// @ts-check
/** The class probabilities, as bars. */

import { percent } from "../format.js";
import { bar, html } from "../html.js";

/** @import { Explanation } from "../protocol.js" */

export class PredictionChart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    root.classList.add("prediction");
  }

  /** @param {Explanation} explanation */
  draw({ prediction }) {
    if (!prediction) {
      this.root.replaceChildren(html("p", { class: "remark" }, "No words, so no prediction."));
      return;
    }
    const { classes, probabilities, predicted } = prediction;
    const rows = classes.map((name, place) =>
      html(
        "li",
        { class: place === predicted ? "predicted" : null, "data-class": name, "data-probability": probabilities[place] },
        html("span", { class: "name" }, name),
        bar(probabilities[place]),
        html("span", { class: "number" }, percent(probabilities[place])),
      ),
    );
    this.root.replaceChildren(html("ul", {}, ...rows));
  }
}
