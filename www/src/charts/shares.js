// @ts-check
/** Paints the shares of the allocation, however many neurons fall on one pixel. */

import { prepare } from "./canvas.js";

/** @import { Matrix } from "../protocol.js" */
/** @import { Columns } from "./columns.js" */
/** @import { Scale } from "./scale.js" */

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
  const image = oneLineARow(shares, columns, canvas.width, ratio, scale);
  const lines = new OffscreenCanvas(image.width, image.height);
  lines.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  for (let row = 0; row < shares.rows; row += 1) {
    const top = Math.round(row * rowHeight * ratio);
    const bottom = Math.round(((row + 1) * rowHeight - gap) * ratio);
    context.drawImage(lines, 0, row, image.width, 1, 0, top, image.width, bottom - top);
  }
}

/**
 * A picture of one line a row. A pixel that several neurons fall on shows the mean of their shares, weighted by how
 * much of the pixel each takes.
 * @param {Matrix} shares
 * @param {Columns} columns
 * @param {number} width
 * @param {number} ratio
 * @param {Scale} scale
 */
function oneLineARow({ rows, cols, values }, columns, width, ratio, scale) {
  const image = new ImageData(width, rows);
  const sums = new Float32Array(rows * width);
  const weights = new Float32Array(width);
  for (let column = 0; column < cols; column += 1) {
    const start = columns.left(column) * ratio;
    const end = Math.min(width, start + columns.step * ratio);
    for (let pixel = Math.floor(start); pixel < end; pixel += 1) {
      const weight = Math.min(end, pixel + 1) - Math.max(start, pixel);
      weights[pixel] += weight;
      for (let row = 0; row < rows; row += 1) sums[row * width + pixel] += weight * values[row * cols + column];
    }
  }
  for (let pixel = 0; pixel < width; pixel += 1) {
    if (weights[pixel] === 0) continue;
    const opacity = Math.min(1, weights[pixel]);
    for (let row = 0; row < rows; row += 1) {
      const at = scale.index(sums[row * width + pixel] / weights[pixel]);
      image.data.set(scale.pixels.subarray(at, at + 3), 4 * (row * width + pixel));
      image.data[4 * (row * width + pixel) + 3] = 255 * opacity;
    }
  }
  return image;
}
