// @ts-check
/** One model's column of the page: its name and its five charts. */

import { AllocationChart } from "./charts/allocation.js";
import { EvidenceChart } from "./charts/evidence.js";
import { InteractionChart } from "./charts/interaction.js";
import { PredictionChart } from "./charts/prediction.js";
import { Words } from "./charts/words.js";
import { label } from "./format.js";
import { write } from "./html.js";
import { afterPaint, idle } from "./paint.js";
import { slotsOf } from "./slots.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { Look, View } from "./charts/view.js" */
/** @import { Deletion, Explanation } from "./protocol.js" */
/** @import { PanelName } from "./slots.js" */
/** @import { Spotlight, Subject } from "./spotlight.js" */
/** @import { Touch } from "./touch.js" */

/** Charts this close to the visible part, in pixels, are drawn as if they were visible. */
const NEAR = 200;

/** A chart out of sight waits no longer than this for a moment of rest, in milliseconds. */
const PATIENCE = 200;

/** A chart that takes its time to draw, and may be out of sight. */
class SlowChart {
  inSight = true;
  /** Whether it shows something older than it should. */
  stale = false;
  /** Whether it marks something other than it should. */
  unmarked = false;

  /** @param {AllocationChart | InteractionChart | EvidenceChart} chart */
  constructor(chart) {
    this.chart = chart;
  }
}

export class Panel {
  /** @type {View | null} */
  #view = null;
  /** Id of the model that it shows. @type {string | undefined} */
  #model;
  /** @type {Palette | null} */
  #palette = null;
  #right = "";
  /** Kept, since asking for it between two changes of the page is slow. */
  #width = 0;

  /** @param {PanelName} name @param {Spotlight} spotlight @param {Touch} [touch] what changes the model that it shows */
  constructor(name, spotlight, touch) {
    this.slots = slotsOf(name);
    const find = (/** @type {string} */ selector) => {
      const found = this.slots.map((slot) => slot.querySelector(selector)).find((element) => element !== null);
      return /** @type {HTMLElement} */ (found);
    };
    this.name = name;
    this.spotlight = spotlight;
    this.fact = find(".fact");
    this.prediction = new PredictionChart(find(".prediction"));
    this.words = new Words(find('[data-chart="words"]'), name, spotlight);
    this.evidence = new EvidenceChart(find('[data-chart="evidence"]'), name, spotlight);
    this.charts = [
      new AllocationChart(find('[data-chart="allocation"]'), name, spotlight, touch),
      new InteractionChart(find('[data-chart="interaction"]'), name, spotlight),
      this.evidence,
    ].map((chart) => new SlowChart(chart));
    this.#observe();
    spotlight.watch((subject) => {
      const here = this.#here(subject);
      this.words.highlight(here);
      for (const slow of this.charts) {
        // What is out of sight can wait: while people type, something passes under the pointer all the time.
        if (slow.inSight && !slow.stale) slow.chart.highlight(here);
        else slow.unmarked = true;
      }
      afterPaint().then(() => this.finishIdly());
    });
  }

