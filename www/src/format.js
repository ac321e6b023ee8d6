// @ts-check
/** Numbers and words as people read them. */

const three = new Intl.NumberFormat("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const two = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const one = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat("en", { minimumFractionDigits: 3, maximumFractionDigits: 3, signDisplay: "exceptZero" });
const signedTwo = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
const signedBrief = new Intl.NumberFormat("en", { maximumSignificantDigits: 2, signDisplay: "exceptZero" });
const signedOne = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });
const whole = new Intl.NumberFormat("en");

/** A value of a measure, exact enough to compare. @param {number} value */
export const exact = (value) => withSign(three, value);

/** A value that is usually small, but may run away. @param {number} value */
export const loss = (value) => (Math.abs(value) < 1000 ? three : whole).format(value);

/** A value in [0, 1] for a crowded place. @param {number} value */
export const brief = (value) => two.format(value);

/** A number of neurons. @param {number} value */
export const tenths = (value) => one.format(value);

/** @param {number} value */
export const count = (value) => whole.format(value);

/** @param {number} value */
export const percent = (value) => `${one.format(100 * value)} %`;

/** The difference of two values in [0, 1]. @param {number} value */
export const change = (value) => signed.format(value);

/** With a sign that is no hyphen. @param {Intl.NumberFormat} format @param {number} value */
const withSign = (format, value) => format.format(value).replace("-", "−");

/** An amount of evidence or of a margin, with its sign. @param {number} value */
export const amount = (value) => withSign(signedTwo, value);

/** The same for small amounts, such as one neuron's. @param {number} value */
export const fine = (value) => withSign(signed, value);

/** The end of a scale for amounts. @param {number} value */
export const end = (value) => withSign(signedBrief, value);

/** The difference of two shares, in percentage points. @param {number} value */
export const points = (value) => `${signedOne.format(100 * value)} points`;

/** A small difference of two shares, whatever its sign, in percentage points. @param {number} value */
export const finePoints = (value) => `${two.format(100 * Math.abs(value))} points`;

/** @param {number} value */
export const milliseconds = (value) => `${value < 100 ? one.format(value) : whole.format(Math.round(value))} ms`;

/** @param {number} bytes */
export const size = (bytes) =>
  bytes < 1e6 ? `${whole.format(Math.round(bytes / 1e3))} kB` : `${one.format(bytes / 1e6)} MB`;

/** "1 word", "2 words". @param {number} number @param {string} noun */
export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** A list in a sentence. @param {string[]} items */
export const list = (items) => new Intl.ListFormat("en", { type: "conjunction" }).format(items);

/**
 * Turns a clause from another part of the program into a sentence; a file name at its beginning stays as it is.
 * @param {string} clause
 */
export function sentence(clause) {
  const begun = /^\S+\.\S/.test(clause) ? clause : clause.charAt(0).toUpperCase() + clause.slice(1);
  return clause === "" || /[.!?…]$/.test(clause) ? begun : `${begun}.`;
}

/** How often per second. @param {number} value */
export const rate = (value) => (value < 10 ? one : whole).format(value < 10 ? value : Math.round(value));

/** "12 s", "3 min 5 s", "1 h 20 min". @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${count(Math.ceil(seconds))} s`;
  if (seconds < 3600) return `${count(Math.floor(seconds / 60))} min ${count(Math.floor(seconds % 60))} s`;
  return `${count(Math.floor(seconds / 3600))} h ${count(Math.floor((seconds % 3600) / 60))} min`;
}

const UNSEEN = /^[\p{C}\p{Z}\p{M}]+$/u;
/** @type {Intl.Segmenter | undefined} */
let graphemes;

/**
 * A word as a label: cut to `length` characters, and one that leaves no mark on its own as its code points.
 * @param {string} word
 * @param {number} length
 */
export function label(word, length) {
  if (UNSEEN.test(word)) {
    const points = [...word.slice(0, 4)].map((unit) => `U+${unit.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`);
    return points.slice(0, 2).join(" ");
  }
  if (word.length <= length) return word;
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  // Enough units for any sane cluster: a label never walks through a megabyte.
  const parts = Array.from(graphemes.segment(word.slice(0, 8 * length)), ({ segment }) => segment);
  return parts.length <= length && word.length <= 8 * length ? word : `${parts.slice(0, length - 1).join("")}…`;
}
