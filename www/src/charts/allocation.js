// @ts-check
/** The neuron allocation: words × active neurons, neurons grouped by the word that owns them. */

import { select } from "d3-selection";
import { brief, count, exact, label, percent, plural, tenths } from "../format.js";
import { bar, html, tableOnDemand } from "../html.js";
import { columnsOf } from "./columns.js";
import { paintShares } from "./shares.js";
import { crossVeil } from "./veil.js";
import { column, row, strongest } from "./view.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { Columns } from "./columns.js" */
/** @import { Scale } from "./scale.js" */
/** @import { View } from "./view.js" */

/** Height of what stands above the rows: the owners' names and their bands. */
const HEAD = 40;
const BAND = 5;

/** Room right of the neurons for N_i and C_i, and for N_i as a bar, where charts are wide. */
const NUMBERS = 84;
const BARS = 34;
const WIDE = 420;

/** Owners named in the read-out of a neuron. */
const OWNERS = 6;

const HINT = "Point at a row or a column, or step through the neurons with the arrow keys.";

/**
 * @typedef {object} Frame places in CSS pixels
 * @property {number} width
 * @property {number} left where the neurons begin
 * @property {number} right where they end
 * @property {number} rowHeight
 * @property {number} font
 * @property {number} letters that fit into a row's label
 * @property {Columns} columns
 */

export class AllocationChart {
  /** @type {View | null} */
  #view = null;
  /** @type {Frame | null} */
  #frame = null;

  /** @param {HTMLElement} root @param {string} panel @param {Spotlight} spotlight */
  constructor(root, panel, spotlight) {
    this.root = root;
    this.panel = panel;
    this.spotlight = spotlight;
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.plot = html("div", { class: "plot", role: "slider", tabindex: 0, "aria-label": "Neurons" }, this.canvas);
    this.svg = select(this.plot).append("svg").attr("aria-hidden", "true");
    for (const layer of ["bands", "owners", "heads", "rows", "spot"]) this.svg.append("g").attr("class", layer);
    this.summary = html("p", { class: "remark" });
    this.readout = html("div", { class: "readout allocation-readout", "aria-hidden": "true" });
    this.table = tableOnDemand("The same as a table", ["Word", "Keep", "Neurons owned (N)", "Largest owner of", "Capacity (C)"]);
    root.append(this.summary, this.plot, this.readout, this.table.element);
    this.#listen();
  }

  /** @param {View} view @param {Scale} scale @param {number} width of the chart, in CSS pixels */
  draw(view, scale, width) {
    const { allocation, words } = view.explanation;
    const frame = frameOf(view, width);
    this.#view = view;
    this.#frame = frame;
    const { rowHeight, columns } = frame;
    this.root.classList.toggle("empty", words.length === 0);
    this.svg.attr("width", width).attr("height", HEAD + words.length * rowHeight);
    paintShares(this.canvas, allocation.shares, columns, { width, rowHeight, gap: rowHeight > 14 ? 2 : 1 }, scale);
    this.#drawBands(frame);
    this.#drawRows(view, frame);
    this.#say(view);
    this.highlight(null);
  }

  /** @param {Subject | null} subject */
  highlight(subject) {
    const view = this.#view;
    const frame = this.#frame;
    if (!view || !frame) return;
    const { allocation } = view.explanation;
    const neuron = subject?.kind === "neuron" && subject.panel === this.panel ? subject.column : null;
    const word = subject?.kind === "word" ? subject.word : null;
    const pair = subject?.kind === "pair" ? [subject.row, subject.column] : [];
    const owner = neuron === null ? word : allocation.owner[neuron];
    const shares = neuron === null ? null : column(allocation.shares, neuron);

    this.#drawOwners(view, frame, owner);
    this.#drawSpot(view, frame, word, neuron);
    /** @type {import("d3-selection").Selection<any, import("./columns.js").Group, any, any>} */
    const bands = this.svg.selectAll(".bands rect");
    bands.classed("chosen", (group) => group.word === owner || pair.includes(group.word));
    this.svg.selectAll(".rows .row").classed("chosen", (_, place) => place === word || pair.includes(place) || (shares?.[place] ?? 0) >= 0.1);
    this.#read(view, word, neuron);
  }

