// @ts-check
/** What surrounds the neurons of the allocation: names and bands above, words on the left, numbers on the right. */

import { amount, brief, label, tenths } from "../format.js";
import { columnsOf } from "./columns.js";

/** @import { Pen } from "./canvas.js" */
/** @import { Columns } from "./columns.js" */
/** @import { View } from "./view.js" */

/** Height of the part above the rows: the owners' names, their bands and, at its foot, the votes. */
export const HEAD = 47;
const BAND = 5;
export const VOTES = 4;
/** Foot of the bands. */
export const FOOT = HEAD - VOTES - 5;

/** Room right of the neurons for N_i and e_i or C_i, and for N_i as a bar, where charts are wide. */
const NUMBERS = 94;
const BARS = 34;
/** Where N_i ends, from the right. */
const N_ENDS = 48;
const WIDE = 420;

/** Size of type above the rows, and the width of one letter of it. */
const SMALL = 11;
const LETTER = 6.4;

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

/** Rows are as high as their number allows, never too low to read. @param {View} view @param {number} width @returns {Frame} */
export function frameOf({ explanation, words }, width) {
  const n = words.length;
  const rowHeight = n <= 14 ? 24 : n <= 32 ? 19 : n <= 64 ? 15 : 12;
  const size = rowHeight >= 19 ? 13 : rowHeight >= 15 ? 11.5 : 10;
  const letters = width < WIDE ? 9 : 14;
  const longest = Math.max(0, ...words.map((word) => label(word, letters).length));
  const left = Math.round(Math.min(longest, letters) * size * 0.56 + 12);
  const right = width - NUMBERS - (width < WIDE ? 0 : BARS);
  const { owner, votes } = explanation.allocation;
  const predicted = explanation.prediction?.predicted;
  const columns = columnsOf(owner, right - left, (column) => votes[column] === predicted);
  return { width, left, right, rowHeight, size, letters, columns };
}

/**
 * The bands above the groups, and their names: those with room, and the chosen ones in any case.
 * @param {Pen} pen
 * @param {View} view
 * @param {Frame} places
 * @param {number[]} chosen
 */
export function paintOwners(pen, { words, look }, { left, width, columns }, chosen) {
  const { palette } = pen;
  const named = columns.groups.map((group, at) => {
    const isChosen = chosen.includes(group.word);
    const colour = isChosen ? palette.accent : at % 2 === 0 ? palette.edge : palette.line;
    pen.fill(colour, left + group.left, FOOT - BAND, Math.max(0.5, group.right - group.left), BAND);
    const letters = isChosen ? 16 : Math.floor((group.right - group.left) / LETTER);
    return { name: letters >= 2 ? label(words[group.word], letters) : "", middle: left + (group.left + group.right) / 2, isChosen };
  });
  const reach = (/** @type {{name: string}} */ { name }) => (name.length * LETTER) / 2 + 4;
  const first = named.filter(({ isChosen }) => isChosen);
  const clear = named.filter((one) => first.every((other) => Math.abs(one.middle - other.middle) > reach(one) + reach(other)));
  for (const { name, middle, isChosen } of [...first, ...clear]) {
    const colour = isChosen ? palette.accent : palette.soft;
    pen.write(name, middle, FOOT - BAND - 6, { size: SMALL, colour, align: "center", bold: isChosen });
  }
  const heads = { size: SMALL, colour: palette.soft, align: /** @type {const} */ ("right") };
  pen.write("N", width - N_ENDS, FOOT - BAND - 6, heads);
  pen.write(look.allocation === "evidence" ? "e" : "C", width, FOOT - BAND - 6, heads);
}

/**
 * What each row is labelled with: the word on its left; N_i, also as a bar, and e_i or C_i on its right.
 * @param {Pen} pen
 * @param {View} view
 * @param {Frame} places
 * @param {(place: number) => boolean} isChosen
 */
export function paintRows(pen, { explanation, words, extent, look }, { width, left, right, rowHeight, size, letters }, isChosen) {
  const { palette } = pen;
  for (const [place, { known, neurons, capacity, evidence }] of explanation.words.entries()) {
    const top = HEAD + place * rowHeight;
    const base = top + rowHeight / 2 + size * 0.3;
    const chosen = isChosen(place);
    const name = { size, colour: chosen ? palette.accent : palette.ink, align: /** @type {const} */ ("right"), bold: chosen, dashed: !known };
    pen.write(label(words[place], letters), left - 8, base, name);
    const number = { size, colour: palette.soft, align: /** @type {const} */ ("right") };
    pen.write(tenths(neurons), width - N_ENDS, base, number);
    pen.write(look.allocation === "evidence" ? amount(evidence) : brief(capacity), width, base, number);
    if (width < WIDE) continue;
    const length = ((BARS - 4) * neurons) / Math.max(1, extent.neurons);
    pen.fill(chosen ? palette.accent : palette.edge, right + 8, top + rowHeight * 0.3, length, rowHeight * 0.4 - 1);
  }
}
