// @ts-check
/** Which columns are seen: all of them, or a part that is moved by dragging, by the wheel, or by a slider. */

import { choose } from "../choose.js";
import { html, write } from "../html.js";

/** How many times as wide as when all of them are seen. */
const TIMES = [1, 2, 4, 8, 16];

/** Positions are counted in parts of the way. */
const PARTS = 1000;

/** Narrower columns, in CSS pixels, can hardly be told apart. */
const NARROW = 3;

/** A pointer that moves no further, in CSS pixels, has clicked. */
const CLICK = 4;

/** A wheel that has not turned for so long, in milliseconds, rests. */
const RESTS_AFTER = 300;

/** @typedef {{times: number, parts: number[]}} Seen how wide columns are, and how far right either panel is */

/** @param {string} zoom as the address has it @returns {Seen} */
export function seenOf(zoom) {
  const [times, parts = "0,0"] = zoom.split("@");
  return { times: Number(times), parts: parts.split(",").map(Number) };
}

/** @param {Seen} seen */
const written = ({ times, parts }) => (times === 1 ? "1" : `${times}@${parts.join(",")}`);

/** The same columns in the middle, however wide they are. @param {Seen} seen @param {number} times @returns {Seen} */
function widened(seen, times) {
  const parts = seen.parts.map((part) => {
    const middle = ((part / PARTS) * (seen.times - 1) + 0.5) / seen.times;
    return times === 1 ? 0 : Math.round(PARTS * Math.min(1, Math.max(0, (middle * times - 0.5) / (times - 1))));
  });
  return { times, parts };
}

export class Zoom {
  #fewer = html("button", { type: "button", class: "quiet", "aria-label": "Show more columns at once" }, "−");
  #more = html("button", { type: "button", class: "quiet", "aria-label": "Draw the columns wider" }, "+");
  #said = html("output", {});
  #slider = html("input", { type: "range", min: 0, max: PARTS, step: 1, value: 0, "aria-label": "Part of the columns that is seen" });
  root = html("span", { class: "zoom", hidden: "" }, "Columns ", this.#fewer, this.#said, this.#more, this.#slider);
  /** @type {Seen} */
  #seen = seenOf("1");
  /** How far right it is, in [0, 1]. */
  #at = 0;
  #width = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {HTMLElement} plot what is dragged @param {number} panel which of both it is in @param {() => void} moved */
  constructor(plot, panel, moved) {
    this.plot = plot;
    this.panel = panel;
    this.moved = moved;
    for (const [button, step] of /** @type {const} */ ([[this.#fewer, -1], [this.#more, 1]])) {
      button.addEventListener("click", () => {
        const times = TIMES[TIMES.indexOf(this.#seen.times) + step];
        if (times !== undefined) choose(this.root, { zoom: written(widened(this.#seen, times)) });
      });
    }
    this.#slider.addEventListener("input", () => this.#go(Number(this.#slider.value) / PARTS));
    this.#slider.addEventListener("change", () => this.#keep());
    this.#listen();
  }

  /** @param {string} zoom as the address has it */
  turn(zoom) {
    if (zoom === written(this.#seen)) return; // A drag may be going on.
    this.#seen = seenOf(zoom);
    this.#put(this.#seen.parts[this.panel] / PARTS);
  }

  /** @param {number} width of the part that is seen, in CSS pixels @param {number} columns */
  show(width, columns) {
    const { times } = this.#seen;
    this.#width = width;
    this.#fewer.disabled = times === TIMES[0];
    this.#more.disabled = times === TIMES[TIMES.length - 1];
    this.#slider.hidden = times === 1;
    write(this.#said, `${times}×`);
    this.root.hidden = times === 1 && columns * NARROW <= width;
    this.plot.classList.toggle("zoomed", times > 1);
  }

  /** How many times as wide columns are. */
  get times() {
    return this.#seen.times;
  }

  /** How far left of the part that is seen the columns begin, as a part of its width. */
  get before() {
    return this.#at * (this.times - 1);
  }

  /** Brings a column into sight that reaches from `left` to `right`, in CSS pixels from the edge of the part that is seen. @param {number} left @param {number} right */
  reveal(left, right) {
    if (this.times === 1 || (left >= 0 && right <= this.#width)) return;
    this.#go(this.#at + ((left + right - this.#width) / 2) / this.#hidden);
    this.#keep();
  }

  /** How much of all columns is out of sight, in CSS pixels. */
  get #hidden() {
    return this.#width * (this.times - 1);
  }

  /** @param {number} at in [0, 1] */
  #go(at) {
    this.#put(at);
    this.moved();
  }

  /** @param {number} at */
  #put(at) {
    this.#at = Math.min(1, Math.max(0, at));
    this.#slider.value = String(PARTS * this.#at);
  }

  /** From now on the address says where it is. */
  #keep() {
    const parts = this.#seen.parts.map((part, panel) => (panel === this.panel ? Math.round(PARTS * this.#at) : part));
    this.#seen = { ...this.#seen, parts };
    choose(this.root, { zoom: written(this.#seen) });
  }

  #listen() {
    const { plot } = this;
    /** Where a drag began, and what was seen then. @type {{x: number, at: number} | null} */
    let drag = null;
    let dragged = false;
    plot.addEventListener("pointerdown", ({ clientX, button }) => {
      dragged = false;
      drag = this.times > 1 && button === 0 ? { x: clientX, at: this.#at } : null;
    });
    plot.addEventListener("pointermove", ({ clientX, pointerId }) => {
      if (!drag || (!dragged && Math.abs(clientX - drag.x) < CLICK)) return;
      if (!dragged) plot.setPointerCapture(pointerId);
      dragged = true;
      this.#go(drag.at + (drag.x - clientX) / this.#hidden);
    });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
      plot.addEventListener(end, () => {
        if (drag && dragged) this.#keep();
        drag = null;
      });
    }
    // What was dragged was not clicked.
    plot.addEventListener("click", (event) => dragged && event.stopImmediatePropagation(), { capture: true });
    plot.addEventListener("wheel", (event) => {
      const across = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (this.times === 1 || across === 0 || event.ctrlKey) return;
      event.preventDefault();
      this.#go(this.#at + across / this.#hidden);
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => this.#keep(), RESTS_AFTER);
    }, { passive: false });
  }
}
