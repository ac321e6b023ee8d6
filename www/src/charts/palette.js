// @ts-check
/** The colours of the current theme, from the style sheet: those of marks, a scale for values from 0 to 1, and one for signed values. */

import { color } from "d3-color";
import { interpolateLab, piecewise } from "d3-interpolate";

/** Steps of the tables that the scale is looked up in. */
const STEPS = 255;

/** Luminance at which black and white have the same contrast (WCAG 2.2). */
const EVEN = Math.sqrt(1.05 * 0.05) - 0.05;

/**
 * Colours of values, in steps.
 * @typedef {object} Scale
 * @property {(value: number) => string} colour
 * @property {(value: number) => "black" | "white"} inkOn which of both is easier to read on that colour
 * @property {(value: number) => number} pixel that colour as the four bytes of an image's pixel
 */

/**
 * @typedef {object} Marks
 * @property {string} ink
 * @property {string} soft
 * @property {string} edge
 * @property {string} line
 * @property {string} accent
 * @property {string} paper
 * @property {string} font family
 * @property {Scale} signed of values in [-1, 1]
 */

/** @typedef {Marks & Scale} Palette its own scale is of values in [0, 1] */

const STOPS = [0, 1, 2, 3, 4];

/** Reads the palette of the current theme. @returns {Palette} */
export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const read = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`);
  const upwards = STOPS.map((stop) => read(`scale-${stop}`));
  const downwards = STOPS.slice(1).map((stop) => read(`against-${stop}`));
  // By the square root, so that small values can be distinguished; the legends' ticks are placed accordingly.
  const root = (/** @type {number} */ value) => Math.sign(value) * Math.sqrt(Math.abs(value));
  return {
    ink: read("ink"),
    soft: read("soft"),
    edge: read("edge"),
    line: read("line"),
    accent: read("accent"),
    paper: read("paper"),
    font: read("sans"),
    ...scaleOf(upwards, root),
    signed: scaleOf([...downwards.reverse(), ...upwards], (value) => (root(value) + 1) / 2),
  };
}

/** @param {string[]} stops @param {(value: number) => number} place of a value along them, from 0 to 1 @returns {Scale} */
function scaleOf(stops, place) {
  const ramp = piecewise(interpolateLab, stops);
  const colours = Array.from({ length: STEPS + 1 }, (_, step) => {
    const rgb = color(ramp(step / STEPS))?.rgb();
    if (!rgb) throw new Error("the style sheet defines no colour scale");
    return rgb;
  });
  const texts = colours.map((rgb) => rgb.formatHex());
  const inks = colours.map((rgb) => (luminance(rgb) > EVEN ? "black" : "white"));
  const pixels = new Uint32Array(new Uint8ClampedArray(colours.flatMap(({ r, g, b }) => [r, g, b, 255])).buffer);
  const step = (/** @type {number} */ value) => Math.round(STEPS * Math.min(1, Math.max(0, place(value))));
  return {
    colour: (value) => texts[step(value)],
    inkOn: (value) => inks[step(value)],
    pixel: (value) => pixels[step(value)],
  };
}

/** Relative luminance (WCAG 2.2). @param {{r: number, g: number, b: number}} rgb */
function luminance({ r, g, b }) {
  const [red, green, blue] = [r, g, b].map((part) => {
    const channel = part / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
