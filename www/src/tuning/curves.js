// @ts-check
/** How a run goes: small charts of its losses and measures, step by step and epoch by epoch. */

import { Pen } from "../charts/canvas.js";
import { count, loss, percent } from "../format.js";
import { byId, html, tableOnDemand, tell } from "../html.js";
import { FORMS, saveAs } from "../save.js";

/** @import { Palette } from "../charts/palette.js" */
/** @import { EpochRecord, LossParts, TuningEvent, TuningInfo } from "../tuning-protocol.js" */

/**
 * @typedef {object} Curve
 * @property {string} title
 * @property {keyof LossParts} [step] of the latest steps: a thin line
 * @property {keyof EpochRecord} [train] of an epoch's training texts
 * @property {keyof EpochRecord} [held] of the held-out texts
 * @property {number} [top] end of the scale, which begins at 0; else the largest value
 * @property {(value: number) => string} write
 */

/** @type {Curve[]} */
const CURVES = [
  { title: "Cross entropy", step: "cross_entropy", train: "train_cross_entropy", held: "dev_cross_entropy", write: loss },
  { title: "Accuracy", step: "accuracy", train: "train_accuracy", held: "dev_accuracy", top: 1, write: percent },
  { title: "λ·L importance", step: "weighted_importance", train: "weighted_importance", write: loss },
  { title: "λ·L interaction", step: "weighted_interaction", train: "weighted_interaction", write: loss },
  { title: "Keep rate, mean over words", held: "word_keep", top: 1, write: loss },
  { title: "Norm, mean over words", held: "embedding_norm", write: loss },
  { title: "Attention entropy, mean over words", held: "attention_entropy", top: 1, write: loss },
];

const HEIGHT = 96;
const ABOVE = 14;
const BELOW = 4;

/** More points than this are thinned out: no screen can show them. */
const MOST_POINTS = 600;

/** @typedef {{at: number, value: number}} Point `at` a step */

export class Curves {
  /** @type {(LossParts & {total_step: number})[]} */
  #steps = [];
  /** @type {EpochRecord[]} */
  #epochs = [];
  #perEpoch = 1;
  #width = 0;
  /** @type {Palette | null} */
  #palette = null;

  #told = html("span", { role: "status" });
  #home = byId("tune-take", HTMLElement);

  /** @param {HTMLElement} root @param {(form: string) => Promise<string>} take the curves as the module writes them */
  constructor(root, take) {
    const buttons = FORMS.map((form) => {
      const button = html("button", { type: "button", "data-form": form }, form.toUpperCase());
      button.addEventListener("click", () => saveAs("fine-tuning", form, take).catch(({ message }) => tell(this.#told, message)));
      return button;
    });
    this.#home.append(...buttons, this.#told);
    this.charts = CURVES.map((curve) => {
      const now = html("span", { class: "now" });
      const canvas = html("canvas", { role: "img", "aria-label": curve.title });
      const figure = html("figure", { class: "curve" }, html("figcaption", {}, html("b", {}, curve.title), now), canvas);
      return { curve, now, canvas, figure };
    });
    this.table = tableOnDemand("The epochs as a table", ["Epoch", ...CURVES.flatMap(({ title, train, held }) => [...(train ? [title] : []), ...(held ? [`${title}, held out`] : [])])]);
    root.append(...this.charts.map(({ figure }) => figure), this.table.element);
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === this.#width) return;
      this.#width = contentRect.width;
      this.draw();
    }).observe(this.charts[0].figure);
  }

  /** @param {TuningInfo} info */
  begin({ epochs, steps }) {
    this.#steps = [];
    this.#epochs = [...epochs];
    this.#perEpoch = steps;
    this.draw();
  }

  /** @param {TuningEvent[]} events */
  add(events) {
    for (const event of events) {
      if (event.kind === "progress") this.#steps.push(event);
      if (event.kind === "epoch") this.#epochs.push(event);
    }
    if (this.#steps.length > MOST_POINTS) this.#steps = this.#steps.filter((_, place) => place % 2 === 1);
  }

  /** @param {Palette} palette */
  recolour(palette) {
    this.#palette = palette;
    this.draw();
  }

  draw() {
    this.#home.hidden = this.#epochs.length === 0;
    if (!this.#palette || this.#width === 0) return;
    for (const chart of this.charts) this.#drawChart(chart, this.#palette);
    this.table.show(() => this.#epochs.map((record) => [count(record.epoch), ...CURVES.flatMap((curve) => this.#cells(record, curve))]));
  }

  /** @param {EpochRecord} record @param {Curve} curve */
  #cells(record, { train, held, write: text }) {
    return [train, held].flatMap((name) => (name ? [text(Number(record[name]))] : []));
  }

  /** @param {{curve: Curve, now: HTMLElement, canvas: HTMLCanvasElement}} chart @param {Palette} palette */
  #drawChart({ curve, now, canvas }, palette) {
    const { title, step, train, held, top, write: text } = curve;
    const steps = step ? this.#steps.map((parts) => ({ at: parts.total_step, value: parts[step] })) : [];
    const of = (/** @type {keyof EpochRecord | undefined} */ name) => (name ? this.#epochs.map((record) => ({ at: record.step, value: Number(record[name]) })) : []);
    const lines = [
      { points: steps, colour: palette.edge, width: 0.75 },
      { points: of(train), colour: palette.ink, width: 1.75 },
      { points: of(held), colour: palette.accent, width: 1.75 },
    ];
    const all = lines.flatMap(({ points }) => points);
    const last = Math.max(this.#perEpoch, ...all.map(({ at }) => at));
    const high = top ?? Math.max(1e-9, ...all.map(({ value }) => value));

    const pen = new Pen(canvas, { width: this.#width, height: HEIGHT }, palette);
    const y = (/** @type {number} */ value) => ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - value / high);
    pen.fill(palette.line, 0, y(0), this.#width, 1);
    if (all.length > 0) pen.write(text(high), 0, 10, { size: 10, colour: palette.soft });
    for (const { points, colour, width } of lines) {
      trace(pen.context, points.map(({ at, value }) => [2 + (at / last) * (this.#width - 4), y(value)]), colour, width);
    }

    const newest = lines.slice(1).flatMap(({ points }, place) => (points.length > 0 ? [`${place === 0 ? "training" : "held out"} ${text(points[points.length - 1].value)}`] : []));
    const words = newest.length > 0 ? newest.join(", ") : steps.length > 0 ? text(steps[steps.length - 1].value) : "";
    tell(now, words);
    canvas.setAttribute("aria-label", `${title}${words ? `: ${words}` : ""}`);
  }
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} points @param {string} colour @param {number} width */
function trace(context, points, colour, width) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
  const [x, y] = points.at(-1) ?? [];
  if (x === undefined) return;
  context.beginPath();
  context.arc(x, y, 1.25 + width / 2, 0, 2 * Math.PI);
  context.fill();
}