  /** @param {Frame} frame */
  #drawBands({ columns }) {
    this.svg
      .select(".bands")
      .selectAll("rect")
      .data(columns.groups)
      .join("rect")
      .attr("x", ({ left }) => left)
      .attr("width", ({ left, right }) => Math.max(0.5, right - left))
      .attr("y", HEAD - BAND - 3)
      .attr("height", BAND);
  }

  /** Names above their groups: those with room, and the chosen one in any case. @param {View} view @param {Frame} frame @param {number | null} chosen */
  #drawOwners({ words }, { columns, right }, chosen) {
    const named = columns.groups.map((group) => {
      const letters = group.word === chosen ? 16 : Math.floor((group.right - group.left) / 6.4);
      return { ...group, name: letters >= 2 ? label(words[group.word], letters) : "" };
    });
    const owner = named.find(({ word }) => word === chosen);
    const free = named.filter((group) => {
      if (!owner || group === owner) return group.name !== "";
      const middle = (owner.left + owner.right) / 2;
      const reach = owner.name.length * 3.4 + 8;
      return group.name !== "" && (group.right < middle - reach || group.left > middle + reach);
    });
    this.svg
      .select(".owners")
      .selectAll("text")
      .data(free)
      .join("text")
      .text(({ name }) => name)
      .attr("y", HEAD - BAND - 9)
      .attr("x", ({ left: from, right: to }) => Math.min((from + to) / 2, right - 4))
      .classed("chosen", ({ word }) => word === chosen);
  }

  /** @param {View} view @param {Frame} frame */
  #drawRows({ explanation, words, extent }, { width, left, right, rowHeight, font, letters }) {
    const rows = this.svg
      .select(".rows")
      .attr("font-size", font)
      .selectAll("g.row")
      .data(explanation.words)
      .join((enter) => {
        const group = enter.append("g").attr("class", "row");
        group.append("text").attr("class", "name");
        group.append("rect").attr("class", "amount");
        group.append("text").attr("class", "neurons");
        group.append("text").attr("class", "capacity");
        return group;
      })
      .attr("transform", (_, place) => `translate(0 ${HEAD + place * rowHeight})`);
    const base = rowHeight / 2 + font * 0.34;
    const neuronsAt = width - 38;
    rows
      .select(".name")
      .text((_, place) => label(words[place], letters))
      .attr("x", left - 8)
      .attr("y", base)
      .classed("unknown", ({ known }) => !known);
    rows
      .select(".amount")
      .attr("x", right + 8)
      .attr("y", rowHeight * 0.3)
      .attr("width", ({ neurons }) => width < WIDE ? 0 : ((BARS - 4) * neurons) / Math.max(1, extent.neurons))
      .attr("height", rowHeight * 0.4 - 1);
    rows.select(".neurons").text(({ neurons }) => tenths(neurons)).attr("x", neuronsAt).attr("y", base);
    rows.select(".capacity").text(({ capacity }) => brief(capacity)).attr("x", width).attr("y", base);
    this.svg
      .select(".heads")
      .selectAll("text")
      .data([{ name: "N", x: neuronsAt }, { name: "C", x: width }])
      .join("text")
      .text(({ name }) => name)
      .attr("x", ({ x }) => x)
      .attr("y", HEAD - BAND - 9);
  }

  /** @param {View} view @param {Frame} frame @param {number | null} word @param {number | null} neuron */
  #drawSpot({ words }, { columns, left, right, rowHeight }, word, neuron) {
    const bottom = HEAD + words.length * rowHeight;
    const spot = this.svg.select(".spot");
    const group = columns.groups.find((candidate) => candidate.word === word);
    const veil =
      word === null
        ? []
        : [crossVeil({ left, right, top: HEAD, bottom }, { left: group?.left ?? left, right: group?.right ?? left }, {
            top: HEAD + word * rowHeight,
            bottom: HEAD + (word + 1) * rowHeight,
          })];
    spot.selectAll("path").data(veil).join("path").attr("d", (path) => path);
    spot
      .selectAll("rect")
      .data(neuron === null ? [] : [neuron])
      .join("rect")
      .attr("x", (place) => columns.left(place) - 1)
      .attr("y", HEAD - 3)
      .attr("width", Math.max(1, columns.step) + 2)
      .attr("height", bottom - HEAD + 3);
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
    const { explanation, words } = view;
    if (neuron !== null) {
      const { allocation } = explanation;
      const owners = strongest(column(allocation.shares, neuron), OWNERS);
      const name = `Neuron ${allocation.neurons[neuron]}`;
      const spread = `serves ${brief(allocation.polysemanticity[neuron])} words in effect (its polysemanticity)`;
      const shares = owners.map(({ place, value }) => `${label(words[place], 16)} ${percent(value)}`);
      this.plot.setAttribute("aria-valuenow", String(neuron + 1));
      this.plot.setAttribute("aria-valuetext", `${name} ${spread}: ${shares.join(", ")}`);
      this.readout.replaceChildren(
        html("p", {}, html("strong", {}, name), ` ${spread}`),
        html("ul", { class: "owners" }, ...owners.map(({ place, value }) => html("li", {}, html("span", { class: "name", dir: "auto" }, label(words[place], 16)), html("span", { class: "number" }, percent(value)), bar(value)))),
      );
      return;
    }
    this.plot.setAttribute("aria-valuenow", "1");
    this.plot.setAttribute("aria-valuetext", "no neuron chosen; use the arrow keys");
    if (word === null) {
      this.readout.replaceChildren(html("p", { class: "hint" }, HINT));
      return;
    }
    const { neurons, owned, capacity } = explanation.words[word];
    const sharing = row(explanation.interaction.sharing, word);
    const partners = strongest(sharing, 3, (place) => place !== word).map(({ place, value }) => `“${label(words[place], 16)}” (${brief(value)})`);
    this.readout.replaceChildren(
      html("p", {}, html("strong", { dir: "auto" }, `“${label(words[word], 24)}”`), ` owns ${tenths(neurons)} neurons in sum and is the largest owner of ${plural(owned, "neuron")}; capacity ${exact(capacity)}.`),
      html("p", {}, partners.length > 0 ? `Shares most with ${partners.join(", ")}.` : "Shares none of them."),
    );
  }

  #listen() {
    this.plot.addEventListener("pointermove", ({ clientX, clientY }) => this.spotlight.point(this.#under(clientX, clientY)));
    this.plot.addEventListener("pointerleave", () => this.spotlight.point(null));
    this.plot.addEventListener("click", ({ clientX, clientY }) => {
      const subject = this.#under(clientX, clientY);
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

  /** What stands at a point of the window: a neuron, a word's label, or nothing. @param {number} clientX @param {number} clientY @returns {Subject | null} */
  #under(clientX, clientY) {
    const frame = this.#frame;
    if (!this.#view || !frame || frame.columns.groups.length === 0) return null;
    const box = this.plot.getBoundingClientRect();
    const x = clientX - box.left;
    const word = Math.floor((clientY - box.top - HEAD) / frame.rowHeight);
    if (x >= frame.left && x <= frame.right) return { kind: "neuron", panel: this.panel, column: frame.columns.at(x) };
    return word >= 0 && word < this.#view.words.length ? { kind: "word", word } : null;
  }

  /** The column that a key leads to: arrows left and right by neuron, up and down by group. @param {string} key */
  #step(key) {
    const { columns } = this.#frame ?? {};
    const last = (this.#view?.explanation.allocation.neurons.length ?? 0) - 1;
    if (!columns || last < 0) return null;
    const { subject } = this.spotlight;
    const at = subject?.kind === "neuron" && subject.panel === this.panel ? subject.column : -1;
    const group = columns.groups.findIndex(({ from, to }) => at >= from && at < to);
    const start = (/** @type {number} */ place) => columns.groups[Math.min(columns.groups.length - 1, Math.max(0, place))].from;
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
  const font = rowHeight >= 19 ? 13 : rowHeight >= 15 ? 11.5 : 10;
  const letters = width < WIDE ? 9 : 14;
  const longest = Math.max(0, ...words.map((word) => label(word, letters).length));
  const left = Math.min(longest, letters) * font * 0.56 + 12;
  const right = width - NUMBERS - (width < WIDE ? 0 : BARS);
  return { width, left, right, rowHeight, font, letters, columns: columnsOf(explanation.allocation.owner, left, right) };
}