  /**
   * Shows `model` from now on: what another one said must not appear under its name.
   * @param {string | undefined} model its id
   * @param {string} says what is said until it is drawn
   */
  expect(model, says) {
    if (model !== this.#model) this.#outdate();
    this.#model = model;
    if (!this.#view) this.prediction.wait(says);
  }

  /** There is no answer to `text` by a model so changed: what was drawn for another must not look like one. @param {string} text @param {string} without @param {string} says in its place */
  lack(text, without, says) {
    if (this.#view?.text !== text || this.#view.without !== without) this.#outdate();
    if (!this.#view) this.prediction.wait(says);
  }

  /** @param {string} right how often the model is right */
  assess(right) {
    this.#right = right;
    this.#tellFact();
  }

  /** @param {string} name of the model @param {string} [right] how often it is right */
  entitle(name, right = "") {
    this.assess(right);
    for (const slot of this.slots) {
      const heading = slot.querySelector(".model-name");
      if (heading) write(heading, name);
    }
  }

  /** Id of the model that it shows. */
  get model() {
    return this.#model;
  }

  /** What it shows. */
  get explanation() {
    return this.#view?.explanation;
  }

  /** Names of its classes. */
  get classes() {
    return this.#view?.explanation.prediction?.classes ?? [];
  }

  /** Whether it shows what it should. */
  get isDrawn() {
    return this.#view !== null;
  }

  /** The neuron of a column. @param {number} column */
  neuronAt(column) {
    return this.#view?.explanation.allocation.neurons[column];
  }

  /** Whether the subject is the same in what comes next. @param {Subject | null} subject @param {Explanation} next */
  keeps(subject, next) {
    if (subject?.kind !== "neuron" || subject.panel !== this.name) return true;
    return this.explanation?.layer === next.layer && this.neuronAt(subject.column) === next.allocation.neurons[subject.column];
  }

  /** What the subject is called, if it is here. @param {Subject} subject */
  nameOf(subject) {
    if (!this.#view || !this.#here(subject)) return null;
    const { words, explanation } = this.#view;
    const quoted = (/** @type {number} */ place) => `“${label(words[place], 24)}”`;
    if (subject.kind === "word") return quoted(subject.word);
    if (subject.kind === "pair") return `${quoted(subject.row)} and ${quoted(subject.column)}`;
    if (subject.kind === "part") return subject.title;
    return subject.panel === this.name ? `neuron ${explanation.allocation.neurons[subject.column]}` : null;
  }

  /** Shows something else by colour, or lays it out in another way. @param {Look} look */
  choose(look) {
    const shown = this.#view?.look;
    const chosen = /** @type {const} */ (["allocation", "interaction", "rows", "folded", "zoom"]);
    if (!this.#view || !shown || chosen.every((name) => shown[name] === look[name])) return;
    this.#view = { ...this.#view, look };
    for (const slow of this.charts) if (slow.chart !== this.evidence) this.#drawChart(slow);
  }

  /** Takes in how the answer changes without a word. @param {number} word @param {Deletion} deletion */
  tell(word, deletion) {
    if (this.#view) this.evidence.tell(word, deletion);
  }

  /** @param {boolean} shown */
  show(shown) {
    for (const slot of this.slots) slot.hidden = !shown;
    if (!shown) this.#outdate(); // When it is shown again, the text may be another one.
  }

  /** The text alone, while there is nothing to say about it. @param {string} text */
  wait(text) {
    this.#view = null;
    this.#mark("waiting", true);
    this.words.wait(text);
  }

  /**
   * Draws what is in sight; the rest waits for `finish`. Canvases come first: to write labels on one, the browser
   * lays out whatever changed in the document before.
   * @param {View} view
   * @param {Palette} palette
   */
  draw(view, palette) {
    this.#view = view;
    this.#palette = palette;
    this.#mark("waiting", false);
    this.#mark("outdated", false);
    for (const slow of this.charts) {
      slow.stale = true;
      if (slow.inSight) this.#drawChart(slow);
    }
    this.prediction.draw(view.explanation, view.without);
    this.#tellFact();
    this.words.draw(view, palette, this.#here(this.spotlight.subject));
  }

  /** What is striking: how the word that contributes most has its neurons, and what that costs. */
  #tellFact() {
    if (!this.fact || !this.#view) return;
    const { explanation, foremost, words } = this.#view;
    if (foremost === null) return write(this.fact, "");
    const fact = explanation.sentences.facts[foremost] ?? `“${label(words[foremost], 24)}” leads no neuron.`;
    write(this.fact, `${fact} ${this.#right}`);
  }

  /** Draws what is not yet drawn, and marks what is not yet marked. */
  finish() {
    for (const slow of this.charts) this.#finishChart(slow);
  }

  /** The same, a chart at a time, so that the page is never busy for long. */
  async finishIdly() {
    for (const slow of this.charts) {
      if (!slow.stale && !slow.unmarked) continue;
      await idle(PATIENCE);
      this.#finishChart(slow);
    }
  }

  /** Draws the same again in other colours. @param {Palette} palette */
  recolour(palette) {
    if (this.#view) this.draw(this.#view, palette);
    this.finish();
  }

  /** What is pointed at, if it exists here, too: for a moment, the other panel may show another text. @param {Subject | null} subject */
  #here(subject) {
    const last = subject?.kind === "word" ? subject.word : subject?.kind === "pair" ? Math.max(subject.row, subject.column) : -1;
    return last < (this.#view?.words.length ?? 0) ? subject : null;
  }

  /** @param {SlowChart} slow */
  #finishChart(slow) {
    if (slow.stale) this.#drawChart(slow);
    else if (slow.unmarked) slow.chart.highlight(this.#here(this.spotlight.subject));
    slow.unmarked = false;
  }

  /** @param {SlowChart} slow */
  #drawChart(slow) {
    if (!this.#view || !this.#palette || this.#width === 0) return; // The observer is back as soon as there is a width.
    slow.stale = false;
    const subject = this.#here(this.spotlight.subject);
    if (slow.chart instanceof EvidenceChart) slow.chart.draw(this.#view, subject);
    else slow.chart.draw(this.#view, this.#palette, this.#width, subject);
  }

  /** What is drawn is no longer what should be. */
  #outdate() {
    if (this.#view) this.#mark("outdated", true);
    this.#view = null;
  }

  #observe() {
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === this.#width) return;
      this.#width = contentRect.width;
      for (const slow of this.charts) this.#drawChart(slow);
    }).observe(this.charts[0].chart.root);
    const sight = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          for (const slow of this.charts) if (slow.chart.root === target) slow.inSight = isIntersecting;
        }
        for (const slow of this.charts) if (slow.inSight) this.#finishChart(slow);
      },
      { rootMargin: `${NEAR}px` },
    );
    for (const { chart } of this.charts) sight.observe(chart.root);
  }

  /** @param {"waiting" | "outdated"} state @param {boolean} holds */
  #mark(state, holds) {
    for (const slot of this.slots) slot.classList.toggle(state, holds);
  }
}
