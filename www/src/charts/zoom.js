// @ts-check
/** Which columns are seen: all of them, or a part that is moved by dragging, by the wheel, or by a slider. */

import { choose } from "../choose.js";
import { html, write } from "../html.js";
import { ZOOMS } from "../state.js";

/** @import { State } from "../state.js" */

/** @typedef {State["zoom"]} Zooming */

/** Narrower columns, in CSS pixels, can hardly be told apart. */
const NARROW = 3;

/** A pointer that moves no further has clicked. */
const CLICK = 4;

export class Zoom {
  #fewer = html("button", { type: "button", class: "quiet", "aria-label": "Show more columns at once" }, "−");
  #more = html("button", { type: "button", class: "quiet", "aria-label": "Draw the columns wider" }, "+");
  #said = html("output", {});
  #slider = html("input", { type: "range", min: 0, max: 1000, step: 1, value: 0, "aria-label": "Part of the columns that is seen" });
  root = html("span", { class: "zoom", hidden: "" }, "Columns ", this.#fewer, this.#said, this.#more, this.#slider);
  #at = 0;
  #zoom = 1;
  #width = 0;

  /** @param {HTMLElement} plot what is dragged @param {() => void} moved */
  constructor(plot, moved) {
    this.plot = plot;
    this.moved = moved;
    this.#fewer.addEventListener("click", () => this.#choose(-1));
    this.#more.addEventListener("click", () => this.#choose(1));
    this.#slider.addEventListener("input", () => this.#go(Number(this.#slider.value) / 1000));
    this.#listen();
  }

  /** The middle of what is seen stays there. @param {Zooming} zoom */
  turn(zoom) {
    const middle = (this.#at * (this.#zoom - 1) + 0.5) / this.#zoom;
    const next = Number(zoom);
    if (next !== this.#zoom) this.#put(next === 1 ? 0 : (middle * next - 0.5) / (next - 1));
    this.#zoom = next;
  }

  /** @param {number} width of the part that is seen, in CSS pixels @param {number} columns */
  show(width, columns) {
    this.#width = width;
    const place = ZOOMS.findIndex((one) => Number(one) === this.#zoom);
    this.#fewer.disabled = place === 0;
    this.#more.disabled = place === ZOOMS.length - 1;
    this.#slider.hidden = place === 0;
    write(this.#said, `${this.#zoom}×`);
    this.root.hidden = place === 0 && columns * NARROW <= width;
    this.plot.classList.toggle("zoomed", place > 0);
  }

  /** How far the part that is seen is from the first column, of how far it can be, in [0, 1]. */
  get at() {
    return this.#at;
  }

  /** Brings a column into sight that reaches from `left` to `right`, in CSS pixels from the edge of the part that is seen. @param {number} left @param {number} right */
  reveal(left, right) {
    if (this.#hidden === 0 || (left >= 0 && right <= this.#width)) return;
    this.#go(this.#at + ((left + right - this.#width) / 2) / this.#hidden);
  }

  /** How much of all columns is out of sight, in CSS pixels. */
  get #hidden() {
    return this.#width * (this.#zoom - 1);
  }

  /** @param {number} steps */
  #choose(steps) {
    const zoom = ZOOMS[ZOOMS.findIndex((one) => Number(one) === this.#zoom) + steps];
    if (zoom !== undefined) choose(this.root, { zoom });
  }

  /** @param {number} at in [0, 1] */
  #go(at) {
    this.#put(at);
    this.moved();
  }

  /** @param {number} at */
  #put(at) {
    this.#at = Math.min(1, Math.max(0, at));
    this.#slider.value = String(1000 * this.#at);
  }

  #listen() {
    const { plot } = this;
    /** Where a drag began, and what was seen then. @type {{x: number, at: number} | null} */
    let drag = null;
    let dragged = false;
    plot.addEventListener("pointerdown", ({ clientX, button }) => {
      dragged = false;
      drag = this.#zoom > 1 && button === 0 ? { x: clientX, at: this.#at } : null;
    });
    plot.addEventListener("pointermove", ({ clientX, pointerId }) => {
      if (!drag) return;
      if (!dragged && Math.abs(clientX - drag.x) < CLICK) return;
      if (!dragged) plot.setPointerCapture(pointerId);
      dragged = true;
      this.#go(drag.at + (drag.x - clientX) / this.#hidden);
    });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) plot.addEventListener(end, () => (drag = null));
    // What was dragged was not clicked.
    plot.addEventListener("click", (event) => dragged && event.stopImmediatePropagation(), { capture: true });
    plot.addEventListener("wheel", (event) => {
      const across = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (this.#zoom === 1 || across === 0 || event.ctrlKey) return;
      event.preventDefault();
      this.#go(this.#at + across / this.#hidden);
    }, { passive: false });
  }
}
