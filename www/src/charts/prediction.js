// @ts-check
/** The class probabilities, as bars. */

import { count, percent, plural } from "../format.js";
import { bar, html, spoken } from "../html.js";

/** @import { Explanation, Prediction } from "../protocol.js" */

export class PredictionChart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /** Has no prediction yet. @param {string} says */
  wait(says) {
    if (this.root.textContent === says) return;
    for (const name of ["known", "without", "before"]) delete this.root.dataset[name];
    this.root.classList.remove("doubtful");
    this.root.replaceChildren(html("p", { class: "awaited" }, ...spoken(says)));
  }

  /** @param {Explanation} explanation @param {string} without what is switched off or turned up */
  draw({ prediction, known, change, cut, sentences: { doubt } }, without) {
    if (prediction) this.root.dataset.known = String(known);
    else delete this.root.dataset.known;
    this.#mark(without, change?.probabilities[0]);
    this.root.classList.toggle("doubtful", Boolean(doubt));
    if (!prediction) {
      this.root.replaceChildren(html("p", { class: "remark" }, "No words, so no prediction."));
      return;
    }
    this.#show(prediction, doubt);
    if (cut) this.root.append(html("p", { class: "doubt" }, ...spoken(`It read only the first ${count(cut.read)} of ${plural(cut.total, "word")}.`)));
  }

  /** What a changed model answers, before it is explained. @param {Prediction} prediction @param {string} without */
  steer(prediction, without) {
    const { before } = this.root.dataset;
    const shown = this.root.querySelector(".predicted");
    const whole = shown instanceof HTMLElement ? shown.dataset.probability : undefined;
    this.#mark(without, before === undefined ? Number(whole) : Number(before));
    this.root.classList.remove("doubtful");
    this.#show(prediction);
  }

  /** What is changed, and the probability before of the class that was predicted then. @param {string} without @param {number} [before] */
  #mark(without, before) {
    const { dataset } = this.root;
    if (without === "") delete dataset.without;
    else dataset.without = without;
    if (before === undefined) delete dataset.before;
    else dataset.before = String(before);
  }

  /** @param {Prediction} prediction @param {string | null} [doubt] */
  #show({ classes, probabilities, predicted }, doubt) {
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
