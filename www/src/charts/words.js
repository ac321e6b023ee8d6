// @ts-check
/** The words of the text, shaded by how much of each the gate keeps. */

import { exact, label, list, plural, tenths } from "../format.js";
import { html } from "../html.js";
import { column, row } from "./view.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { Palette } from "./palette.js" */
/** @import { View } from "./view.js" */

/** So much is shown of what the model did not read, and of any one word or gap. */
const REST_SHOWN = 600;
const WORD_SHOWN = 200;

const HINT = "Point at a word, or move through them with the arrow keys, for its exact values.";

export class Words {
  /** @type {View | null} */
  #view = null;
  /** @type {HTMLElement[]} */
  #tokens = [];

  /** @param {HTMLElement} root holds the sentence @param {string} panel @param {Spotlight} spotlight */
  constructor(root, panel, spotlight) {
    const sentence = /** @type {HTMLElement} */ (root.querySelector(".sentence"));
    this.panel = panel;
    this.spotlight = spotlight;
    this.list = /** @type {HTMLElement} */ (sentence.firstElementChild);
    this.rest = html("span", { class: "rest" });
    this.readout = html("p", { class: "readout", "aria-hidden": "true" });
    this.remarks = html("p", { class: "remark" });
    sentence.append(this.rest);
    root.append(this.readout, this.remarks);
    this.#listen();
  }

  /** The text alone, while there is no explanation. @param {string} text */
  wait(text) {
    this.#view = null;
    this.list.removeAttribute("role");
    this.list.replaceChildren();
    this.rest.textContent = start(text, REST_SHOWN);
  }

  /** @param {View} view @param {Palette} palette */
  draw(view, palette) {
    const { explanation, words, text } = view;
    this.#view = view;
    this.#tokens = explanation.words.map((word, place) => {
      const token = html("span", {
        role: "option",
        class: word.known ? "token" : "token unknown",
        tabindex: place === 0 ? 0 : -1,
        "aria-label": `${label(words[place], 40)}${word.known ? "" : " (unknown)"}: keep ${exact(word.keep)}, owns ${tenths(word.neurons)} neurons, capacity ${exact(word.capacity)}`,
        "aria-selected": "false",
        "data-place": place,
        "data-word": words[place],
        "data-keep": word.keep,
        "data-neurons": word.neurons,
        "data-capacity": word.capacity,
      }, start(words[place], WORD_SHOWN));
      token.style.setProperty("--shade", palette.colour(word.keep));
      token.style.setProperty("--ink-on-shade", palette.inkOn(word.keep));
      return token;
    });
    const gaps = explanation.words.map((word, place) => text.slice(explanation.words[place - 1]?.end ?? 0, word.start));
    if (this.#tokens.length > 0) {
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "The words that the model read");
    } else {
      this.list.removeAttribute("role");
      this.list.removeAttribute("aria-label");
    }
    this.list.replaceChildren(...this.#tokens.flatMap((token, place) => [start(gaps[place], WORD_SHOWN), token]));
    this.#drawRest(view);
    this.highlight(null);
  }

  /** @param {Subject | null} subject */
  highlight(subject) {
    const view = this.#view;
    if (!view) return;
    const ties = this.#ties(view, subject);
    this.#tokens.forEach((token, place) => {
      token.style.setProperty("--tie", String(ties?.[place] ?? 0));
      const chosen =
        (subject?.kind === "word" && subject.word === place) ||
        (subject?.kind === "pair" && (subject.row === place || subject.column === place));
      token.classList.toggle("chosen", chosen);
      token.setAttribute("aria-selected", String(chosen));
    });
    this.readout.textContent = subject?.kind === "word" ? this.#describe(view, subject.word) : view.words.length > 0 ? HINT : "";
    this.readout.classList.toggle("hint", subject?.kind !== "word");
  }

  /** How strongly each word belongs to the subject, in [0, 1]. @param {View} view @param {Subject | null} subject */
  #ties({ explanation }, subject) {
    if (subject?.kind === "word") return row(explanation.interaction.sharing, subject.word);
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
    if (unknown.length > 0) {
      const named = unknown.slice(0, 6).map((word) => `“${label(word, 20)}”`);
      if (unknown.length > named.length) named.push(`${unknown.length - named.length} more`);
      remarks.push(`With a dashed line: not in the vocabulary; the model reads all of these as one unknown word: ${list(named)}.`);
    }
    if (cut) {
      remarks.push(
        `The model reads ${plural(cut.read, "word")} at most. It stopped after “${label(words.at(-1) ?? "", 20)}”; the other ${plural(cut.total - cut.read, "word")}, in grey, ${cut.total - cut.read === 1 ? "is" : "are"} not read.`,
      );
    }
    if (words.length === 0) remarks.push("There is no word to explain yet.");
    this.remarks.textContent = remarks.join(" ");
  }

  #listen() {
    const placeOf = (/** @type {EventTarget | null} */ target) => {
      const token = target instanceof HTMLElement ? target.closest(".token") : null;
      return token instanceof HTMLElement ? Number(token.dataset.place) : null;
    };
    const subjectOf = (/** @type {number} */ word) => ({ kind: /** @type {const} */ ("word"), word });
    this.list.addEventListener("pointerover", ({ target }) => {
      const place = placeOf(target);
      this.spotlight.point(place === null ? null : subjectOf(place));
    });
    this.list.addEventListener("pointerleave", () => this.spotlight.point(null));
    this.list.addEventListener("click", ({ target }) => {
      const place = placeOf(target);
      if (place !== null) this.spotlight.pin(subjectOf(place));
    });
    this.list.addEventListener("focusin", ({ target }) => {
      const place = placeOf(target);
      if (place === null) return;
      this.#tokens.forEach((token, at) => token.setAttribute("tabindex", at === place ? "0" : "-1"));
      this.spotlight.focus(subjectOf(place));
    });
    this.list.addEventListener("focusout", () => this.spotlight.point(null));
    this.list.addEventListener("keydown", (event) => {
      const place = placeOf(event.target);
      if (place === null) return;
      const last = this.#tokens.length - 1;
      const steps = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, Home: 0, End: last };
      if (event.key in steps) {
        const to = steps[/** @type {keyof typeof steps} */ (event.key)];
        this.#tokens[Math.min(last, Math.max(0, to))].focus();
      } else if (event.key === "Enter" || event.key === " ") {
        this.spotlight.pin(subjectOf(place));
      } else {
        return;
      }
      event.preventDefault();
    });
  }
}

/** The start of `text`, if it is longer than `length`. @param {string} text @param {number} length */
const start = (text, length) => (text.length <= length ? text : `${text.slice(0, length)}…`);
