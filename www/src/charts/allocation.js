// @ts-check
/** The neuron allocation: words × active neurons, neurons grouped by the word that owns them. */

import { brief, count, exact, label, percent, plural, tenths } from "../format.js";
import { bar, html, tableOnDemand } from "../html.js";
import { Pen } from "./canvas.js";
import { columnsOf } from "./columns.js";
import { pictureOf } from "./shares.js";
import { column, row, strongest } from "./view.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { Columns } from "./columns.js" */
/** @import { Palette } from "./palette.js" */
/** @import { View } from "./view.js" */

/** Height of what stands above the rows: the owners' names and, at its foot, their bands. */
const HEAD = 40;
const BAND = 5;

/** Room right of the neurons for N_i and C_i, and for N_i as a bar, where charts are wide. */
const NUMBERS = 84;
const BARS = 34;
const WIDE = 420;

/** Size of type above the rows, and the width of one letter of it. */
const SMALL = 11;
const LETTER = 6.4;

/** Owners named in the read-out of a neuron, and the share from which on a row counts as one. */
const OWNERS = 6;
const OWNS = 0.1;

const HINT = "Point at a row or a column, or step through the neurons with the arrow keys.";

/**
 * @typedef {object} Frame places in CSS pixels
 * @property {number} width
 * @property {number} left where the neurons begin
 * @property {number} right where they end
 * @property {number} rowHeight
 * @property {number} size of the rows' type
 * @property {number} letters that fit into a row's label
 * @property {Columns} columns places from `left`
 */

export class AllocationChart {
  /** @type {{view: View, frame: Frame, palette: Palette} | null} */
  #drawn = null;
  /** @type {ImageData | null} */
  #picture = null;

  /** @param {HTMLElement} root @param {string} panel @param {Spotlight} spotlight */
  constructor(root, panel, spotlight) {
    this.root = root;
    this.panel = panel;
    this.spotlight = spotlight;
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.plot = html("div", { class: "plot", role: "slider", tabindex: 0, "aria-label": "Neurons" }, this.canvas);
    this.summary = html("p", { class: "remark" });
    this.readout = html("div", { class: "readout allocation-readout", "aria-hidden": "true" });
    this.table = tableOnDemand("The same as a table", ["Word", "Keep", "Neurons owned (N)", "Largest owner of", "Capacity (C)"]);
    root.append(this.summary, this.plot, this.readout, this.table.element);
    this.#listen();
  }

  /** @param {View} view @param {Palette} palette @param {number} width of the chart, in CSS pixels */
  draw(view, palette, width) {
    const { words, allocation } = view.explanation;
    const places = frameOf(view, width);
    this.#drawn = { view, frame: places, palette };
    this.root.classList.toggle("empty", words.length === 0);
    const { left, right, rowHeight, columns } = places;
    const size = { width: right - left, rowHeight, gap: rowHeight > 14 ? 2 : 1 };
    this.#picture = words.length === 0 ? null : pictureOf(allocation.shares, columns, size, palette);
    this.#say(view);
    this.highlight(null);
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
    const { width, left, right, rowHeight, columns } = places;
    const bottom = HEAD + view.words.length * rowHeight;
    const pen = new Pen(this.canvas, { width, height: bottom }, palette);
    if (this.#picture) pen.put(this.#picture, left, HEAD);
    const all = { left, right, top: HEAD, bottom };
    if (word !== null) {
      const group = columns.groups.find((candidate) => candidate.word === word);
      const column = { left: left + (group?.left ?? 0), right: left + (group?.right ?? 0) };
      pen.veil(all, column, { top: HEAD + word * rowHeight, bottom: HEAD + (word + 1) * rowHeight });
    }
    if (neuron !== null) {
      const from = left + columns.left(neuron);
      pen.frame({ left: from, right: from + columns.step, top: HEAD - 2, bottom });
    }
    const owners = neuron === null ? words : [allocation.owner[neuron]];
    paintOwners(pen, view, places, owners);
    const shares = neuron === null ? null : column(allocation.shares, neuron);
    paintRows(pen, view, places, (at) => words.includes(at) || (shares?.[at] ?? 0) >= OWNS);
  }

  /** @param {View} view */
  #say({ explanation, words }) {
    const { allocation } = explanation;
    const active = allocation.neurons.length;
    const idle = allocation.width - active;
    this.summary.textContent =
      words.length === 0
        ? "Without words, no neuron is taken."
        : `${count(active)} of ${count(allocation.width)} neurons are active; ${count(idle)} are idle, woken by no word of this text.`;
    this.plot.setAttribute("aria-valuemin", "1");
    this.plot.setAttribute("aria-valuemax", String(Math.max(1, active)));
    this.table.show(() =>
      explanation.words.map((word, place) => [
        label(words[place], 40),
        exact(word.keep),
        tenths(word.neurons),
        count(word.owned),
        exact(word.capacity),
      ]),
    );
  }

