// @ts-check
/** The colours of the theme that shows, from the style sheet: those of marks, and the one scale for all from 0 to 1. */

import { color } from "d3-color";
import { interpolateLab, piecewise } from "d3-interpolate";

/** Steps of the tables that the scale is looked up in. */
const STEPS = 255;

/** Luminance on which black and white have the same contrast (WCAG 2.2). */
const EVEN = Math.sqrt(1.05 * 0.05) - 0.05;

/**
 * @typedef {object} Palette
 * @property {string} ink
 * @property {string} soft
 * @property {string} edge
 * @property {string} line
 * @property {string} accent
 * @property {string} paper
 * @property {string} font family
 * @property {(value: number) => string} colour of a value in [0, 1]
 * @property {(value: number) => "black" | "white"} inkOn which of both is easier to read on that colour
 * @property {(value: number) => number} pixel that colour as the four bytes of an image's pixel
 */

/** Reads the palette of the theme that shows. @returns {Palette} */
export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const read = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`);
  const ramp = piecewise(interpolateLab, [0, 1, 2, 3, 4].map((stop) => read(`scale-${stop}`)));
  const colours = Array.from({ length: STEPS + 1 }, (_, step) => {
    const rgb = color(ramp(step / STEPS))?.rgb();
    if (!rgb) throw new Error("the style sheet defines no colour scale");
    return rgb;
  });
  const texts = colours.map((rgb) => rgb.formatHex());
  const inks = colours.map((rgb) => (luminance(rgb) > EVEN ? "black" : "white"));
  const pixels = new Uint32Array(new Uint8ClampedArray(colours.flatMap(({ r, g, b }) => [r, g, b, 255])).buffer);
  // By the square root, so that small shares can be told apart; the legends' ticks stand accordingly.
  const step = (/** @type {number} */ value) => Math.round(STEPS * Math.sqrt(Math.min(1, Math.max(0, value))));
  return {
    ink: read("ink"),
    soft: read("soft"),
    edge: read("edge"),
    line: read("line"),
    accent: read("accent"),
    paper: read("paper"),
    font: read("sans"),
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
