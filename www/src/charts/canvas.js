// @ts-check
/** Draws on a canvas whose pixels are the screen's. Labels are drawn there, too: they cost a canvas little, and a document much. */

/** @import { Palette } from "./palette.js" */

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box in CSS pixels */

/**
 * @typedef {object} Style
 * @property {number} size of the type
 * @property {string} colour
 * @property {CanvasTextAlign} [align]
 * @property {boolean} [bold]
 * @property {boolean} [dashed] with a dashed line under it
 */

/** An emptied canvas to draw on; it counts in CSS pixels. */
export class Pen {
  #font = "";

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{width: number, height: number}} size
   * @param {Palette} palette
   */
  constructor(canvas, { width, height }, palette) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser gives no canvas to draw on");
    const across = Math.round(width * devicePixelRatio);
    const down = Math.round(height * devicePixelRatio);
    if (canvas.width !== across || canvas.height !== down) {
      canvas.width = across;
      canvas.height = down;
      canvas.style.setProperty("width", `${width}px`);
      canvas.style.setProperty("height", `${height}px`);
    }
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.context = context;
    this.palette = palette;
  }

  /** Fills a box. @param {string} colour @param {number} left @param {number} top @param {number} width @param {number} height */
  fill(colour, left, top, width, height) {
    this.context.fillStyle = colour;
    this.context.fillRect(left, top, width, height);
  }

  /** Puts a picture of the screen's pixels. @param {ImageData} picture @param {number} left @param {number} top */
  put(picture, left, top) {
    this.context.putImageData(picture, Math.round(left * devicePixelRatio), Math.round(top * devicePixelRatio));
  }

  /** Writes `text` with its baseline at `y`. @param {string} text @param {number} x @param {number} y @param {Style} style */
  write(text, x, y, { size, colour, align = "left", bold = false, dashed = false }) {
    const { context } = this;
    const font = `${bold ? "600 " : ""}${size}px ${this.palette.font}`;
    if (font !== this.#font) context.font = this.#font = font; // Setting it costs far more than writing a word.
    context.textAlign = align;
    context.fillStyle = colour;
    context.fillText(text, x, y);
    if (dashed) this.#dash(text, x, y + 3, colour);
  }

  /** Writes `text` at an angle. @param {string} text @param {number} x @param {number} y @param {number} angle @param {Style} style */
  writeTurned(text, x, y, angle, style) {
    this.context.translate(x, y);
    this.context.rotate(angle);
    this.write(text, 0, 0, style);
    this.context.rotate(-angle);
    this.context.translate(-x, -y);
  }

  /** Dims all of `all` but a row and a column. @param {Box} all @param {{left: number, right: number}} column @param {{top: number, bottom: number}} row */
  veil(all, column, row) {
    this.context.globalAlpha = 0.72;
    for (const [left, right] of [[all.left, column.left], [column.right, all.right]]) {
      for (const [top, bottom] of [[all.top, row.top], [row.bottom, all.bottom]]) {
        this.fill(this.palette.paper, left, top, right - left, bottom - top);
      }
    }
    this.context.globalAlpha = 1;
  }

  /** Draws a frame around a box. @param {Box} box */
  frame({ left, right, top, bottom }) {
    this.context.strokeStyle = this.palette.accent;
    this.context.lineWidth = 1.5;
    this.context.strokeRect(left - 1, top - 1, right - left + 2, bottom - top + 2);
  }

  /** @param {string} text @param {number} x @param {number} y @param {string} colour */
  #dash(text, x, y, colour) {
    const { context } = this;
    const { actualBoundingBoxLeft, actualBoundingBoxRight } = context.measureText(text);
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.setLineDash([3, 2]);
    context.beginPath();
    context.moveTo(x - actualBoundingBoxLeft, y);
    context.lineTo(x + actualBoundingBoxRight, y);
    context.stroke();
    context.setLineDash([]);
  }
}
