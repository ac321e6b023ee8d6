// @ts-check
/** A matrix of words × neurons as a picture, however many neurons fall onto one pixel. */

/** @import { Columns } from "./columns.js" */

/**
 * Some `lines` of a matrix, one below the other, as far as they are not left or right of the picture.
 * A pixel that several neurons fall on shows the mean of their values, weighted by how much of the pixel each takes;
 * one that is mostly gap stays clear.
 * @param {{cols: number, values: ArrayLike<number>}} matrix
 * @param {number[]} lines
 * @param {Columns} columns places, in CSS pixels from the picture's left edge
 * @param {{width: number, rowHeight: number, gap: number}} size of the picture, of its rows, and between them, in CSS pixels
 * @param {(value: number) => number} colour of a value, as a pixel
 * @returns {ImageData} in the screen's pixels
 */
export function pictureOf({ cols, values }, lines, columns, { width, rowHeight, gap }, colour) {
  const ratio = devicePixelRatio;
  const across = Math.max(1, Math.round(width * ratio));
  const rows = lines.length;
  const image = new ImageData(across, Math.round(rows * rowHeight * ratio));
  const pixels = new Uint32Array(image.data.buffer);
  const weights = new Float32Array(across);
  const sums = new Float32Array(rows * across);
  for (let column = 0; column < cols; column += 1) {
    const left = columns.left(column) * ratio;
    const start = Math.max(0, left);
    const end = Math.min(across, left + columns.step * ratio);
    for (let pixel = Math.floor(start); pixel < end; pixel += 1) {
      const weight = Math.min(end, pixel + 1) - Math.max(start, pixel);
      weights[pixel] += weight;
      for (let row = 0; row < rows; row += 1) sums[row * across + pixel] += weight * values[lines[row] * cols + column];
    }
  }
  for (let row = 0; row < rows; row += 1) {
    const top = Math.round(row * rowHeight * ratio);
    const bottom = Math.round(((row + 1) * rowHeight - gap) * ratio);
    for (let pixel = 0; pixel < across; pixel += 1) {
      const weight = weights[pixel];
      if (weight >= 0.5) pixels[top * across + pixel] = colour(sums[row * across + pixel] / weight);
    }
    for (let line = top + 1; line < bottom; line += 1) {
      pixels.copyWithin(line * across, top * across, (top + 1) * across);
    }
  }
  return image;
}