  /** @param {View} view @param {number | null} word @param {number | null} neuron */
  #read(view, word, neuron) {
    this.plot.setAttribute("aria-valuenow", String((neuron ?? 0) + 1));
    this.plot.setAttribute("aria-valuetext", neuron === null ? "no neuron chosen; use the arrow keys" : inWords(view, neuron));
    if (neuron !== null) this.readout.replaceChildren(...describeNeuron(view, neuron));
    else if (word !== null) this.readout.replaceChildren(...describeWord(view, word));
    else this.readout.replaceChildren(html("p", { class: "hint" }, HINT));
  }

  #listen() {
    this.plot.addEventListener("pointermove", (event) => this.spotlight.point(this.#under(event)));
    this.plot.addEventListener("pointerleave", () => this.spotlight.point(null));
    this.plot.addEventListener("click", (event) => {
      const subject = this.#under(event);
      if (subject) this.spotlight.pin(subject);
    });
    this.plot.addEventListener("blur", () => this.spotlight.point(null));
    this.plot.addEventListener("keydown", (event) => {
      const to = this.#step(event.key);
      if (to === null) return;
      event.preventDefault();
      this.spotlight.focus({ kind: "neuron", panel: this.panel, column: to });
    });
  }

  /** What stands under the pointer: a neuron, a word's row, or nothing. @param {MouseEvent} event @returns {Subject | null} */
  #under({ clientX, clientY }) {
    if (!this.#drawn) return null;
    const { view, frame: { left, right, rowHeight, columns } } = this.#drawn;
    const box = this.plot.getBoundingClientRect();
    const x = clientX - box.left;
    const word = Math.floor((clientY - box.top - HEAD) / rowHeight);
    if (x >= left && x <= right && columns.groups.length > 0) {
      return { kind: "neuron", panel: this.panel, column: columns.at(x - left) };
    }
    return word >= 0 && word < view.words.length ? { kind: "word", word } : null;
  }

  /** The column that a key leads to: arrows left and right by neuron, up and down by group. @param {string} key */
  #step(key) {
    const groups = this.#drawn?.frame.columns.groups ?? [];
    const last = (groups.at(-1)?.to ?? 0) - 1;
    if (last < 0) return null;
    const { subject } = this.spotlight;
    const at = subject?.kind === "neuron" && subject.panel === this.panel ? subject.column : -1;
    const group = groups.findIndex(({ from, to }) => at >= from && at < to);
    const start = (/** @type {number} */ place) => groups[Math.min(groups.length - 1, Math.max(0, place))].from;
    switch (key) {
      case "ArrowRight":
        return Math.min(last, at + 1);
      case "ArrowLeft":
        return Math.max(0, at - 1);
      case "ArrowDown":
      case "PageDown":
        return start(group + 1);
      case "ArrowUp":
      case "PageUp":
        return start(group - 1);
      case "Home":
        return 0;
      case "End":
        return last;
      default:
        return null;
    }
  }
}

/** Rows are as high as their number allows, never too low to read. @param {View} view @param {number} width @returns {Frame} */
function frameOf({ explanation, words }, width) {
  const n = words.length;
  const rowHeight = n <= 14 ? 24 : n <= 32 ? 19 : n <= 64 ? 15 : 12;
  const size = rowHeight >= 19 ? 13 : rowHeight >= 15 ? 11.5 : 10;
  const letters = width < WIDE ? 9 : 14;
  const longest = Math.max(0, ...words.map((word) => label(word, letters).length));
  const left = Math.round(Math.min(longest, letters) * size * 0.56 + 12);
  const right = width - NUMBERS - (width < WIDE ? 0 : BARS);
  return { width, left, right, rowHeight, size, letters, columns: columnsOf(explanation.allocation.owner, right - left) };
}

/**
 * The bands above the groups, and their names: those with room, and the chosen ones in any case.
 * @param {Pen} pen
 * @param {View} view
 * @param {Frame} places
 * @param {number[]} chosen
 */
