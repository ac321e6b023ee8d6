// @ts-check
/** The interaction: one cell a pair of words, its colour their sharing, its dot their attention. */

import { select } from "d3-selection";
import { brief, exact, label } from "../format.js";
import { bar, html, tableOnDemand } from "../html.js";
import { prepare } from "./canvas.js";
import { crossVeil } from "./veil.js";
import { row, strongest } from "./view.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { Scale } from "./scale.js" */
/** @import { View } from "./view.js" */

/** Side of a cell at most, and at least (narrower charts scroll); and of the whole matrix at most. */
const LARGEST = 30;
const SMALLEST = 6;
const WHOLE = 720;

/** Radius of the strongest attention's dot, as a part of the cell. */
const LARGEST_DOT = 0.36;

/** Room for the read-out beside the matrix, and the side from which on cells are large enough to leave it. */
const BESIDE = 220;
const COMFORTABLE = 17;

const INKS = { black: "rgb(0 0 0 / 0.72)", white: "rgb(255 255 255 / 0.85)" };

/** From this side of a cell on, every word is named; below, only the chosen ones. */
const NAMED = 11;

/** Partners named in the read-out of a word. */
const PARTNERS = 5;

const HINT = "Point at a cell, or move over the cells with the arrow keys.";

/** @typedef {{side: number, left: number, top: number, font: number, letters: number, size: number}} Frame places in CSS pixels */

export class InteractionChart {
  /** @type {View | null} */
  #view = null;
  /** @type {Frame | null} */
  #frame = null;

  /** @param {HTMLElement} root @param {string} panel names the elements that need an id @param {Spotlight} spotlight */
  constructor(root, panel, spotlight) {
    this.panel = panel;
    this.spotlight = spotlight;
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.cell = html("span", { role: "gridcell", id: `${panel}-cell`, class: "unseen" });
    this.grid = html(
      "div",
      { class: "plot", role: "grid", tabindex: 0, "aria-label": "Pairs of words", "aria-activedescendant": this.cell.id },
      this.canvas,
      html("span", { role: "row", class: "unseen" }, this.cell),
    );
    this.svg = select(this.grid).append("svg").attr("aria-hidden", "true");
    for (const layer of ["rows", "columns", "spot"]) this.svg.append("g").attr("class", layer);
    this.scroll = html("div", { class: "scroll" }, this.grid);
    this.readout = html("div", { class: "readout interaction-readout", "aria-hidden": "true" });
    this.table = tableOnDemand("The same as a table", ["Word", "Shares most with", "Sharing (S)", "Attends most to", "Attention"]);
    root.append(html("div", { class: "matrix" }, this.scroll, this.readout), this.table.element);
    this.root = root;
    this.#listen();
  }

  /** @param {View} view @param {Scale} scale @param {number} width of the chart, in CSS pixels */
  draw(view, scale, width) {
    const frame = frameOf(view, width);
    const { left, top, size } = frame;
    const n = view.words.length;
    this.#view = view;
    this.#frame = frame;
    this.root.classList.toggle("empty", n === 0);
    this.grid.setAttribute("aria-rowcount", String(n));
    this.grid.setAttribute("aria-colcount", String(n));
    this.svg.attr("width", left + size + 24).attr("height", top + size);
    this.canvas.style.setProperty("left", `${left}px`);
    this.canvas.style.setProperty("top", `${top}px`);
    this.#paint(view, frame, scale);
    this.#tabulate(view);
    this.highlight(null);
  }

  /** @param {Subject | null} subject */
  highlight(subject) {
    const view = this.#view;
    const frame = this.#frame;
    if (!view || !frame) return;
    const pair = subject?.kind === "pair" ? subject : subject?.kind === "word" ? { row: subject.word, column: subject.word } : null;
    this.#drawLabels(view, frame, pair);
    this.#drawSpot(frame, pair);
    this.#read(view, subject);
  }

