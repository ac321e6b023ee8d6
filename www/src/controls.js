// @ts-check
/** What a person types into and chooses from: shows the state, and tells what is to change in it. */

import { byId, html, write } from "./html.js";
import { samples } from "./samples.js";
import { isDark, otherTheme } from "./theme.js";

/** @import { ModelAsset } from "./protocol.js" */
/** @import { State } from "./state.js" */

/** @typedef {(change: Partial<State>, since?: number) => void} OnChange `since`: time of the keystroke, if it was one */

export class Controls {
  text = byId("text", HTMLTextAreaElement);
  model = byId("model", HTMLSelectElement);
  compare = byId("compare", HTMLInputElement);
  backend = byId("backend", HTMLSelectElement);
  theme = byId("theme", HTMLButtonElement);
  link = byId("copy-link", HTMLButtonElement);

  /** @param {ModelAsset[]} models */
  constructor(models) {
    this.model.append(...models.map(({ id, title }) => html("option", { value: id }, title)));
  }

  /** @param {State} state */
  show(state) {
    if (this.text.value !== state.text) this.text.value = state.text; // Writing it anew would move the cursor.
    this.model.value = state.model;
    this.compare.checked = state.compare;
    this.backend.value = state.backend;
    write(this.theme, isDark(state.theme) ? "Light theme" : "Dark theme");
  }

  /** @param {() => State} state what is chosen now @param {OnChange} change */
  listen(state, change) {
    this.text.addEventListener("input", ({ timeStamp }) => change({ text: this.text.value }, timeStamp));
    this.model.addEventListener("change", () => change({ model: this.model.value }));
    this.compare.addEventListener("change", () => change({ compare: this.compare.checked }));
    this.backend.addEventListener("change", () => {
      change({ backend: /** @type {State["backend"]} */ (this.backend.value) });
    });
    this.theme.addEventListener("click", () => change({ theme: otherTheme(state().theme) }));
    byId("skip", HTMLButtonElement).addEventListener("click", () => this.text.focus());
    const chips = samples.map(({ name, text }) => {
      const chip = html("button", { type: "button", class: "chip" }, name);
      chip.addEventListener("click", () => change({ text }));
      return chip;
    });
    byId("samples", HTMLElement).append(...chips);
  }
}
