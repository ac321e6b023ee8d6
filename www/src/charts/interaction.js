// @ts-check
/** The interaction: one cell per pair of words; its colour is their sharing, or what one brings to the other's place, and its dot is their attention. */

import { amount, exact, label } from "../format.js";
import { html, tableOnDemand } from "../html.js";
import { Pen } from "./canvas.js";
import { listen } from "./listen.js";
import { describePair, describePartners } from "./readouts.js";
import { rowsOf } from "./rows.js";
import { column, row, strongest } from "./view.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { Palette, Scale } from "./palette.js" */
/** @import { Rows } from "./rows.js" */
/** @import { View } from "./view.js" */

/** Largest and smallest side of a cell (narrower charts scroll), and largest side of the whole matrix. */
const LARGEST = 30;
const SMALLEST = 6;
const WHOLE = 720;

/** So many words keep cells large enough for their names, even if the matrix is then to be scrolled. */
const NAMABLE = 150;

/** Room for the read-out next to the matrix, and the side from which cells are large enough to make that room. */
const BESIDE = 220;
const COMFORTABLE = 17;

/** From this side of a cell on, every word is named; below, only the chosen ones. */
const NAMED = 11;

/** Room to the right of the matrix, into which the last names lean. */
const LEAN = 24;
const SLOPE = -Math.PI / 3;

/** Radius of the dot of attention 1, as a part of the cell. */
const LARGEST_DOT = 0.46;
const INKS = { black: "rgb(0 0 0 / 0.72)", white: "rgb(255 255 255 / 0.85)" };

const HINT = "Point at a cell, or move over the cells with the arrow keys; a click or Enter holds one.";

/** @typedef {{rows: Rows, side: number, left: number, top: number, size: number, letters: number}} Frame places in CSS pixels, and the size of type */

/** @typedef {{row: number, column: number}} Pair */

export class InteractionChart {
  /** @type {{view: View, frame: Frame, palette: Palette} | null} */
  #drawn = null;
  /** The cells, once they are needed a second time. @type {OffscreenCanvas | null} */
  #picture = null;

  /** @param {HTMLElement} root @param {string} panel names the elements that need an id @param {Spotlight} spotlight */
  constructor(root, panel, spotlight) {
    this.root = root;
    this.figure = /** @type {HTMLElement | null} */ (root.closest(".figure"));
    this.panel = panel;
    this.spotlight = spotlight;
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.cell = html("span", { role: "gridcell", id: `${panel}-pair`, class: "unseen" });
    this.grid = html(
      "div",
      { class: "plot", role: "grid", tabindex: 0, "aria-label": "Pairs of words", "aria-activedescendant": this.cell.id },
      this.canvas,
      html("span", { role: "row", class: "unseen" }, this.cell),
    );
    this.readout = html("div", { class: "readout interaction-readout", "aria-hidden": "true", translate: "no" });
    this.scroll = html("div", { class: "scroll" }, this.grid);
    this.wide = html("p", { class: "remark", hidden: "" }, "The matrix is wider than its place: scroll it sideways.");
    this.table = tableOnDemand("The same as a table", ["Word", "Shares most with", "Sharing (S)", "Attends most to", "Attention", "Brings most to", "Contribution"]);
    root.append(this.wide, html("div", { class: "matrix" }, this.scroll, this.readout), this.table.element);
    listen(this.grid, spotlight, {
      under: (event) => this.#under(event),
      step: (key) => this.#step(key),
      owns: ({ kind }) => kind === "pair",
    });
  }