  /** @param {View} view @param {Frame} frame @param {Scale} scale */
  #paint({ explanation, extent, words }, { side, size }, scale) {
    const { context, ratio } = prepare(this.canvas, size, size);
    const { sharing, attention } = explanation.interaction;
    const n = words.length;
    const gap = side >= 10 ? 1 : 0.5;
    context.scale(ratio, ratio);
    for (let at = 0; at < n * n; at += 1) {
      const x = (at % n) * side;
      const y = Math.floor(at / n) * side;
      const shared = Math.floor(at / n) === at % n ? 0 : sharing.values[at];
      context.fillStyle = scale.colour(shared);
      context.fillRect(x, y, side - gap, side - gap);
      // The dot's area is the attention, on the scale of the strongest in both panels.
      const radius = LARGEST_DOT * (side - gap) * Math.sqrt(attention.values[at] / Math.max(extent.attention, 1e-9));
      if (radius < 0.3) continue;
      context.fillStyle = INKS[scale.ink(shared)];
      context.beginPath();
      context.arc(x + (side - gap) / 2, y + (side - gap) / 2, radius, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** @param {View} view @param {Frame} frame @param {{row: number, column: number} | null} pair */
  #drawLabels({ explanation, words }, { side, left, top, font, letters }, pair) {
    const shown = words
      .map((word, place) => ({ name: label(word, letters), place, known: explanation.words[place].known }))
      .filter(({ place }) => side >= NAMED || place === pair?.row || place === pair?.column);
    const middle = (/** @type {number} */ place) => place * side + side / 2;
    this.svg
      .select(".rows")
      .attr("font-size", font)
      .selectAll("text")
      .data(side >= NAMED ? shown : shown.filter(({ place }) => place === pair?.row))
      .join("text")
      .text(({ name }) => name)
      .attr("x", left - 6)
      .attr("y", ({ place }) => top + middle(place) + font * 0.34)
      .classed("unknown", ({ known }) => !known)
      .classed("chosen", ({ place }) => place === pair?.row);
    this.svg
      .select(".columns")
      .attr("font-size", font)
      .selectAll("text")
      .data(side >= NAMED ? shown : shown.filter(({ place }) => place === pair?.column))
      .join("text")
      .text(({ name }) => name)
      .attr("transform", ({ place }) => `translate(${left + middle(place) + font * 0.2} ${top - 6}) rotate(-60)`)
      .classed("unknown", ({ known }) => !known)
      .classed("chosen", ({ place }) => place === pair?.column);
  }

  /** @param {Frame} frame @param {{row: number, column: number} | null} pair */
  #drawSpot({ side, left, top, size }, pair) {
    const all = { left, right: left + size, top, bottom: top + size };
    const spot = this.svg.select(".spot");
    const veil = (/** @type {{row: number, column: number}} */ { row: at, column }) =>
      crossVeil(
        all,
        { left: left + column * side, right: left + (column + 1) * side },
        { top: top + at * side, bottom: top + (at + 1) * side },
      );
    spot.selectAll("path").data(pair ? [pair] : []).join("path").attr("d", veil);
    spot
      .selectAll("rect")
      .data(pair ? [pair] : [])
      .join("rect")
      .attr("x", ({ column }) => left + column * side - 1)
      .attr("y", ({ row: at }) => top + at * side - 1)
      .attr("width", side + 1)
      .attr("height", side + 1);
  }

