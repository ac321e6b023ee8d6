// @ts-check
/** The text above as the start model and the one in training explain it, side by side. */

import { extentOf, viewOf } from "../charts/view.js";
import { Panel } from "../panel.js";
import { Spotlight } from "../spotlight.js";

/** @import { Palette } from "../charts/palette.js" */
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
  /** @type {Palette | null} */
  #palette = null;

  /**
   * @param {HTMLElement} root
   * @param {(text: string) => Promise<{before: Explanation, after: Explanation} | null>} explain
   */
  constructor(root, explain) {
    this.root = root;
    this.explain = explain;
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.#inSight = isIntersecting;
      this.#draw();
    }, { rootMargin: "100px" }).observe(root);
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#spotlight.clear();
    });
  }

  /** @param {string} before @param {string} after names of both models */
  entitle(before, after) {
    this.#before.entitle(before);
    this.#after.entitle(after);
  }

  /** @param {string} text */
  show(text) {
    this.#text = text;
    this.refresh();
  }

  /** The model has learnt, or is another. */
  refresh() {
    this.#stale = true;
    this.#draw();
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
    const text = this.#text;
    const both = await this.explain(text);
    if (both && text === this.#text) {
      const extent = extentOf([both.before, both.after]);
      this.#before.draw(viewOf(both.before, text, extent), this.#palette);
      this.#after.draw(viewOf(both.after, text, extent), this.#palette);
      this.#before.finish();
      this.#after.finish();
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    this.#asking = false;
    this.#draw();
  }
}
