// @ts-check
/** What is held in the charts, as the address writes it: held again once there is something to hold. */

/** @import { Panel } from "./panel.js" */
/** @import { Spotlight, Subject } from "./spotlight.js" */

export class Held {
  /** What is to be held as soon as it is there. */
  #wanted = "";
  #written = "";

  /** @param {Spotlight} spotlight @param {Panel} panel in which neurons are counted @param {(held: string) => void} changed is told what is held from now on */
  constructor(spotlight, panel, changed) {
    this.spotlight = spotlight;
    this.panel = panel;
    spotlight.watch((subject) => {
      const written = spotlight.pinned && subject ? this.#spelled(subject) : "";
      if (written === this.#written || (written === "" && this.#wanted !== "")) return;
      this.#written = written;
      this.#wanted = "";
      changed(written);
    });
  }

  /** Brings the charts in line with the state. @param {string} held @param {boolean} isDrawn whether they show what it is in; otherwise `drawn` will say so */
  show(held, isDrawn) {
    if (held === (this.#wanted || this.#written)) return;
    this.#wanted = held;
    if (held === "") this.spotlight.clear();
    else if (isDrawn) this.drawn();
  }

  /** The text is drawn: what was to be held may be there now. */
  drawn() {
    const subject = this.#wanted === "" ? null : this.#subject(this.#wanted);
    if (subject && this.panel.nameOf(subject) !== null) this.spotlight.pin(subject);
  }

  /** @param {Subject} subject */
  #spelled(subject) {
    if (subject.kind === "word") return `word:${subject.word}`;
    if (subject.kind === "pair") return `pair:${subject.row},${subject.column}`;
    if (subject.kind === "neuron" && subject.panel === this.panel.name) return `neuron:${this.panel.neuronAt(subject.column)}`;
    return "";
  }

  /** @param {string} written @returns {Subject | null} */
  #subject(written) {
    const [kind, numbers = ""] = written.split(":");
    const [one, other] = numbers.split(",").map(Number);
    if (kind === "word") return { kind, word: one };
    if (kind === "pair") return { kind, row: one, column: other };
    const column = this.panel.explanation?.allocation.neurons.indexOf(one) ?? -1;
    return column < 0 ? null : { kind: "neuron", panel: this.panel.name, column };
  }
}

/** How the address writes it. */
export const HELD = /^(?:|(?:word|neuron):\d{1,6}|pair:\d{1,6},\d{1,6})$/;
