// @ts-check
/** What every chart of a panel draws from. */

/** @import { Explanation } from "../protocol.js" */
/** @import { State } from "../state.js" */

/**
 * @typedef {object} View
 * @property {Explanation} explanation
 * @property {string} text the text that it belongs to, as it is in the box
 * @property {string[]} words the slices of `text` that the words stand for
 * @property {Extent} extent
 * @property {Look} look
 * @property {string} without what is switched off or turned up in the model
 * @property {number | null} foremost the word that contributes most in the selected model
 */

/**
 * What the charts show by colour, and how they lay it out.
 * @typedef {Pick<State, "allocation" | "interaction" | "rows" | "folded" | "zoom">} Look
 */

/**
 * The largest value of each measure in all panels, so that they share a scale; for signed ones the largest magnitude.
 * @typedef {object} Extent
 * @property {number} neurons N_i
 * @property {number} contribution of a word, or of another part of the prediction
 * @property {number} evidence of a neuron at a word
 * @property {number} brought by one word to another's place
 */

/** `value` rounded up to one digit: a scale that stays put while someone types. @param {number} value */
function roundUp(value) {
  if (value === 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / unit) * unit;
}

/** @param {Explanation[]} explanations @returns {Extent} */
export function extentOf(explanations) {
  const largest = (/** @type {(explanation: Explanation) => ArrayLike<number>} */ valuesOf) => {
    let most = 0;
    for (const values of explanations.map(valuesOf)) {
      for (let at = 0; at < values.length; at += 1) most = Math.max(most, Math.abs(values[at]));
    }
    return roundUp(most);
  };
  return {
    neurons: largest(({ words }) => words.map(({ neurons }) => neurons)),
    contribution: largest(({ words, sentences }) => [...words.map(({ contribution }) => contribution), ...sentences.parts.map(({ amount }) => amount)]),
    evidence: largest(({ allocation }) => allocation.evidence.values),
    brought: largest(({ interaction }) => interaction.contribution.values),
  };
}

/** @param {Explanation} explanation @param {string} text @param {Extent} extent @param {Look} look @param {string} [without] @param {Explanation} [selected] that of the selected model @returns {View} */
export const viewOf = (explanation, text, extent, look, without = "", selected = explanation) => ({
  explanation,
  text,
  words: explanation.words.map(({ start, end }) => text.slice(start, end)),
  extent,
  look,
  without,
  foremost: selected.sentences.foremost ?? null,
});

/** Whether the neurons are the last layer's: those that can be switched off, and that are described over a data set. @param {Explanation} explanation */
export const showsLast = ({ layer, layers = [] }) => layer + 1 >= layers.length;

/**
 * Places of the largest of `values`, largest first, whatever their signs.
 * @param {ArrayLike<number>} values
 * @param {number} most how many
 * @param {(place: number) => boolean} [admit]
 */
export const strongest = (values, most, admit = () => true) =>
  Array.from(values, (value, place) => ({ value, place }))
    .filter(({ value, place }) => value !== 0 && admit(place))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, most);

/** Row `at` of a matrix. @param {import("../protocol.js").Matrix} matrix @param {number} at */
export const row = ({ cols, values }, at) => values.subarray(at * cols, (at + 1) * cols);

/** @param {import("../protocol.js").Matrix} matrix @param {number} at */
export const column = ({ rows, cols, values }, at) => Float32Array.from({ length: rows }, (_, place) => values[place * cols + at]);
