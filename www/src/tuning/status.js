// @ts-check
/** How far a run is, in figures and in words, and the buttons that control it. */

import { count, duration, plural, rate, size } from "../format.js";
import { byId, tell, write } from "../html.js";
import { deviceName } from "../status.js";
import { baseline } from "./result.js";

/** @import { Device } from "../protocol.js" */
/** @import { Ending, TuningEvent, TuningInfo } from "../tuning-protocol.js" */
/** @import { Phase } from "./runs.js" */

/** What is said in each phase, but for that with a result. @type {{[P in Exclude<Phase, "done">]: string}} */
const SAID = {
  idle: "",
  checking: "Getting ready …",
  running: "Fine-tuning is running.",
  paused: "Fine-tuning is paused.",
  error: "This cannot continue; the reason is given above.",
};

/** How a run ended of which there is a result. @type {{[E in Ending]: string}} */
const ENDED = {
  "all-epochs": "is done",
  patience: "is done",
  stopped: "was stopped",
  "not-finite": "was ended because a loss was no longer a number",
  diverged: "was ended because it diverged",
};

export class Status {
  root = byId("tune-status", HTMLElement);
  said = byId("tune-said", HTMLElement);
  figures = byId("tune-figures", HTMLElement);
  bar = byId("tune-progress", HTMLProgressElement);
  start = byId("tune-start", HTMLButtonElement);
  pause = byId("tune-pause", HTMLButtonElement);
  stop = byId("tune-stop", HTMLButtonElement);
  /** @type {TuningInfo | null} */
  #info = null;
  #device = "";
  /** How many workers train. */
  #workers = 1;
  /** Of the latest run that came to a result. @type {Ending} */
  #ending = "all-epochs";
  /** Whether the figures say what is loading. */
  #loading = false;
  /** Whether the focus was on one of the buttons, and is nowhere else since. */
  #focused = false;

  /** @param {Phase} phase @param {boolean} usable whether there are data that can be trained on */
  enter(phase, usable) {
    const { activeElement } = document; // Some browsers take the focus from a button as it is disabled, some later.
    this.root.dataset.state = phase;
    const holds = phase === "running" || phase === "paused";
    this.start.disabled = holds || phase === "checking" || !usable;
    this.pause.disabled = this.stop.disabled = !holds;
    write(this.pause, phase === "paused" ? "Resume" : "Pause");
    write(this.said, this.#sentence(phase, usable));
    this.bar.hidden = !holds;
    if (this.#loading && phase !== "checking") this.#write("");
    this.#keepFocus(activeElement);
  }

  /** @param {Phase} phase @param {boolean} usable */
  #sentence(phase, usable) {
    if (phase === "done") return `Fine-tuning ${ENDED[this.#ending]}; the result is below.`;
    return phase === "idle" && usable ? "The data can be trained on." : SAID[phase];
  }

  /** A button that can no longer be pressed leaves the focus to one that can. @param {Element | null} before what had the focus */
  #keepFocus(before) {
    const buttons = [this.pause, this.stop, this.start];
    const on = buttons.find((button) => button === before);
    this.#focused = on !== undefined || (this.#focused && before === document.body);
    if (!this.#focused || on?.disabled === false) return;
    buttons.find((button) => !button.disabled)?.focus({ preventScroll: true });
  }

  /** What a run needs is loading. @param {string} label @param {number} loaded @param {number} total */
  loading(label, loaded, total) {
    if (this.root.dataset.state !== "checking") return;
    this.#write(loaded < total ? `Loading ${label}: ${size(loaded)} of ${size(total)}.` : "");
    this.#loading = true;
  }

  /** @param {TuningInfo} info @param {Device} device */
  begin(info, device) {
    this.#info = info;
    this.#device = deviceName(device);
    const last = info.epochs.at(-1);
    this.#mark(info.step, last?.epoch ?? 0, last?.dev_accuracy);
    this.bar.value = 0;
    this.#write(`${plural(info.training, "text")} to learn from, ${count(info.held_out)} held out; ${count(info.parameters)} parameters are trained, on ${this.#device}.`);
  }

  /** @param {number} count how many train now */
  workers(count) {
    this.#workers = count;
    this.root.dataset.workers = String(count);
  }

  /** @param {TuningEvent[]} events */
  tell(events) {
    for (const event of events) {
      if (event.kind === "progress") {
        const { epoch, step, steps, total_step, examples_per_second, seconds_left } = event;
        const epochs = this.#info?.options.epochs ?? epoch;
        this.#mark(total_step, epoch);
        this.root.dataset.examplesPerSecond = String(examples_per_second);
        this.bar.value = total_step / (steps * epochs);
        this.#write(`Epoch ${count(epoch)} of ${count(epochs)}, step ${count(step)} of ${count(steps)}: ${rate(examples_per_second)} examples per second on ${this.#where}; at most ${duration(seconds_left)} left.`);
      }
      if (event.kind === "measuring") {
        const what = event.what === "epoch" ? "the held-out texts" : "the result, before and after";
        this.#write(`Measuring ${what}: ${count(event.texts)} of ${count(event.of)}.`);
      }
      if (event.kind === "epoch") this.#mark(event.step, event.epoch, event.dev_accuracy);
      if (event.kind === "finished") {
        this.#ending = event.ending;
        const accuracy = event.result?.measures.find(({ name }) => name === "accuracy")?.after?.value;
        this.#mark(undefined, undefined, accuracy);
        this.#write(event.result ? `${event.message} ${baseline(event.result)}` : ""); // Without a result, a notice says why.
      }
    }
  }

  get #where() {
    return this.#workers > 1 ? `${this.#device}, in ${this.#workers} workers` : this.#device;
  }

  clear() {
    for (const name of ["step", "epoch", "heldoutAccuracy", "examplesPerSecond"]) delete this.root.dataset[name];
    this.#write("");
  }

  /** @param {string} figures */
  #write(figures) {
    this.#loading = false;
    tell(this.figures, figures);
  }

  /** @param {number} [step] @param {number} [epoch] @param {number} [accuracy] */
  #mark(step, epoch, accuracy) {
    for (const [name, value] of Object.entries({ step, epoch, heldoutAccuracy: accuracy })) {
      if (value !== undefined) this.root.dataset[name] = String(value);
    }
  }
}
