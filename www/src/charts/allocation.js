// @ts-check
/** The neuron allocation: words × active neurons, neurons grouped by the word that owns them; by what each says, or by shares. */

import { amount, count, exact, label, percent, plural, tenths } from "../format.js";
import { html, tableOnDemand, tell, write } from "../html.js";
import { ownedBy } from "../touch.js";
import { partsOf } from "../without.js";
import { choose } from "../choose.js";
import { BAND, FOOT, frameOf, HEAD, paintOwners, paintRows, VOTES } from "./allocation-frame.js";
import { Pen } from "./canvas.js";
import { Layers } from "./layers.js";
import { listen } from "./listen.js";
import { pictureOf } from "./picture.js";
import { describeNeuron, describeOwnership, neuronInWords } from "./readouts.js";
import { Speakers } from "./speakers.js";
import { column, showsLast } from "./view.js";
import { Zoom } from "./zoom.js";

/** @import { Matrix } from "../protocol.js" */
/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { Touch } from "../touch.js" */
/** @import { Frame, Name } from "./allocation-frame.js" */
/** @import { Palette } from "./palette.js" */
/** @import { View } from "./view.js" */

/** From this share on, a neuron's owner stands out. */
const OWNS = 0.1;

/** How strongly the marks of votes are coloured, in [0, 1]. */
const VOTED = 0.5;

const HINT = "Point at a row or a column, or step through the neurons with the arrow keys; a click or Enter holds one";
const TOUCHES = " and switches it off; a click on the name above its columns, all neurons of that word";
/** A finger cannot point without a click, which therefore switches nothing off. */
const TAPPED = "Tap a row or a column to hold it";
const TAP_TOUCHES = "; what is held can be switched off below";
const IS_TOUCHED = matchMedia("(hover: none)").matches;

export class AllocationChart {
  /** @type {{view: View, frame: Frame, palette: Palette} | null} */
  #drawn = null;
  /** @type {ImageData | null} */
  #picture = null;
  /** @type {ImageData | null} */
  #votes = null;
  /** Names that stand above the columns. @type {Name[]} */
  #names = [];
  #width = 0;

