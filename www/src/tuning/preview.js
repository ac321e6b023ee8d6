// @ts-check
/** The text above as the start model and the one in training explain it, side by side. */

import { extentOf, viewOf } from "../charts/view.js";
import { afterPaint } from "../paint.js";
import { Panel } from "../panel.js";
import { Pin } from "../pin.js";
import { Spotlight } from "../spotlight.js";
import { USUAL_CHOICES } from "../state.js";

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
  /** Goes up when the panels stand for other models: what was asked before is then of no use. */
  #models = 0;
  #over = false;
  /** What the start model makes of a text, and that text: it stays the same. @type {{text: string, explanation: Explanation} | null} */
  #start = null;
  #extent = extentOf([]);
  /** @type {Palette | null} */
  #palette = null;
  /** @type {Look} */
  #look = USUAL_CHOICES;

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

  /** A run begins. @param {string} start title of its start model */
  begin(start) {
    this.root.hidden = false;
    this.#over = false;
    this.#start = null;
    this.#stand(this.#before, `Before: ${start}`);
    this.#stand(this.#after, "Now: in training");
    this.refresh();
  }

  /** The run is over: from now on its best weights explain. */
  end() {
    if (this.#over) return;
    this.#over = true;
    this.#stand(this.#after, "After: fine-tuned");
    this.refresh();
  }

  /** There is nothing to compare. */
  hide() {
    this.root.hidden = true;
    this.#spotlight.clear();
  }

  /** From now on a panel stands for another model: nothing that was drawn is its answer. @param {Panel} panel @param {string} name */
  #stand(panel, name) {
    this.#models += 1;
    this.#spotlight.clear();
    panel.entitle(name);
    panel.expect(String(this.#models), "Waiting for its answer …");
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
    const models = this.#models;
    const isNew = this.#start?.text !== text;
    const before = isNew ? await this.explain("before", text) : this.#start?.explanation;
    const after = await this.explain("after", text);
    if (text !== this.#text || models !== this.#models) return; // What is asked for instead comes next.
    if (!before || !after) {
      for (const panel of [this.#before, this.#after]) panel.lack(text, "", "There is no answer to this text.");
      return;
    }
    this.#start = { text, explanation: before };
    if (isNew) this.#spotlight.clear(); // What was held belongs to another text.
    const extent = extentOf([before, after]);
    const rescaled = JSON.stringify(extent) !== JSON.stringify(this.#extent);
    this.#extent = extent;
    if (isNew || rescaled) await this.#drawPanel(this.#before, viewOf(before, text, extent, this.#look), palette);
    if (models === this.#models) await this.#drawPanel(this.#after, viewOf(after, text, extent, this.#look), palette);
  }

  /** @param {Panel} panel @param {View} view @param {Palette} palette */
  async #drawPanel(panel, view, palette) {
    panel.draw(view, palette);
    await afterPaint();
    await panel.finishIdly();
  }
}
