// @ts-check
/** The one colour scale for everything between 0 and 1, taken from the style sheet. */

import { interpolateLab, piecewise } from "d3-interpolate";
import { color } from "d3-color";

/** Names of the stops that the style sheet defines, light to strong. */
const STOPS = ["--scale-0", "--scale-1", "--scale-2", "--scale-3", "--scale-4"];

/** Steps of the table that colours are looked up in. */
const STEPS = 255;

/**
 * The scale is by the square root, so that small shares can be told apart; legends show it.
 * @param {number} value in [0, 1]
 */
export const position = (value) => Math.sqrt(Math.min(1, Math.max(0, value)));

/**
 * @typedef {object} Scale
 * @property {(value: number) => string} colour
 * @property {(value: number) => "black" | "white"} ink which of both is easier to read on the colour
 * @property {(value: number) => number} pixel the colour as four bytes of an image
 */

/** Reads the scale of the theme that shows. @returns {Scale} */
export function readScale() {
  const style = getComputedStyle(document.documentElement);
  const ramp = piecewise(interpolateLab, STOPS.map((name) => style.getPropertyValue(name)));
  const bytes = new Uint8ClampedArray(4 * (STEPS + 1));
  const colours = Array.from({ length: STEPS + 1 }, (_, step) => {
    const rgb = color(ramp(step / STEPS))?.rgb();
    if (!rgb) throw new Error("the style sheet defines no colour scale");
    bytes.set([rgb.r, rgb.g, rgb.b, 255], 4 * step);
    return rgb;
  });
  const pixels = new Uint32Array(bytes.buffer);
  const texts = colours.map((rgb) => rgb.formatHex());
  const inks = colours.map((rgb) => (luminance(rgb) > EVEN ? "black" : "white"));
  const step = (/** @type {number} */ value) => Math.round(STEPS * position(value));
  return {
    colour: (value) => texts[step(value)],
    ink: (value) => inks[step(value)],
    pixel: (value) => pixels[step(value)],
  };
}

/** Luminance on which black and white have the same contrast (WCAG 2.2). */
const EVEN = Math.sqrt(1.05 * 0.05) - 0.05;

/** Relative luminance (WCAG 2.2). @param {{r: number, g: number, b: number}} rgb */
function luminance({ r, g, b }) {
  const [red, green, blue] = [r, g, b].map((part) => {
    const channel = part / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
