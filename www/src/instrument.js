// @ts-check
/** What a person does with the model on the left beyond reading: changes it, asks what would flip it, and checks it. */

import { ChangeReport } from "./change.js";
import { showsLast } from "./charts/view.js";
import { Examples } from "./examples.js";
import { Faithfulness } from "./faithfulness.js";
import { Flip } from "./flip.js";
import { Heads } from "./heads.js";
import { Held } from "./held.js";
import { NeuronCard } from "./neuron-card.js";
import { NeuronDirectory } from "./neuron-cards.js";
import { Pin } from "./pin.js";
import { TakeAway } from "./takeaway.js";
import { wordActions } from "./touch.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { Inquiry } from "./inquiries.js" */
/** @import { Panel } from "./panel.js" */
/** @import { Explanation, ModelInfo, NeuronCards, Question } from "./protocol.js" */
/** @import { Spotlight } from "./spotlight.js" */
/** @import { State } from "./state.js" */
/** @import { Home } from "./takeaway.js" */
/** @import { Touch } from "./touch.js" */

/** How long nothing must have changed before the explanation is checked, in milliseconds. */
const RESTS_AFTER = 700;

/**
 * @typedef {object} Asks
 * @property {(inquiry: Inquiry) => void} inquire
 * @property {(question: Question) => void} drop
 * @property {(model: string) => Promise<NeuronCards>} cards
 * @property {(text: string) => void} edit puts a text into the box, as typing does
 * @property {(held: string) => void} hold takes down what is held
 * @property {() => void} pin keeps the text as it is, unless another one is kept
 */

export class Instrument {
  #report = new ChangeReport();
  #faithfulness = new Faithfulness();
  /** @type {Map<string, ModelInfo>} */
  #models = new Map();
  /** What the questions are about. @type {{model: string, text: string}} */
  #about = { model: "", text: "" };
  /** The layer that is chosen. */
  #layer = "";
  /** @type {Explanation | null} */
  #drawn = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {Touch} touch @param {Spotlight} spotlight @param {Panel[]} panels the main one first @param {Asks & Home} asks */
  constructor(touch, spotlight, panels, asks) {
    this.touch = touch;
    this.asks = asks;
    const pin = new Pin(spotlight, panels, (subject) => (subject.kind === "word" ? wordActions(touch, panels[0].explanation, subject.word) : []));
    touch.watch(() => pin.refresh());
    this.takeAway = new TakeAway(asks, () => this.#faithfulness.found);
    this.held = new Held(spotlight, panels[0], asks.hold);
    this.heads = new Heads(touch);
    this.directory = new NeuronDirectory(touch, asks.cards, (neuron) => this.card.pick(neuron));
    this.card = new NeuronCard(touch, this.directory, new Examples(asks.inquire), spotlight, panels);
    this.flip = new Flip({
      ask: (question, told) => asks.inquire({ ...this.#about, question, ...told }),
      drop: asks.drop,
      silence: (neurons) => touch.silence(neurons.map((neuron) => `neuron:${neuron}`)),
      remove: (words) => this.#remove(words),
    });
    touch.watch(() => this.flip.lock(touch.isLocked));
  }

  /** A model can answer. @param {ModelInfo} info */
  model(info) {
    this.#models.set(info.id, info);
    if (info.id === this.#about.model) this.#introduce();
  }

  /** Brings it in line with the state. @param {State} state */
  show({ model, text, without, held, layer }) {
    const isNew = model !== this.#about.model;
    const isSame = !isNew && text === this.#about.text;
    this.touch.show(without);
    this.takeAway.show();
    this.held.show(held, isSame && layer === this.#layer);
    if (layer !== this.#layer) this.card.clear();
    this.#layer = layer;
    if (isSame) return;
    this.touch.forget(isNew);
    this.#about = { model, text };
    this.flip.clear();
    this.#faithfulness.clear();
    this.asks.drop("faithfulness");
    clearTimeout(this.#rest);
    if (!isNew) return;
    this.card.clear();
    this.#introduce();
  }

  /** The main panel shows an explanation. @param {Explanation} explanation @param {string[]} words */
  drawn(explanation, words) {
    const isLocked = !showsLast(explanation);
    const isOther = explanation.layer !== this.#drawn?.layer || isLocked !== this.touch.isLocked;
    this.#drawn = explanation;
    this.#report.show(explanation);
    this.touch.lock(isLocked);
    if (isOther) this.card.clear(); // It was one of the neurons that were shown before.
    this.touch.name(words);
    this.held.drawn();
  }

  /** There is no explanation. */
  lacks() {
    this.#report.hide();
  }

  /** Nothing is to be done. */
  rests() {
    clearTimeout(this.#rest);
    if (this.#faithfulness.isAsked) return;
    this.#rest = setTimeout(() => {
      this.#faithfulness.isAsked = true;
      this.asks.inquire({
        ...this.#about,
        question: "faithfulness",
        progress: (done, of) => this.#faithfulness.progress(done, of),
        answered: (answer) => this.#faithfulness.answered(/** @type {any} */ (answer)),
        failed: ({ message }) => this.#faithfulness.tell(message),
      });
    }, RESTS_AFTER);
  }

  /** @param {Palette} palette */
  recolour(palette) {
    this.#faithfulness.recolour(palette);
  }

  /** Tells those that list parts of the model what it has. */
  #introduce() {
    const info = this.#models.get(this.#about.model);
    if (!info) return;
    this.heads.show(info.heads);
    this.directory.show(info);
  }

  /** Takes words out of the text, beside which it stays. @param {number[]} gone */
  #remove(gone) {
    const { text } = this.#about;
    const places = this.#drawn?.words ?? [];
    const pieces = gone.reduceRight((rest, word) => {
      const { start, end } = places[word];
      return `${rest.slice(0, start).trimEnd()} ${rest.slice(end).trimStart()}`;
    }, text);
    this.asks.pin();
    this.asks.edit(pieces.trim());
  }
}