  /** The canvas first, then the document. @param {View} view @param {Palette} palette @param {number} width in CSS pixels @param {Subject | null} subject */
  draw(view, palette, width, subject) {
    this.#drawn = { view, frame: frameOf(view, width), palette };
    const n = this.#drawn.frame.rows.words.length;
    this.#picture = null;
    // The legend's dots are as large as those of the main panel, beside or under which it stands.
    const largest = 2 * LARGEST_DOT * bodyOf(this.#drawn.frame.side);
    if (this.panel === "main") this.figure?.style.setProperty("--largest-dot", `${largest}px`);
    const { left, side } = this.#drawn.frame;
    this.wide.hidden = left + n * side + LEAN <= width;
    this.highlight(subject);
    this.root.classList.toggle("empty", n === 0);
    this.grid.setAttribute("aria-rowcount", String(n));
    this.grid.setAttribute("aria-colcount", String(n));
    this.#tabulate(view);
  }

  /** @param {Subject | null} subject */
  highlight(subject) {
    if (!this.#drawn) return;
    const pair = subject?.kind === "pair" ? subject : subject?.kind === "word" ? { row: subject.word, column: subject.word } : null;
    this.#paint(pair);
    this.#read(this.#drawn.view, subject);
  }

  /** @param {Pair | null} pair */
  #paint(pair) {
    if (!this.#drawn) return;
    const { view, frame: places, palette } = this.#drawn;
    const { rows, side, left, top, size, letters } = places;
    const n = rows.words.length;
    const all = { left, right: left + n * side, top, bottom: top + n * side };
    const pen = new Pen(this.canvas, { width: all.right + LEAN, height: all.bottom + 2 }, palette);
    this.#paintCells(pen, pair !== null);

    for (const [place, word] of rows.words.entries()) {
      const middle = (place + 0.5) * side;
      const text = label(view.words[word], letters);
      const style = (/** @type {boolean} */ chosen) => ({
        size,
        colour: chosen ? palette.accent : palette.soft,
        bold: chosen,
        dashed: !view.explanation.words[word].known,
      });
      const [inRow, inColumn] = [pair?.row === word, pair?.column === word];
      if (side >= NAMED || inRow) pen.write(text, left - 6, top + middle + size * 0.34, { ...style(inRow), align: "right" });
      if (side >= NAMED || inColumn) pen.writeTurned(text, left + middle + size * 0.2, top - 6, SLOPE, style(inColumn));
    }
    if (!pair) return;
    const [down, across] = [rows.place(pair.row), rows.place(pair.column)];
    if (down === null || across === null) return;
    const column = { left: left + across * side, right: left + (across + 1) * side };
    const line = { top: top + down * side, bottom: top + (down + 1) * side };
    pen.veil(all, column, line);
    pen.frame({ ...column, ...line });
  }

  /** While someone points, from a picture of them; while someone types, a picture would be useless. @param {Pen} pen @param {boolean} pointing */
  #paintCells({ context }, pointing) {
    if (!this.#drawn) return;
    const { view, frame: { rows, side, left, top }, palette } = this.#drawn;
    const size = rows.words.length * side;
    if (!pointing) return drawCells(context, left, top, view, rows, side, palette);
    if (!this.#picture) {
      const across = Math.round(size * devicePixelRatio);
      this.#picture = new OffscreenCanvas(across, across);
      const picture = this.#picture.getContext("2d");
      if (!picture) throw new Error("this browser gives no canvas to draw on");
      picture.scale(devicePixelRatio, devicePixelRatio);
      drawCells(picture, 0, 0, view, rows, side, palette);
    }
    context.drawImage(this.#picture, left, top, size, size);
  }

  /** @param {View} view */
  #tabulate({ explanation, words }) {
    const { sharing, faded, attention, contribution } = explanation.interaction;
    this.table.show(() =>
      words.map((word, place) => {
        const most = (/** @type {Float32Array} */ values, write = exact, by = values) => {
          const [best] = strongest(by, 1, (other) => other !== place);
          return best ? [label(words[best.place], 40), write(values[best.place])] : ["–", "–"];
        };
        return [label(word, 40), ...most(row(sharing, place), exact, row(faded, place)), ...most(row(attention, place)), ...most(column(contribution, place), amount)];
      }),
    );
  }

  /** @param {View} view @param {Subject | null} subject */
  #read(view, subject) {
    if (subject?.kind !== "pair") {
      this.cell.textContent = "No pair chosen; use the arrow keys.";
      this.readout.replaceChildren(...(subject?.kind === "word" ? describePartners(view, subject.word) : [html("p", { class: "hint" }, HINT)]));
      return;
    }
    const lines = describePair(view, subject.row, subject.column);
    this.cell.textContent = lines.join(" ");
    const { place } = this.#drawn?.frame.rows ?? {};
    this.cell.setAttribute("aria-colindex", String((place?.(subject.column) ?? 0) + 1));
    this.cell.parentElement?.setAttribute("aria-rowindex", String((place?.(subject.row) ?? 0) + 1));
    // A cell with another id is another cell, so it is read aloud.
    this.cell.id = `${this.panel}-pair-${subject.row}-${subject.column}`;
    this.grid.setAttribute("aria-activedescendant", this.cell.id);
    this.readout.replaceChildren(...lines.map((line) => html("p", {}, line)));
  }

  /** The cell that a key leads to; the first key chooses the first cell. @param {string} key @returns {Subject | null} */
  #step(key) {
    const { words = [], place } = this.#drawn?.frame.rows ?? {};
    const n = words.length;
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -n], End: [0, n] };
    if (n === 0 || !(key in steps)) return null;
    const { subject } = this.spotlight;
    const [row, column] = subject?.kind === "pair" ? [place?.(subject.row) ?? null, place?.(subject.column) ?? null] : [null, null];
    if (row === null || column === null) return { kind: "pair", row: words[0], column: words[0] };
    const [down, across] = steps[/** @type {keyof typeof steps} */ (key)];
    const within = (/** @type {number} */ at) => words[Math.min(n - 1, Math.max(0, at))];
    return { kind: "pair", row: within(row + down), column: within(column + across) };
  }

  /** What is under the pointer: a pair, a word's name, or nothing. @param {MouseEvent} event @returns {Subject | null} */
  #under({ clientX, clientY }) {
    if (!this.#drawn) return null;
    const { rows: { words }, side, left, top } = this.#drawn.frame;
    const box = this.grid.getBoundingClientRect();
    /** @type {number | undefined} */
    const column = words[Math.floor((clientX - box.left - left) / side)];
    /** @type {number | undefined} */
    const row = words[Math.floor((clientY - box.top - top) / side)];
    if (row !== undefined && column !== undefined && row !== column) return { kind: "pair", row, column };
    const word = row ?? column;
    return word === undefined ? null : { kind: "word", word };
  }
}