  /** @param {HTMLElement} root @param {string} panel @param {Spotlight} spotlight @param {Touch} [touch] what changes the model */
  constructor(root, panel, spotlight, touch) {
    this.root = root;
    this.panel = panel;
    this.spotlight = spotlight;
    this.touch = touch;
    this.speakers = touch ? new Speakers(panel, spotlight, touch) : null;
    this.layers = ["main", "beside"].includes(panel) ? new Layers(panel) : null; // Elsewhere, there is nothing to choose.
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.plot = html("div", { class: "plot", role: "slider", tabindex: 0, "aria-label": "Neurons" }, this.canvas);
    this.zoom = new Zoom(this.plot, ["beside", "after"].includes(panel) ? 1 : 0, () => this.#move());
    this.fold = html("button", { type: "button", class: "quiet", hidden: "" });
    this.fold.addEventListener("click", () => choose(this.fold, { folded: this.#drawn?.view.look.folded === "yes" ? "no" : "yes" }));
    this.summary = html("p", { class: "remark" });
    this.readout = html("div", { class: "readout allocation-readout", "aria-hidden": "true", translate: "no" });
    this.table = tableOnDemand("The same as a table", ["Word", "Keep", "Neurons owned (N)", "They decide", "Largest owner of", "Capacity (C)", "Evidence (e)"]);
    root.append(...(this.layers ? [this.layers.root] : []), this.summary, html("p", { class: "layout" }, this.zoom.root, this.fold), this.plot, this.readout, ...(this.speakers ? [this.speakers.root] : []), this.table.element);
    listen(this.plot, spotlight, {
      under: (event) => this.#under(event),
      step: (key) => this.#step(key),
      owns: (subject) => subject.kind === "neuron" && subject.panel === panel,
      activate: (subject, event) => this.#act(subject, event),
    });
  }

  /** The canvas first, then the document. @param {View} view @param {Palette} palette @param {number} width in CSS pixels @param {Subject | null} subject */
  draw(view, palette, width, subject) {
    this.#width = width;
    this.#place(view, palette);
    if (this.spotlight.pinned && subject?.kind === "neuron" && subject.panel === this.panel) this.#reveal(subject.column);
    this.highlight(subject);
    this.speakers?.draw(view);
    this.layers?.draw(view.explanation);
    this.#say(view);
  }

  /** What changes the neurons that are drawn, if anything can. */
  get #touch() {
    return this.#drawn && showsLast(this.#drawn.view.explanation) ? this.touch : undefined;
  }

  /** Draws the part of the columns that is now to be seen. */
  #move() {
    if (!this.#drawn) return;
    this.#place(this.#drawn.view, this.#drawn.palette);
    this.highlight(this.spotlight.subject);
  }

  /** Finds the places of everything, and paints what no pointing changes. @param {View} view @param {Palette} palette */
  #place(view, palette) {
    const { allocation, prediction } = view.explanation;
    this.zoom.turn(view.look.zoom);
    const frame = frameOf(view, this.#width, this.zoom);
    this.#drawn = { view, frame, palette };
    const { left, right, rowHeight, rows, columns } = frame;
    this.zoom.show(right - left, allocation.neurons.length);
    const size = { width: right - left, rowHeight, gap: rowHeight > 14 ? 2 : 1 };
    const [matrix, colour] = coloured(view, palette);
    const votes = allocation.votes.map((vote) => (vote === prediction?.predicted ? VOTED : -VOTED));
    const isEmpty = rows.words.length === 0;
    this.#picture = isEmpty ? null : pictureOf(matrix, rows.words, columns, size, colour);
    this.#votes = isEmpty ? null : pictureOf({ cols: votes.length, values: votes }, [0], columns, { ...size, rowHeight: VOTES, gap: 0 }, palette.signed.pixel);
  }

  /** @param {Subject | null} subject */
  highlight(subject) {
    if (!this.#drawn) return;
    const { view } = this.#drawn;
    const neuron = subject?.kind === "neuron" && subject.panel === this.panel ? subject.column : null;
    const words = subject?.kind === "word" ? [subject.word] : subject?.kind === "pair" ? [subject.row, subject.column] : [];
    const word = subject?.kind === "word" ? subject.word : null;
    this.#paint(word, neuron, words);
    this.#read(view, word, neuron);
  }

  /** @param {number | null} word @param {number | null} neuron @param {number[]} words the chosen ones */
  #paint(word, neuron, words) {
    if (!this.#drawn) return;
    const { view, frame: places, palette } = this.#drawn;
    const { allocation } = view.explanation;
    const { width, left, right, rowHeight, rows, columns } = places;
    const bottom = HEAD + rows.words.length * rowHeight;
    const pen = new Pen(this.canvas, { width, height: bottom }, palette);
    const all = { left, right, top: HEAD, bottom };
    if (this.#picture) pen.put(this.#picture, left, HEAD);
    if (this.#votes) pen.put(this.#votes, left, HEAD - VOTES - 2);
    const isSeen = (/** @type {number} */ from) => from < right && from + columns.step > left;
    const changed = showsLast(view.explanation) ? partsOf(view.without) : undefined;
    for (const [column, number] of allocation.neurons.entries()) {
      const from = left + columns.left(column);
      if (!changed?.has(`neuron:${number}`) || !isSeen(from)) continue;
      const start = Math.max(left, from);
      pen.fill(palette.accent, start, HEAD - VOTES - 2, Math.min(right, from + Math.max(2, columns.step)) - start, VOTES);
    }
    const row = word === null ? null : rows.place(word);
    if (row !== null) {
      const group = columns.groups.find((candidate) => candidate.word === word);
      const within = (/** @type {number} */ x) => Math.min(right, Math.max(left, left + x));
      const column = { left: within(group?.left ?? 0), right: within(group?.right ?? 0) };
      pen.veil(all, column, { top: HEAD + row * rowHeight, bottom: HEAD + (row + 1) * rowHeight });
    }
    if (neuron !== null && isSeen(left + columns.left(neuron))) {
      const from = left + columns.left(neuron);
      pen.frame({ left: from, right: from + columns.step, top: HEAD - VOTES - 2, bottom });
    }
    const owners = neuron === null ? words : [allocation.owner[neuron]];
    this.#names = paintOwners(pen, view, places, owners);
    const shares = neuron === null ? null : column(allocation.shares, neuron);
    paintRows(pen, view, places, (at) => words.includes(at) || (shares?.[at] ?? 0) >= OWNS);
  }

  /** @param {View} view */
  #say({ explanation, words }) {
    const { allocation } = explanation;
    const active = allocation.neurons.length;
    const idle = allocation.width - active;
    this.root.classList.toggle("empty", words.length === 0);
    const says = `${count(active)} of ${count(allocation.width)} neurons are active; ${count(idle)} are idle: no word of this text activates them.`;
    tell(this.summary, words.length === 0 ? "Without words, no neuron is taken." : says);
    this.#offerFold();
    this.plot.setAttribute("aria-valuemin", "1");
    this.plot.setAttribute("aria-valuemax", String(Math.max(1, active)));
    this.table.show(() =>
      explanation.words.map((word, place) => [
        label(words[place], 40),
        exact(word.keep),
        tenths(word.neurons),
        percent(word.decides),
        count(word.owned),
        exact(word.capacity),
        amount(word.evidence),
      ]),
    );
  }

  /** Words without neurons, if there are some, can be shown or folded. */
  #offerFold() {
    const { view, frame } = this.#drawn ?? {};
    const without = frame?.rows.without ?? 0;
    const isFolded = view?.look.folded === "yes";
    this.fold.hidden = without === 0;
    write(this.fold, `${isFolded ? "Show" : "Fold"} the ${plural(without, "row")} of words without neurons`);
    this.fold.setAttribute("aria-pressed", String(isFolded));
  }

  /** @param {View} view @param {number | null} word @param {number | null} neuron */
  #read(view, word, neuron) {
    const place = neuron === null ? 0 : this.#drawn?.frame.columns.place(neuron) ?? 0;
    this.plot.setAttribute("aria-valuenow", String(place + 1));
    this.plot.setAttribute("aria-valuetext", neuron === null ? "no neuron chosen; use the arrow keys" : neuronInWords(view, neuron));
    if (neuron !== null) this.readout.replaceChildren(...describeNeuron(view, neuron));
    else if (word !== null) this.readout.replaceChildren(...describeOwnership(view, word));
    else this.readout.replaceChildren(html("p", { class: "hint" }, this.#hint));
  }

  get #hint() {
    const [looking, changing] = IS_TOUCHED ? [TAPPED, TAP_TOUCHES] : [HINT, TOUCHES];
    return `${looking}${this.#touch ? changing : ""}.`;
  }

  /** What is under the pointer: a neuron, a word's row, or nothing. @param {MouseEvent} event @returns {Subject | null} */
  #under({ clientX, clientY }) {
    if (!this.#drawn) return null;
    const { left, right, rowHeight, rows, columns } = this.#drawn.frame;
    const box = this.plot.getBoundingClientRect();
    const x = clientX - box.left;
    const owner = this.#bracket(clientX, clientY);
    if (owner !== null) return { kind: "word", word: owner };
    if (x >= left && x <= right && columns.groups.length > 0) {
      return { kind: "neuron", panel: this.panel, column: columns.at(x - left) };
    }
    const word = rows.words[Math.floor((clientY - box.top - HEAD) / rowHeight)];
    return word === undefined ? null : { kind: "word", word };
  }

  /** The word whose name or band is there; null where there is none, or nothing to switch off. @param {number} clientX @param {number} clientY */
  #bracket(clientX, clientY) {
    if (!this.#drawn || !this.#touch) return null;
    const { left, right, columns } = this.#drawn.frame;
    const box = this.plot.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    if (y >= FOOT || x < left || x > right) return null;
    const named = y < FOOT - BAND ? this.#names.find(({ from, to }) => x >= from && x <= to) : undefined;
    return (named ?? columns.groups.find((group) => x - left >= group.left && x - left <= Math.max(group.right, group.left + 4)))?.word ?? null;
  }

  /** Switches off what was clicked: a neuron, or all that a word owns. @param {Subject} subject @param {MouseEvent} [event] */
  #act(subject, event) {
    const touch = this.#touch;
    if (!this.#drawn || !touch) return;
    const { explanation } = this.#drawn.view;
    if (subject.kind === "neuron") touch.toggle(`neuron:${explanation.allocation.neurons[subject.column]}`);
    else if (event && subject.kind === "word" && this.#bracket(event.clientX, event.clientY) === subject.word) touch.toggle(...ownedBy(explanation, subject.word));
  }

  /** @param {number} column */
  #reveal(column) {
    if (!this.#drawn) return;
    const { columns } = this.#drawn.frame;
    const left = columns.left(column);
    this.zoom.reveal(left, left + columns.step);
  }

  /** The neuron that a key leads to: arrows left and right by neuron, up and down by group. @param {string} key @returns {Subject | null} */
  #step(key) {
    const column = this.#columnAt(key);
    if (column !== null) this.#reveal(column);
    return column === null ? null : { kind: "neuron", panel: this.panel, column };
  }

  /** @param {string} key */
  #columnAt(key) {
    if (!this.#drawn) return null;
    const { groups, order, place } = this.#drawn.frame.columns;
    const last = order.length - 1;
    if (last < 0) return null;
    const { subject } = this.spotlight;
    const at = subject?.kind === "neuron" && subject.panel === this.panel ? place(subject.column) : -1;
    const group = groups.findIndex(({ from, to }) => at >= from && at < to);
    const start = (/** @type {number} */ number) => order[groups[Math.min(groups.length - 1, Math.max(0, number))].from];
    switch (key) {
      case "ArrowRight":
        return order[Math.min(last, at + 1)];
      case "ArrowLeft":
        return order[Math.max(0, at - 1)];
      case "ArrowDown":
      case "PageDown":
        return start(group + 1);
      case "ArrowUp":
      case "PageUp":
        return start(group - 1);
      case "Home":
        return order[0];
      case "End":
        return order[last];
      default:
        return null;
    }
  }
}

/**
 * What is drawn, and the pixel of each of its values.
 * @param {View} view
 * @param {Palette} palette
 * @returns {[Matrix, (value: number) => number]}
 */
function coloured({ explanation: { allocation }, extent, look }, palette) {
  if (look.allocation === "share") return [allocation.shares, palette.pixel];
  const most = Math.max(extent.evidence, 1e-9);
  return [allocation.evidence, (value) => palette.signed.pixel(value / most)];
}
