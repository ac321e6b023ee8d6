// @ts-check
/** Reads colours back from a chart. */

/** @import { Page } from "playwright-core" */

/**
 * Luminances, 0 to 255, of a canvas at points given in CSS pixels from its corner.
 * @param {Page} page
 * @param {string} selector
 * @param {number[][]} points
 */
export const luminanceAt = (page, selector, points) =>
  page.locator(selector).evaluate((element, places) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    return places.map(([x, y]) => {
      const [r, g, b] = context.getImageData(Math.floor(x * devicePixelRatio), Math.floor(y * devicePixelRatio), 1, 1).data;
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
  }, points);
