// @ts-check
/** Which words have a row, and in which order: long texts hold many words with hardly any neurons. */

/** @import { Explanation } from "../protocol.js" */
/** @import { Look } from "./view.js" */

/** Texts with more words have the rows of words without neurons folded. */
const MANY = 30;

/** Words that own fewer neurons have none to speak of: their number is written as 0.0. */
const NONE = 0.05;

/**
 * @typedef {object} Rows
 * @property {number[]} words that have a row, from top to bottom
 * @property {number} without how many words of a long text have no neurons to speak of
 * @property {(word: number) => number | null} place of a word among the rows
 */

/** What comes first. @type {{[order in Look["rows"]]: (word: Explanation["words"][number]) => number}} */
const RANK = {
  text: () => 0,
  neurons: ({ neurons }) => neurons,
  evidence: ({ evidence }) => Math.abs(evidence),
};

/** @param {Explanation} explanation @param {Look} look @returns {Rows} */
export function rowsOf({ words }, { rows, folded }) {
  const all = Array.from(words.keys());
  const without = words.length > MANY ? all.filter((word) => words[word].neurons < NONE).length : 0;
  const shown = without > 0 && folded === "yes" ? all.filter((word) => words[word].neurons >= NONE) : all;
  const rank = RANK[rows];
  const ordered = rows === "text" ? shown : shown.sort((a, b) => rank(words[b]) - rank(words[a]) || a - b);
  const places = new Map(ordered.map((word, place) => [word, place]));
  return { words: ordered, without, place: (word) => places.get(word) ?? null };
}