/** Cells as large as the width allows, within bounds. @param {View} view @param {number} width @returns {Frame} */
function frameOf({ explanation, words, look }, width) {
  const rows = rowsOf(explanation, look);
  const letters = width < 420 ? 8 : 12;
  const longest = Math.min(letters, Math.max(2, ...rows.words.map((word) => label(words[word], letters).length)));
  const n = Math.max(1, rows.words.length);
  const margin = (/** @type {number} */ size) => Math.round(longest * size * 0.56 + 12);
  const whole = Math.floor((width - margin(13) - LEAN) / n);
  const shared = Math.floor((width - margin(13) - LEAN - BESIDE) / n);
  const fitting = shared >= COMFORTABLE ? shared : whole;
  const smallest = n <= NAMABLE ? NAMED : SMALLEST;
  const side = Math.max(smallest, Math.min(LARGEST, Math.floor(WHOLE / n), fitting));
  const size = side >= 16 ? 13 : 10.5;
  return { rows, side, left: margin(size), top: Math.round(margin(size) * 0.9 + 4), size, letters };
}

/** What of a cell is painted; the rest parts it from the next. @param {number} side */
const bodyOf = (side) => side - (side >= 10 ? 1 : 0.5);

/**
 * The cells, without names and marks.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} top
 * @param {View} view
 * @param {Rows} rows
 * @param {number} side of a cell
 * @param {Palette} palette
 */
function drawCells(context, left, top, view, { words }, side, palette) {
  const { attention } = view.explanation.interaction;
  const { scale, value } = coloured(view, palette);
  const n = words.length;
  const body = bodyOf(side);
  for (let cell = 0; cell < n * n; cell += 1) {
    const column = cell % n;
    const line = Math.floor(cell / n);
    const at = words[line] * view.words.length + words[column];
    const x = left + column * side;
    const y = top + line * side;
    const shown = value(at, line === column);
    context.fillStyle = scale.colour(shown);
    context.fillRect(x, y, body, body);
    // The dot's area is the attention, on one scale for all texts: all that a word has to give.
    const radius = LARGEST_DOT * body * Math.sqrt(attention.values[at]);
    if (radius < 0.3) continue;
    context.fillStyle = INKS[scale.inkOn(shown)];
    context.beginPath();
    context.arc(x + body / 2, y + body / 2, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/**
 * The scale of the colours, and the value on it of each cell.
 * @param {View} view
 * @param {Palette} palette
 * @returns {{scale: Scale, value: (at: number, isOwn: boolean) => number}} `isOwn`: whether a word meets itself
 */
function coloured({ explanation: { interaction }, extent, look }, palette) {
  const { faded, contribution } = interaction;
  // A word shares with others, not with itself.
  if (look.interaction === "sharing") return { scale: palette, value: (at, isOwn) => (isOwn ? 0 : faded.values[at]) };
  const most = Math.max(extent.brought, 1e-9);
  return { scale: palette.signed, value: (at) => contribution.values[at] / most };
}