  /** @param {View} view */
  #tabulate({ explanation, words }) {
    const { sharing, attention } = explanation.interaction;
    this.table.show(() =>
      words.map((word, place) => {
        const most = (/** @type {Float32Array} */ values) => {
          const [best] = strongest(values, 1, (other) => other !== place);
          return best ? [label(words[best.place], 40), exact(best.value)] : ["–", "–"];
        };
        return [label(word, 40), ...most(row(sharing, place)), ...most(row(attention, place))];
      }),
    );
  }

  /** @param {View} view @param {Subject | null} subject */
  #read(view, subject) {
    if (subject?.kind === "pair") {
      const lines = describePair(view, subject.row, subject.column);
      this.cell.textContent = lines.join(" ");
      this.cell.setAttribute("aria-colindex", String(subject.column + 1));
      this.cell.parentElement?.setAttribute("aria-rowindex", String(subject.row + 1));
      this.readout.replaceChildren(...lines.map((line) => html("p", {}, line)));
      return;
    }
    this.cell.textContent = "No pair chosen; use the arrow keys.";
    if (subject?.kind === "word") {
      this.readout.replaceChildren(...describeWord(view, subject.word));
      return;
    }
    this.readout.replaceChildren(html("p", { class: "hint" }, HINT));
  }

  #listen() {
    this.grid.addEventListener("pointermove", (event) => this.spotlight.point(this.#under(event)));
    this.grid.addEventListener("pointerleave", () => this.spotlight.point(null));
    this.grid.addEventListener("click", (event) => {
      const subject = this.#under(event);
      if (subject) this.spotlight.pin(subject);
    });
    this.grid.addEventListener("blur", () => this.spotlight.point(null));
    this.grid.addEventListener("keydown", (event) => {
      const n = this.#view?.words.length ?? 0;
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -n], End: [0, n] };
      if (n === 0 || !(event.key in steps)) return;
      event.preventDefault();
      const { subject } = this.spotlight;
      const at = subject?.kind === "pair" ? subject : { row: 0, column: 0 };
      const [down, across] = subject?.kind === "pair" ? steps[/** @type {keyof typeof steps} */ (event.key)] : [0, 0];
      const within = (/** @type {number} */ place) => Math.min(n - 1, Math.max(0, place));
      this.spotlight.focus({ kind: "pair", row: within(at.row + down), column: within(at.column + across) });
    });
  }

  /** @param {MouseEvent} event @returns {Subject | null} */
  #under({ clientX, clientY }) {
    const frame = this.#frame;
    const n = this.#view?.words.length ?? 0;
    if (!frame || n === 0) return null;
    const box = this.grid.getBoundingClientRect();
    const column = Math.floor((clientX - box.left - frame.left) / frame.side);
    const at = Math.floor((clientY - box.top - frame.top) / frame.side);
    const inRow = at >= 0 && at < n;
    const inColumn = column >= 0 && column < n;
    if (inRow && inColumn && at !== column) return { kind: "pair", row: at, column };
    if (inRow) return { kind: "word", word: at };
    return inColumn ? { kind: "word", word: column } : null;
  }
}

/** @param {View} view @param {number} at @param {number} other */
function describePair({ explanation, words }, at, other) {
  const { sharing, cosine, attention } = explanation.interaction;
  const [first, second] = [at, other].map((place) => `“${label(words[place], 20)}”`);
  const there = row(attention, at)[other];
  const back = row(attention, other)[at];
  if (at === other) return [`${first} attends to itself with ${exact(there)}.`];
  return [
    `${first} and ${second}: sharing ${exact(row(sharing, at)[other])} (cosine of their neurons ${exact(row(cosine, at)[other])}).`,
    `${first} attends to ${second} with ${exact(there)}, and ${second} to ${first} with ${exact(back)}.`,
  ];
}

/** @param {View} view @param {number} word */
function describeWord({ explanation, words }, word) {
  const { sharing, attention } = explanation.interaction;
  const part = (/** @type {string} */ title, /** @type {Float32Array} */ values) => {
    const partners = strongest(values, PARTNERS, (place) => place !== word);
    const items = partners.map(({ place, value }) =>
      html("li", {}, html("span", { class: "name", dir: "auto" }, label(words[place], 16)), html("span", { class: "number" }, brief(value)), bar(value)),
    );
    return html("div", {}, html("p", {}, title), html("ul", { class: "owners" }, ...items));
  };
  const name = `“${label(words[word], 20)}”`;
  return [part(`${name} shares with`, row(sharing, word)), part(`${name} attends to`, row(attention, word))];
}

/** Cells as large as the width allows, within bounds. @param {View} view @param {number} width @returns {Frame} */
function frameOf({ words }, width) {
  const letters = width < 420 ? 8 : 12;
  const longest = Math.min(letters, Math.max(2, ...words.map((word) => label(word, letters).length)));
  const n = Math.max(1, words.length);
  const margin = (/** @type {number} */ font) => longest * font * 0.56 + 12;
  const whole = Math.floor((width - margin(13) - 24) / n);
  const shared = Math.floor((width - margin(13) - 24 - BESIDE) / n);
  const side = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(WHOLE / n), shared >= COMFORTABLE ? shared : whole));
  const font = side >= 16 ? 13 : 10.5;
  return { side, left: margin(font), top: margin(font) * 0.9 + 4, font, letters, size: side * words.length };
}
