// @ts-check
/** “Is this explanation true?”: how the prediction fares as words fall away, the most important ones first. */

import { Pen } from "./charts/canvas.js";
import { brief, count, exact, percent, plural } from "./format.js";
import { byId, html, tableOnDemand, write } from "./html.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { Curves, Faithfulness as Found, OrderCurve } from "./protocol.js" */

const HEIGHT = 150;
const LEFT = 40;
const RIGHT = 8;
const ABOVE = 10;
const BELOW = 22;

/** @type {{[ranking: string]: string}} */
const NAMES = { contribution: "by contribution", keep: "by keep", random: "at random" };

export class Faithfulness {
  root = byId("faithfulness", HTMLElement);
  #says = html("p", { role: "status", translate: "no" });
  #measures = html("p", { class: "remark", translate: "no" });
  #canvas = html("canvas", { role: "img" });
  #plot = html("div", { class: "curve" }, this.#canvas);
  #table = tableOnDemand("The same as a table", ["Words gone", "by contribution", "by keep", "at random, mean of ten"]);
  /** @type {Found | null} */
  found = null;
  /** @type {Palette | null} */
  #palette = null;
  #width = 0;
  /** Whether it has been asked for what is shown. */
  isAsked = false;

  constructor() {
    this.root.append(this.#says, this.#measures, this.#plot, this.#table.element);
    this.#plot.hidden = this.#table.element.hidden = true;
    new ResizeObserver(([{ contentRect }]) => {
      this.#width = contentRect.width;
      this.#draw();
    }).observe(this.root);
  }

  /** Nothing is known yet of what is shown. */
  clear() {
    this.found = null;
    this.isAsked = false;
    delete this.root.dataset.done;
    write(this.#measures, "");
    write(this.#says, "Measured as soon as nothing else is to be done.");
    this.#plot.hidden = this.#table.element.hidden = true;
  }

  /** @param {number} done @param {number} of */
  progress(done, of) {
    write(this.#says, `${count(done)} of ${count(of)} passes made …`);
  }

  /** @param {Found | {kind: "no-words"}} answer */
  answered(answer) {
    if (answer.kind !== "faithfulness") return this.tell("Without words, there is nothing to check.");
    this.found = answer;
    this.root.dataset.done = "true";
    for (const { ranking, comprehensiveness, sufficiency } of answer.measures) {
      this.root.dataset[`${ranking}Comprehensiveness`] = String(comprehensiveness);
      this.root.dataset[`${ranking}Sufficiency`] = String(sufficiency);
    }
    write(this.#says, answer.says);
    const [{ comprehensiveness, sufficiency }] = answer.measures;
    const own = answer.knockout_error === null ? "" : `, knockout error ${exact(answer.knockout_error)}`;
    write(this.#measures, `Comprehensiveness ${exact(comprehensiveness)}, sufficiency ${exact(sufficiency)}${own}.`);
    this.#plot.hidden = this.#table.element.hidden = false;
    this.#table.show(() => rows(answer));
    this.#draw();
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.clear();
    this.isAsked = true;
    write(this.#says, sentence);
  }

  /** @param {Palette} palette */
  recolour(palette) {
    this.#palette = palette;
    this.#draw();
  }

  #draw() {
    const found = this.found;
    if (!found || !this.#palette || this.#width === 0) return;
    const palette = this.#palette;
    const width = Math.min(this.#width, 560);
    const pen = new Pen(this.#canvas, { width, height: HEIGHT }, palette);
    const last = found.gone[found.gone.length - 1];
    const x = (/** @type {number} */ gone) => LEFT + ((width - LEFT - RIGHT) * gone) / last;
    const y = (/** @type {number} */ p) => ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - p);
    const small = { size: 11, colour: palette.soft };
    for (const p of [0, 0.5, 1]) {
      pen.fill(palette.line, LEFT, y(p), width - LEFT - RIGHT, 1);
      pen.write(brief(p), LEFT - 6, y(p) + 4, { ...small, align: "right" });
    }
    pen.write("0", LEFT, HEIGHT - 6, small);
    pen.write(`${plural(last, "word")} gone`, width - RIGHT, HEIGHT - 6, { ...small, align: "right" });
    const line = (/** @type {OrderCurve} */ { probabilities }, /** @type {string} */ colour, /** @type {number} */ thick, /** @type {number[]} */ dash = []) => {
      const { context } = pen;
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.lineJoin = "round";
      context.setLineDash(dash);
      context.beginPath();
      for (const [at, p] of probabilities.entries()) context.lineTo(x(found.gone[at]), y(p));
      context.stroke();
      context.setLineDash([]);
    };
    for (const order of found.orders) if (order.ranking === "random") line(order, palette.edge, 0.5);
    for (const order of found.orders) {
      if (order.ranking === "keep") line(order, palette.ink, 1.5, [5, 4]);
      if (order.ranking === "contribution") line(order, palette.accent, 2.25);
    }
    const measured = found.measures.map(({ ranking, comprehensiveness, sufficiency }) => `${NAMES[ranking]}: comprehensiveness ${exact(comprehensiveness)}, sufficiency ${exact(sufficiency)}`);
    this.#canvas.setAttribute("aria-label", `Probability as words fall away; ${measured.join("; ")}`);
  }
}

/** @param {Curves} curves */
function rows({ gone, measures }) {
  return gone.map((words, at) => [count(words), ...measures.map(({ probabilities }) => percent(probabilities[at]))]);
}
