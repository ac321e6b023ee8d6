// @ts-check
/** The text above as the start model and the one in training explain it, side by side. */

import { extentOf, viewOf } from "../charts/view.js";
import { afterPaint } from "../paint.js";
import { Panel } from "../panel.js";
import { Pin } from "../pin.js";
import { Spotlight } from "../spotlight.js";

/** @import { Palette } from "../charts/palette.js" */
/** @import { Look, View } from "../charts/view.js" */
/** @import { Explanation } from "../protocol.js" */

/** Redrawn no more often than this, in milliseconds. */
const PAUSE = 400;

export class Preview {
  #spotlight = new Spotlight();
  #before = new Panel("before", this.#spotlight);
  #after = new Panel("after", this.#spotlight);
  #inSight = false;
  #asking = false;
  /** Whether something is newer than what is drawn. */
  #stale = false;
  #text = "";
  /** What the start model makes of a text, and that text: it stays the same. @type {{text: string, explanation: Explanation} | null} */
  #start = null;
  #extent = extentOf([]);
  /** @type {Palette | null} */
  #palette = null;
  /** @type {Look} */
  #look = { allocation: "evidence", interaction: "sharing" };

  /**
   * @param {HTMLElement} root
   * @param {(which: "before" | "after", text: string) => Promise<Explanation | null>} explain
   */
  constructor(root, explain) {
    this.root = root;
    this.explain = explain;
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.#inSight = isIntersecting;
      this.#draw();
    }, { rootMargin: "100px" }).observe(root);
    new Pin(this.#spotlight, [this.#before, this.#after]);
  }

  /** @param {string} before @param {string} after names of both models */
  entitle(before, after) {
    this.#start = null;
    this.#before.entitle(before);
    this.#after.entitle(after);
  }

  /** @param {string} text */
  show(text) {
    this.#text = text;
    this.refresh();
  }

  /** The model has learnt more, or is a different one. */
  refresh() {
    this.#stale = true;
    this.#draw();
  }

  /** @param {Look} look */
  choose(look) {
    this.#look = look;
    this.#before.choose(look);
    this.#after.choose(look);
  }

  /** @param {Palette} palette */
  recolour(palette) {
    this.#palette = palette;
    this.#before.recolour(palette);
    this.#after.recolour(palette);
  }

  async #draw() {
    if (!this.#stale || this.#asking || !this.#inSight || document.hidden || this.root.hidden || !this.#palette) return;
    this.#asking = true;
    this.#stale = false;
    await this.#explain(this.#text, this.#palette);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    this.#asking = false;
    this.#draw();
  }

  /** One panel at a time, so that the page is never busy for long. @param {string} text @param {Palette} palette */
  async #explain(text, palette) {
    const isNew = this.#start?.text !== text;
    const before = isNew ? await this.explain("before", text) : this.#start?.explanation;
    const after = await this.explain("after", text);
    if (!before || !after || text !== this.#text) return;
    this.#start = { text, explanation: before };
    const extent = extentOf([before, after]);
    const rescaled = JSON.stringify(extent) !== JSON.stringify(this.#extent);
    this.#extent = extent;
    if (isNew || rescaled) await this.#drawPanel(this.#before, viewOf(before, text, extent, this.#look), palette);
    await this.#drawPanel(this.#after, viewOf(after, text, extent, this.#look), palette);
  }

  /** @param {Panel} panel @param {View} view @param {Palette} palette */
  async #drawPanel(panel, view, palette) {
    panel.draw(view, palette);
    await afterPaint();
    panel.finish();
    await afterPaint();
  }
}
