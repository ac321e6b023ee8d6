// @ts-check
/** Charts and numbers to take home: drawn and written by the module, kept as files. */

import { byId, write } from "./html.js";
import { pictureOf } from "./picture.js";
import { save } from "./save.js";

/** @import { Problem, Wanted } from "./protocol.js" */
/** @import { Scene } from "./scenes.js" */

/** What the module writes. @type {{[form: string]: string}} */
const TYPES = { svg: "image/svg+xml", csv: "text/csv", json: "application/json" };

/**
 * @typedef {object} Home
 * @property {() => Scene[]} scenes what is shown, the selected one first
 * @property {(scene: Scene, wanted: Wanted) => Promise<string>} take
 * @property {() => string} link to exactly this view
 * @property {(model: string) => string} title
 */

export class TakeAway {
  root = byId("take", HTMLElement);
  chart = byId("export-chart", HTMLSelectElement);
  which = byId("export-model", HTMLSelectElement);
  copy = byId("export-copy", HTMLButtonElement);
  #told = byId("export-told", HTMLElement);

  /** @param {Home} home */
  constructor(home) {
    this.home = home;
    for (const [form, type] of Object.entries(TYPES)) {
      this.#on(form, async () => save(this.#name(form), new Blob([await this.#take(form)], { type })));
    }
    this.#on("png", async () => save(this.#name("png"), await pictureOf(await this.#take("svg"))));
    this.#on("copy", async () => {
      // Browsers that ask whether it was a click that wants this do so before the picture is there.
      const picture = this.#take("svg").then(pictureOf);
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
      return "The picture is in the clipboard.";
    });
    this.copy.hidden = !("ClipboardItem" in window && navigator.clipboard);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-take]"))) {
      button.addEventListener("click", () => {
        this.chart.value = button.dataset.take ?? "";
        this.chart.focus();
        this.root.scrollIntoView({ block: "nearest" });
      });
    }
  }

  /** What there is to take. */
  show() {
    const scenes = this.home.scenes();
    this.which.replaceChildren(...scenes.map(({ model, without }, place) => new Option(`${this.home.title(model)}${without === "" ? "" : ", changed"}`, String(place))));
  }

  /** @param {string} form @param {() => Promise<string | void>} act */
  #on(form, act) {
    byId(`export-${form}`, HTMLButtonElement).addEventListener("click", async () => {
      this.root.dataset.state = "busy";
      write(this.#told, "");
      try {
        write(this.#told, (await act()) ?? "");
        this.root.dataset.state = "done";
      } catch (cause) {
        const { message, hint } = /** @type {Partial<Problem>} */ (cause);
        write(this.#told, `This did not work: ${message} ${hint ?? ""}`);
        this.root.dataset.state = "failed";
      }
    });
  }

  get #scene() {
    return this.home.scenes()[this.which.selectedIndex] ?? this.home.scenes()[0];
  }

  /** @param {string} form */
  #name(form) {
    return `${this.#scene.model}-${this.chart.value}.${form}`;
  }

  /** @param {string} form */
  #take(form) {
    const { title, link } = this.home;
    const origin = { title: title(this.#scene.model), date: today(), address: link() };
    return this.home.take(this.#scene, { chart: this.chart.value, form, origin });
  }
}

/** The day where the reader is, such as 2026-11-29. */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
