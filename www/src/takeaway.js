// @ts-check
/** Charts and numbers to take home: drawn and written by the module, kept as files. */

import { byId, write } from "./html.js";
import { pngOf } from "./png.js";
import { FORMS, saveAs } from "./save.js";

/** @import { Curves, Problem, Wanted } from "./protocol.js" */
/** @import { Scene } from "./scenes.js" */

/**
 * @typedef {object} Home
 * @property {() => Scene[]} scenes what is shown, the selected one first
 * @property {(scene: Scene, wanted: Wanted) => Promise<string>} take
 * @property {() => string} link to exactly this view
 * @property {(model: string) => string} title
 */

/** What can be taken, by its name in the module. */
const CHARTS = {
  explanation: "all of them",
  evidence: "why this class",
  words: "words and keep",
  allocation: "neurons of each word, by evidence",
  shares: "neurons of each word, by share",
  interaction: "pairs of words, by sharing",
  contributions: "pairs of words, by contribution",
  faithfulness: "is this explanation true?",
};

/** The chart of what is only known once it was measured. */
const MEASURED = "faithfulness";

export class TakeAway {
  root = byId("take", HTMLElement);
  chart = byId("export-chart", HTMLSelectElement);
  which = byId("export-model", HTMLSelectElement);
  copy = byId("export-copy", HTMLButtonElement);
  /** Name of the model that a person chose; empty for the selected one, whichever that is. */
  #chosen = "";
  /** Names of the models that there are. @type {string[]} */
  #names = [];
  #told = byId("export-told", HTMLElement);

  /** @param {Home} home @param {() => Curves | null} measured how the prediction of the selected scene fares as words are deleted */
  constructor(home, measured) {
    this.home = home;
    this.measured = measured;
    this.chart.append(...Object.entries(CHARTS).map(([value, name]) => new Option(name, value)));
    for (const form of FORMS) this.#on(form, () => saveAs(this.#stem, form, (form) => this.#take(form)));
    this.#on("copy", async () => {
      // Browsers that ask whether it was a click that wants this do so before the picture is there.
      const picture = this.#take("svg").then(pngOf);
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
      return "The picture is in the clipboard.";
    });
    this.which.addEventListener("change", () => (this.#chosen = this.which.selectedIndex === 0 ? "" : this.which.value));
    this.copy.hidden = !("ClipboardItem" in window && navigator.clipboard);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-take]"))) {
      button.addEventListener("click", () => {
        this.chart.value = asShown(button.dataset.take ?? "");
        this.root.scrollIntoView({ block: "nearest" });
        this.chart.focus({ preventScroll: true });
      });
    }
  }

  /** What there is to take. */
  show() {
    write(this.#told, "");
    const names = this.home.scenes().map(({ model, without }) => `${this.home.title(model)}${without === "" ? "" : ", changed"}`);
    if (names.join() === this.#names.join()) return; // As mostly, while people type.
    this.#names = names;
    this.which.replaceChildren(...names.map((name) => new Option(name)));
    if (names.includes(this.#chosen)) this.which.value = this.#chosen;
  }

  /** @param {string} form @param {() => Promise<string | void>} act */
  #on(form, act) {
    byId(`export-${form}`, HTMLButtonElement).addEventListener("click", async () => {
      write(this.#told, "");
      try {
        write(this.#told, (await act()) ?? "");
      } catch (cause) {
        const { message, hint } = /** @type {Partial<Problem>} */ (cause);
        write(this.#told, `This did not work: ${message} ${hint ?? ""}`);
      }
    });
  }

  /** Beginning of a file's name. */
  get #stem() {
    const { model, without, layer } = this.#scene;
    return [model, without && "changed", layer !== undefined && `layer-${layer + 1}`, this.chart.value].filter(Boolean).join("-");
  }

  get #scene() {
    const scenes = this.home.scenes();
    return scenes[this.which.selectedIndex] ?? scenes[0];
  }

  /** @param {string} form */
  async #take(form) {
    const scene = this.#scene;
    const [selected] = this.home.scenes();
    // It was measured of the model as it is.
    const faithfulness = scene.model === selected.model && scene.without === "" ? this.measured() : null;
    if (this.chart.value === MEASURED && !faithfulness) {
      const isMeasured = scene.model === selected.model && scene.without === "";
      const hint = isMeasured ? "Try again in a moment." : "Choose that model above, with nothing switched off.";
      throw { message: "it is measured only for the selected model as it is, as soon as nothing else is to be done.", hint };
    }
    const origin = { title: this.home.title(scene.model), date: today(), address: this.home.link() };
    return this.home.take(scene, { chart: this.chart.value, form, origin, faithfulness });
  }
}

/** What a chart shows by its colours now. @param {string} chart */
function asShown(chart) {
  const by = (/** @type {string} */ id) => byId(id, HTMLSelectElement).value;
  if (chart === "allocation" && by("allocation-colour") === "share") return "shares";
  return chart === "interaction" && by("interaction-colour") === "contribution" ? "contributions" : chart;
}

/** The day where the reader is, such as 2026-11-29. */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
