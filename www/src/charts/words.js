// @ts-check
/** The words of the text, shaded by how much of each the gate keeps. */

import { exact, label, list, plural, tenths } from "../format.js";
import { html, tell } from "../html.js";
import { isPartOf } from "../spotlight.js";
import { Tokens } from "./tokens.js";
import { column, row } from "./view.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { Palette } from "./palette.js" */
/** @import { View } from "./view.js" */

/** How much is shown of what the model did not read, and of any one word or gap. */
const REST_SHOWN = 600;
const WORD_SHOWN = 200;

const HINT = "Point at a word, or move through the words with the arrow keys, for its exact values; a click or Enter holds it.";

export class Words {
  /** @type {View | null} */
  #view = null;
  /** @type {HTMLElement[]} */
  #tokens = [];

  /** @param {HTMLElement} root holds the sentence @param {string} panel @param {Spotlight} spotlight */
  constructor(root, panel, spotlight) {
    const sentence = /** @type {HTMLElement} */ (root.querySelector(".sentence"));
    this.panel = panel;
    this.list = /** @type {HTMLElement} */ (sentence.firstElementChild);
    this.tokens = new Tokens(this.list, "The words that the model read", spotlight);
    this.rest = html("span", { class: "rest" });
    this.readout = html("p", { class: "readout", "aria-hidden": "true", translate: "no" });
    this.remarks = html("p", { class: "remark" });
    sentence.append(this.rest);
    root.append(this.readout, this.remarks);
  }

  /** The words that are drawn. */
  get texts() {
    return this.#view?.words ?? [];
  }

  /** The text alone, while there is no explanation. @param {string} text */
  wait(text) {
    this.#view = null;
    this.tokens.show([], [], []);
    this.rest.textContent = start(text, REST_SHOWN);
  }

  /** @param {View} view @param {Palette} palette @param {Subject | null} subject */
  draw(view, palette, subject) {
    const { explanation, words, text } = view;
    this.#view = view;
    this.#tokens = explanation.words.map((word, place) => {
      const token = html("span", {
        class: word.known ? "token" : "token unknown",
        "aria-label": `${label(words[place], 40)}${word.known ? "" : " (unknown)"}: keep ${exact(word.keep)}, owns ${tenths(word.neurons)} neurons, capacity ${exact(word.capacity)}`,
        "data-word": words[place],
        "data-keep": word.keep,
        "data-neurons": word.neurons,
        "data-capacity": word.capacity,
      }, start(words[place], WORD_SHOWN));
      token.style.setProperty("--keep", String(word.keep));
      token.style.setProperty("--shade", palette.colour(word.keep));
      token.style.setProperty("--ink-on-shade", palette.inkOn(word.keep));
      return token;
    });
    const gaps = explanation.words.map((word, place) => text.slice(explanation.words[place - 1]?.end ?? 0, word.start));
    const subjects = words.map((_, word) => ({ kind: /** @type {const} */ ("word"), word }));
    this.tokens.show(this.#tokens, subjects, this.#tokens.flatMap((token, place) => [start(gaps[place], WORD_SHOWN), token]));
    this.#drawRest(view);
    this.highlight(subject);
  }

  /** @param {Subject | null} subject */
  highlight(subject) {
    const view = this.#view;
    if (!view) return;
    const ties = this.#ties(view, subject);
    this.#tokens.forEach((token, place) => token.style.setProperty("--tie", String(ties?.[place] ?? 0)));
    this.tokens.choose((token) => isPartOf(token, subject));
    this.readout.textContent = subject?.kind === "word" ? this.#describe(view, subject.word) : view.words.length > 0 ? HINT : "";
    this.readout.classList.toggle("hint", subject?.kind !== "word");
  }

  /** How strongly each word belongs to the subject, in [0, 1]. @param {View} view @param {Subject | null} subject */
  #ties({ explanation }, subject) {
    if (subject?.kind === "word") return row(explanation.interaction.faded, subject.word);
    if (subject?.kind === "neuron" && subject.panel === this.panel) return column(explanation.allocation.shares, subject.column);
    return null;
  }

  /** @param {View} view @param {number} place */
  #describe({ explanation, words }, place) {
    const word = explanation.words[place];
    const name = `“${label(words[place], 24)}”`;
    const known = word.known ? "" : " (unknown)";
    return `${name}${known}: keep ${exact(word.keep)}, N ${tenths(word.neurons)}, C ${exact(word.capacity)}, attention received ${exact(word.attention_received)}`;
  }

  /** @param {View} view */
  #drawRest({ explanation, text, words }) {
    const { cut } = explanation;
    const end = cut ? cut.at : (explanation.words.at(-1)?.end ?? 0);
    this.rest.textContent = start(text.slice(end), REST_SHOWN);
    const unknown = [...new Set(words.filter((_, place) => !explanation.words[place].known))];
    const remarks = [];
    const named = unknown.slice(0, 6).map((word) => `“${label(word, 20)}”`);
    const last = `“${label(words.at(-1) ?? "", 20)}”`;
    const quoted = [...named, last];
    if (unknown.length > 0) {
      if (unknown.length > named.length) named.push(`${unknown.length - named.length} more`);
      remarks.push(`Words with a dashed line are not in the vocabulary; the model reads all of these as one unknown word: ${list(named)}.`);
    }
    if (cut) {
      remarks.push(
        `The model reads at most ${plural(cut.read, "word")}. It stopped after ${last}; the other ${plural(cut.total - cut.read, "word")}, in grey, ${cut.total - cut.read === 1 ? "is" : "are"} not read.`,
      );
    }
    if (words.length === 0) remarks.push("There is no word to explain yet.");
    tell(this.remarks, remarks.join(" "), quoted);
  }
}

/** The start of `text`, if it is longer than `length`. @param {string} text @param {number} length */
const start = (text, length) => (text.length <= length ? text : `${text.slice(0, length)}…`);
