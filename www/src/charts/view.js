// @ts-check
/** What every chart of a panel draws from. */

/** @import { Explanation } from "../protocol.js" */

/**
 * @typedef {object} View
 * @property {Explanation} explanation
 * @property {string} text the text that it belongs to, as it stands in the box
 * @property {string[]} words the slices of `text` that the words stand for
 * @property {Extent} extent
 */

/** @typedef {{neurons: number, attention: number}} Extent largest N_i and largest attention of all panels, so that they share a scale */

/** `value` rounded up to one digit: a scale that stays where it is while one types. @param {number} value */
function roundUp(value) {
  if (value === 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / unit) * unit;
}

/** @param {Explanation[]} explanations @returns {Extent} */
export function extentOf(explanations) {
  const largest = (/** @type {Iterable<number>} */ values) => {
    let most = 0;
    for (const value of values) most = Math.max(most, value);
    return most;
  };
  return {
    neurons: roundUp(largest(explanations.flatMap(({ words }) => words.map(({ neurons }) => neurons)))),
    attention: roundUp(largest(explanations.map(({ interaction }) => largest(interaction.attention.values)))),
  };
}

/** @param {Explanation} explanation @param {string} text @param {Extent} extent @returns {View} */
export const viewOf = (explanation, text, extent) => ({
  explanation,
  text,
  words: explanation.words.map(({ start, end }) => text.slice(start, end)),
  extent,
});

/**
 * Places of the largest of `values`, largest first.
 * @param {ArrayLike<number>} values
 * @param {number} most how many
 * @param {(place: number) => boolean} [admit]
 */
export const strongest = (values, most, admit = () => true) =>
  Array.from(values, (value, place) => ({ value, place }))
    .filter(({ value, place }) => value > 0 && admit(place))
    .sort((a, b) => b.value - a.value)
    .slice(0, most);

/** Row `at` of a matrix. @param {import("../protocol.js").Matrix} matrix @param {number} at */
export const row = ({ cols, values }, at) => values.subarray(at * cols, (at + 1) * cols);

/** @param {import("../protocol.js").Matrix} matrix @param {number} at */
export const column = ({ rows, cols, values }, at) => Float32Array.from({ length: rows }, (_, place) => values[place * cols + at]);
