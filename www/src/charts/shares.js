// @ts-check
/** Paints the shares of the allocation, however many neurons fall on one pixel. */

import { prepare } from "./canvas.js";

/** @import { Matrix } from "../protocol.js" */
/** @import { Columns } from "./columns.js" */
/** @import { Scale } from "./scale.js" */

/** Holds the picture before its lines become rows. */
const lines = new OffscreenCanvas(1, 1);

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Matrix} shares
 * @param {Columns} columns places, in CSS pixels of the canvas
 * @param {{width: number, rowHeight: number, gap: number}} size of the canvas, of its rows, and between them
 * @param {Scale} scale
 */
export function paintShares(canvas, shares, columns, { width, rowHeight, gap }, scale) {
  const { context, ratio } = prepare(canvas, width, shares.rows * rowHeight);
  if (shares.rows === 0 || shares.cols === 0) return;
  lines.width = canvas.width;
  lines.height = shares.rows;
  lines.getContext("2d")?.putImageData(oneLineARow(shares, columns, canvas.width, ratio, scale), 0, 0);
  context.imageSmoothingEnabled = false;
  for (let row = 0; row < shares.rows; row += 1) {
    const top = Math.round(row * rowHeight * ratio);
    const bottom = Math.round(((row + 1) * rowHeight - gap) * ratio);
    context.drawImage(lines, 0, row, canvas.width, 1, 0, top, canvas.width, bottom - top);
  }
}

/**
 * A picture of one line a row. A pixel that several neurons fall on shows the mean of their shares, weighted by how
 * much of the pixel each takes; one that is mostly gap stays clear.
 * @param {Matrix} shares
 * @param {Columns} columns
 * @param {number} width
 * @param {number} ratio
 * @param {Scale} scale
 */
function oneLineARow({ rows, cols, values }, columns, width, ratio, scale) {
  const image = new ImageData(width, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const weights = new Float32Array(width);
  const sums = new Float32Array(rows * width);
  for (let column = 0; column < cols; column += 1) {
    const start = columns.left(column) * ratio;
    const end = Math.min(width, start + columns.step * ratio);
    for (let pixel = Math.floor(start); pixel < end; pixel += 1) {
      const weight = Math.min(end, pixel + 1) - Math.max(start, pixel);
      weights[pixel] += weight;
      for (let row = 0; row < rows; row += 1) sums[row * width + pixel] += weight * values[row * cols + column];
    }
  }
  for (let at = 0; at < pixels.length; at += 1) {
    const weight = weights[at % width];
    if (weight >= 0.5) pixels[at] = scale.pixel(sums[at] / weight);
  }
  return image;
}
