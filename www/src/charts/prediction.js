// @ts-check
/** The class probabilities, as bars. */

import { percent } from "../format.js";
import { bar, html, spoken } from "../html.js";

/** @import { Explanation } from "../protocol.js" */

export class PredictionChart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** Has no prediction yet. @param {string} says */
  wait(says) {
    if (this.root.textContent === says) return;
    delete this.root.dataset.known;
    this.root.classList.remove("doubtful");
    this.root.replaceChildren(html("p", { class: "awaited" }, ...spoken(says)));
  }

  /** @param {Explanation} explanation */
  draw({ prediction, known, sentences: { doubt } }) {
    if (prediction) this.root.dataset.known = String(known);
    else delete this.root.dataset.known;
    this.root.classList.toggle("doubtful", Boolean(doubt));
    if (!prediction) {
      this.root.replaceChildren(html("p", { class: "remark" }, "No words, so no prediction."));
      return;
    }
    const { classes, probabilities, predicted } = prediction;
    const rows = classes.map((name, place) =>
      html(
        "li",
        { class: place === predicted ? "predicted" : null, "data-class": name, "data-probability": probabilities[place] },
        html("span", { class: "name", dir: "auto" }, name),
        bar(probabilities[place]),
        html("span", { class: "number" }, percent(probabilities[place])),
      ),
    );
    this.root.replaceChildren(html("ul", { translate: "no" }, ...rows), ...(doubt ? [html("p", { class: "doubt" }, ...spoken(doubt))] : []));
  }
}
