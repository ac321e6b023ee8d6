// @ts-check
/** What is known of a model's neurons over a data set: fetched when first wanted, one card at a time, or all in a table. */

import { brief, count, exact, finePoints, percent, plural, tenths } from "./format.js";
import { byId, focusFirst, html, write } from "./html.js";

/** @import { BriefCard, ModelInfo, NeuronCards, Problem } from "./protocol.js" */
/** @import { Touch } from "./touch.js" */

/** What stands for all words that a model does not know. */
const UNKNOWN = "<UNK>";

/** Words that a row of the table lists. */
const WORDS = 4;

/** Rows that are shown before one asks for more. */
const ROWS = 60;

/** @typedef {{title: string, number: (card: BriefCard) => number, show: (card: BriefCard) => string}} Column */

/** @type {Column[]} */
const COLUMNS = [
  { title: "Neuron", number: ({ neuron }) => -neuron, show: ({ neuron }) => String(neuron) },
  { title: "Effect", number: ({ size }) => size, show: ({ size }) => finePoints(size) },
  { title: "Selectivity", number: ({ selective }) => selective?.[1] ?? 0, show: ({ selective }) => (selective ? brief(selective[1]) : "–") },
  { title: "Fires at", number: ({ fires }) => fires, show: ({ fires }) => percent(fires) },
  { title: "Words, in effect", number: ({ words }) => words, show: ({ words }) => tenths(words) },
];

export class NeuronDirectory {
  root = byId("all-neurons", HTMLDetailsElement);
  table = byId("neurons", HTMLTableElement);
  search = byId("neuron-search", HTMLInputElement);
  #said = byId("neurons-said", HTMLElement);
  #more = byId("neurons-more", HTMLButtonElement);
  /** @type {Map<string, Promise<NeuronCards>>} */
  #fetched = new Map();
  /** @type {NeuronCards | null} */
  #cards = null;
  /** @type {ModelInfo | null} */
  #model = null;
  #by = COLUMNS[1];
  /** Whether the column was chosen for what is listed now: neurons that are found by a word come by how much of them it is. */
  #sorted = false;
  #shown = ROWS;

