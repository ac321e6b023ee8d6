// @ts-check
/** What surrounds the neurons of the allocation: names and bands above, words on the left, numbers on the right. */

import { amount, brief, label, tenths } from "../format.js";
import { columnsOf, shifted } from "./columns.js";
import { rowsOf } from "./rows.js";

/** @import { Pen } from "./canvas.js" */
/** @import { Columns } from "./columns.js" */
/** @import { Rows } from "./rows.js" */
/** @import { View } from "./view.js" */

/** Height of the part above the rows: the owners' names, their bands and, at its foot, the votes. */
export const HEAD = 47;
export const BAND = 5;
export const VOTES = 4;
/** Foot of the bands. */
export const FOOT = HEAD - VOTES - 5;

/** Room right of the neurons for N_i and e_i or C_i, and for N_i as a bar, where charts are wide. */
const NUMBERS = 94;
const BARS = 34;
/** Where N_i ends, from the right. */
const N_ENDS = 48;
const WIDE = 420;

/** Size of type above the rows, the width of one letter of it, and how many a name may have. */
const SMALL = 11;
const LETTER = 6.4;
const NAME = 16;

/**
 * @typedef {object} Frame places in CSS pixels
 * @property {number} width
 * @property {number} left where the neurons begin
 * @property {number} right where they end
 * @property {number} rowHeight
 * @property {number} size of the rows' type
 * @property {number} letters that fit into a row's label
 * @property {Rows} rows
 * @property {Columns} columns places from `left`, of which those between `left` and `right` are seen
 */

/** A name above the columns, and from where to where it reaches, from the chart's left edge. @typedef {{word: number, from: number, to: number}} Name */

/**
 * Rows are as high as their number allows, never too low to read.
 * @param {View} view
 * @param {number} width
 * @param {{times: number, before: number}} zoom how wide the columns are, and how far left they begin, as parts of what is seen
 * @returns {Frame}
 */
export function frameOf({ explanation, words, look }, width, { times, before }) {
  const rows = rowsOf(explanation, look);
  const n = rows.words.length;
  const rowHeight = n <= 14 ? 24 : n <= 32 ? 19 : n <= 64 ? 15 : 12;
  const size = rowHeight >= 19 ? 13 : rowHeight >= 15 ? 11.5 : 10;
  const letters = width < WIDE ? 9 : 14;
  const longest = Math.max(0, ...words.map((word) => label(word, letters).length));
  const left = Math.round(Math.min(longest, letters) * size * 0.56 + 12);
  const right = width - NUMBERS - (width < WIDE ? 0 : BARS);
  const { owner, votes } = explanation.allocation;
  const predicted = explanation.prediction?.predicted;
  const seen = right - left;
  const all = columnsOf(owner, seen * times, (column) => votes[column] === predicted);
  const columns = shifted(all, before * seen);
  return { width, left, right, rowHeight, size, letters, rows, columns };
}

/**
 * The bands above the groups, and their names as far as there is room: the chosen ones first, then the widest groups'.
 * @param {Pen} pen
 * @param {View} view
 * @param {Frame} places
 * @param {number[]} chosen
 * @returns {Name[]}
 */
export function paintOwners(pen, { words }, { left, right, columns }, chosen) {
  const { palette } = pen;
  const isChosen = (/** @type {number} */ word) => chosen.includes(word);
  const seen = columns.groups.map((group, at) => ({ ...group, at })).filter((group) => group.right > 0 && group.left < right - left);
  for (const group of seen) {
    const [from, to] = [Math.max(0, group.left), Math.min(right - left, group.right)];
    const colour = isChosen(group.word) ? palette.accent : group.at % 2 === 0 ? palette.edge : palette.line;
    pen.fill(colour, left + from, FOOT - BAND, Math.max(0.5, to - from), BAND);
  }
  /** @type {Name[]} */
  const names = [];
  const widest = seen.sort((a, b) => Number(isChosen(b.word)) - Number(isChosen(a.word)) || b.right - b.left - (a.right - a.left));
  for (const { word, ...group } of widest) {
    const name = label(words[word], NAME);
    const half = (name.length * LETTER) / 2;
    const middle = Math.min(right - half, Math.max(left + half, left + (Math.max(0, group.left) + Math.min(right - left, group.right)) / 2));
    const [from, to] = [middle - half, middle + half];
    if (names.some((other) => from < other.to + LETTER && to > other.from - LETTER)) continue;
    names.push({ word, from, to });
    const colour = isChosen(word) ? palette.accent : palette.soft;
    pen.write(name, middle, FOOT - BAND - 6, { size: SMALL, colour, align: "center", bold: isChosen(word) });
  }
  return names;
}

/** What the numbers on the right are. @param {Pen} pen @param {View} view @param {Frame} places */
function paintHeads(pen, { look }, { width }) {
  const heads = { size: SMALL, colour: pen.palette.soft, align: /** @type {const} */ ("right") };
  pen.write("N", width - N_ENDS, FOOT - BAND - 6, heads);
  pen.write(look.allocation === "evidence" ? "e" : "C", width, FOOT - BAND - 6, heads);
}

/**
 * What each row is labelled with: the word on its left; N_i, also as a bar, and e_i or C_i on its right.
 * @param {Pen} pen
 * @param {View} view
 * @param {Frame} places
 * @param {(word: number) => boolean} isChosen
 */
export function paintRows(pen, view, places, isChosen) {
  const { palette } = pen;
  const { explanation, words, extent, look } = view;
  const { width, left, right, rowHeight, size, letters, rows } = places;
  paintHeads(pen, view, places);
  for (const [place, word] of rows.words.entries()) {
    const { known, neurons, capacity, evidence } = explanation.words[word];
    const top = HEAD + place * rowHeight;
    const base = top + rowHeight / 2 + size * 0.3;
    const chosen = isChosen(word);
    const name = { size, colour: chosen ? palette.accent : palette.ink, align: /** @type {const} */ ("right"), bold: chosen, dashed: !known };
    pen.write(label(words[word], letters), left - 8, base, name);
    const number = { size, colour: palette.soft, align: /** @type {const} */ ("right") };
    pen.write(tenths(neurons), width - N_ENDS, base, number);
    pen.write(look.allocation === "evidence" ? amount(evidence) : brief(capacity), width, base, number);
    if (width < WIDE) continue;
    const length = ((BARS - 4) * neurons) / Math.max(1, extent.neurons);
    pen.fill(chosen ? palette.accent : palette.edge, right + 8, top + rowHeight * 0.3, length, rowHeight * 0.4 - 1);
  }
}