function paintOwners(pen, { words }, { left, width, columns }, chosen) {
  const { palette } = pen;
  const named = columns.groups.map((group, at) => {
    const isChosen = chosen.includes(group.word);
    const colour = isChosen ? palette.accent : at % 2 === 0 ? palette.edge : palette.line;
    pen.fill(colour, left + group.left, HEAD - BAND - 3, Math.max(0.5, group.right - group.left), BAND);
    const letters = isChosen ? 16 : Math.floor((group.right - group.left) / LETTER);
    return { name: letters >= 2 ? label(words[group.word], letters) : "", middle: left + (group.left + group.right) / 2, isChosen };
  });
  const reach = (/** @type {{name: string}} */ { name }) => (name.length * LETTER) / 2 + 4;
  const first = named.filter(({ isChosen }) => isChosen);
  const clear = named.filter((one) => first.every((other) => Math.abs(one.middle - other.middle) > reach(one) + reach(other)));
  for (const { name, middle, isChosen } of [...first, ...clear]) {
    const colour = isChosen ? palette.accent : palette.soft;
    pen.write(name, middle, HEAD - BAND - 9, { size: SMALL, colour, align: "center", bold: isChosen });
  }
  const heads = { size: SMALL, colour: palette.soft, align: /** @type {const} */ ("right") };
  pen.write("N", width - 38, HEAD - BAND - 9, heads);
  pen.write("C", width, HEAD - BAND - 9, heads);
}

/**
 * What stands beside each row: the word at its left; N_i, as a bar too, and C_i at its right.
 * @param {Pen} pen
 * @param {View} view
 * @param {Frame} places
 * @param {(place: number) => boolean} isChosen
 */
function paintRows(pen, { explanation, words, extent }, { width, left, right, rowHeight, size, letters }, isChosen) {
  const { palette } = pen;
  for (const [place, { known, neurons, capacity }] of explanation.words.entries()) {
    const top = HEAD + place * rowHeight;
    const base = top + rowHeight / 2 + size * 0.3;
    const chosen = isChosen(place);
    const name = { size, colour: chosen ? palette.accent : palette.ink, align: /** @type {const} */ ("right"), bold: chosen, dashed: !known };
    pen.write(label(words[place], letters), left - 8, base, name);
    const number = { size, colour: palette.soft, align: /** @type {const} */ ("right") };
    pen.write(tenths(neurons), width - 38, base, number);
    pen.write(brief(capacity), width, base, number);
    if (width < WIDE) continue;
    const length = ((BARS - 4) * neurons) / Math.max(1, extent.neurons);
    pen.fill(chosen ? palette.accent : palette.edge, right + 8, top + rowHeight * 0.3, length, rowHeight * 0.4 - 1);
  }
}

/** @param {View} view @param {number} neuron */
const ownersOf = ({ explanation, words }, neuron) =>
  strongest(column(explanation.allocation.shares, neuron), OWNERS).map(({ place, value }) => ({ name: label(words[place], 16), value }));

/** @param {View} view @param {number} neuron */
function titleOf({ explanation: { allocation } }, neuron) {
  const served = brief(allocation.polysemanticity[neuron]);
  return /** @type {const} */ ([`Neuron ${allocation.neurons[neuron]}`, ` serves ${served} words in effect (its polysemanticity)`]);
}

/** @param {View} view @param {number} neuron */
const inWords = (view, neuron) =>
  `${titleOf(view, neuron).join("")}: ${ownersOf(view, neuron).map(({ name, value }) => `${name} ${percent(value)}`).join(", ")}`;

/** @param {View} view @param {number} neuron */
function describeNeuron(view, neuron) {
  const [name, serves] = titleOf(view, neuron);
  const owners = ownersOf(view, neuron).map(({ name: owner, value }) =>
    html("li", {}, html("span", { class: "name", dir: "auto" }, owner), html("span", { class: "number" }, percent(value)), bar(value)),
  );
  return [html("p", {}, html("strong", {}, name), serves), html("ul", { class: "owners" }, ...owners)];
}

/** @param {View} view @param {number} word */
function describeWord({ explanation, words }, word) {
  const { neurons, owned, capacity } = explanation.words[word];
  const sharing = row(explanation.interaction.sharing, word);
  const partners = strongest(sharing, 3, (place) => place !== word).map(({ place, value }) => `“${label(words[place], 16)}” (${brief(value)})`);
  const owns = ` owns ${tenths(neurons)} neurons in sum and is the largest owner of ${plural(owned, "neuron")}; capacity ${exact(capacity)}.`;
  return [
    html("p", {}, html("strong", { dir: "auto" }, `“${label(words[word], 24)}”`), owns),
    html("p", {}, partners.length > 0 ? `Shares most with ${partners.join(", ")}.` : "Shares none of them."),
  ];
}