  /** @param {Touch} touch @param {(model: string) => Promise<NeuronCards>} fetch @param {(neuron: number) => void} picked */
  constructor(touch, fetch, picked) {
    this.touch = touch;
    this.fetch = fetch;
    this.picked = picked;
    this.root.addEventListener("toggle", () => this.#draw());
    this.search.addEventListener("input", () => {
      this.#sorted = false;
      this.#draw();
    });
    this.#more.addEventListener("click", () => {
      this.#shown += 4 * ROWS;
      this.#draw();
    });
    touch.watch(() => {
      touch.mark(this.table);
      this.root.hidden = touch.isLocked; // They are the last layer's.
    });
  }

  /** The model whose neurons are listed from now on. @param {ModelInfo} model */
  show(model) {
    if (model.id === this.#model?.id) return;
    this.#model = model;
    this.#cards = null;
    this.#draw();
  }

  /** The cards of a model. @param {string} model its id */
  of(model) {
    const cards = this.#fetched.get(model) ?? this.fetch(model);
    this.#fetched.set(model, cards);
    cards.catch(() => this.#fetched.delete(model)); // They can be asked for again.
    return cards;
  }

  async #draw() {
    const model = this.#model;
    if (!this.root.open || !model) return;
    if (!this.#cards) {
      write(this.#said, "Loading …");
      this.table.replaceChildren();
      this.#more.hidden = true;
      try {
        const cards = await this.of(model.id);
        if (model !== this.#model) return;
        this.#cards = cards;
      } catch (cause) {
        return write(this.#said, /** @type {Problem} */ (cause).message);
      }
    }
    const { neurons, texts, words, dead } = this.#cards;
    const wanted = this.search.value.trim().toLowerCase();
    const found = neurons.filter((card) => likes(card, wanted) > 0).sort((a, b) =>
      (wanted === "" || this.#sorted ? 0 : likes(b, wanted) - likes(a, wanted)) || this.#by.number(b) - this.#by.number(a));
    const silent = dead > 0 ? `, ${count(dead)} fire at none` : "";
    write(this.#said, wanted === "" ? `Over ${plural(texts, "text")} of ${plural(words, "word")}${silent}.` : `${plural(found.length, "neuron")} with a word like “${this.search.value.trim()}” among those that it fires for or at.`);
    const sorted = wanted === "" || this.#sorted;
    this.table.replaceChildren(this.#head(sorted), html("tbody", {}, ...found.slice(0, this.#shown).map((card) => this.#row(card, model.classes, wanted))));
    this.#more.hidden = found.length <= this.#shown;
    this.touch.mark(this.table);
  }

  /** @param {boolean} sorted whether the rows are sorted by a column */
  #head(sorted) {
    const heads = COLUMNS.map((column, place) => {
      const button = html("button", { type: "button", class: "quiet" }, column.title);
      button.addEventListener("click", async () => {
        this.#by = column;
        this.#sorted = true;
        await this.#draw();
        focusFirst(this.table.querySelectorAll("thead button")[place]); // It is another one now.
      });
      const order = column === COLUMNS[0] ? "ascending" : "descending";
      return html("th", { scope: "col", "aria-sort": sorted && column === this.#by ? order : null }, button);
    });
    const words = ["Votes for", "Fires for these words", "and most strongly at"].map((title) => html("th", { scope: "col" }, title));
    return html("thead", {}, html("tr", {}, ...heads, ...words));
  }

  /** @param {BriefCard} card @param {string[]} classes @param {string} wanted how a word begins that is shown first */
  #row(card, classes, wanted) {
    const [first, ...rest] = COLUMNS.map(({ show }) => show(card));
    const name = `neuron:${card.neuron}`;
    const button = html("button", { type: "button", class: "chip", "data-neuron": card.neuron, "data-part": name, title: "Switch it off, or on again" }, first);
    button.addEventListener("click", () => {
      this.touch.toggle(name);
      this.picked(card.neuron);
    });
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, button),
      ...rest.map((cell) => html("td", { class: "number" }, cell)),
      html("td", {}, card.vote === null ? "–" : classes[card.vote] ?? "–"),
      html("td", {}, listed(wantedFirst(card.top, wanted), percent)),
      html("td", {}, listed(wantedFirst(card.strongest, wanted), brief)),
    );
  }
}

/** How much of a neuron belongs to words that begin so; all like nothing in particular. @param {BriefCard} card @param {string} wanted */
function likes({ top, strongest }, wanted) {
  if (wanted === "") return 1;
  const begins = (/** @type {[string, number]} */ [word]) => word.startsWith(wanted);
  const [most] = top.filter(begins);
  return most ? 1 + most[1] : strongest.some(begins) ? 0.5 : 0;
}

/** Some words, those that begin as wanted first. @param {[string, number][]} words @param {string} wanted */
function wantedFirst(words, wanted) {
  const isWanted = (/** @type {[string, number]} */ [word]) => wanted !== "" && word.startsWith(wanted);
  return [...words.filter(isWanted), ...words.filter((word) => !isWanted(word))].slice(0, WORDS);
}

/** @param {[string, number][]} words @param {(value: number) => string} show */
const listed = (words, show) => words.map(([word, value]) => `${word === UNKNOWN ? "unknown words" : word} ${show(value)}`).join(", ");

/** One neuron's card. @param {BriefCard | undefined} card undefined if it fires at no word of the data set @param {NeuronCards} all @param {string[]} classes */
export function describeCard(card, all, classes) {
  if (!card) return [html("p", {}, `It fires at none of the ${plural(all.words, "word")} of the data set.`)];
  const selective = card.selective ? `Most in texts of the class “${classes[card.selective[0]]}”, with a selectivity of ${exact(card.selective[1])}. ` : "";
  const without = card.fall >= 0 ? "loses" : "gains";
  return [
    html("p", {}, `Over ${plural(all.texts, "text")}: fires at ${percent(card.fires)} of the words, ${tenths(card.words)} different ones in effect. `, selective),
    html("p", {}, html("b", {}, "Its words: "), listed(card.top, percent)),
    html("p", {}, html("b", {}, "Most strongly at: "), listed(card.strongest, brief)),
    html("p", {}, `Without it the predicted class ${without} ${finePoints(card.fall)} on average where it fires; ${plural(card.flips, "text")} of ${count(all.texts)} would change class.`),
  ];
}
