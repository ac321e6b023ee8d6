// @ts-check
/** What a person types into and chooses from: shows the state, and reports what should change in it. */

import { offerAbout } from "./about.js";
import { takeChoices } from "./choose.js";
import { size } from "./format.js";
import { byId, html, write } from "./html.js";
import { samples } from "./samples.js";
import { BACKEND_CHOICES } from "./status.js";
import { isDark, otherTheme } from "./theme.js";

/** @import { ModelAsset } from "./protocol.js" */
/** @import { State } from "./state.js" */

/** @typedef {(change: Partial<State>, since?: number) => void} OnChange `since`: time of the keystroke, if it was one */

export class Inputs {
  text = byId("text", HTMLTextAreaElement);
  model = byId("model", HTMLSelectElement);
  beside = byId("beside", HTMLSelectElement);
  backend = byId("backend", HTMLSelectElement);
  theme = byId("theme", HTMLButtonElement);
  allocation = byId("allocation-colour", HTMLSelectElement);
  interaction = byId("interaction-colour", HTMLSelectElement);
  rows = byId("rows", HTMLSelectElement);
  /** What explains a chart while its colours show one thing. */
  #explaining = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-while]"));
  pin = byId("pin-text", HTMLButtonElement);
  link = byId("copy-link", HTMLButtonElement);
  #told = byId("link-told", HTMLElement);
  #shown = byId("link-shown", HTMLInputElement);

  constructor() {
    this.backend.append(...optionsOf(BACKEND_CHOICES));
  }

  /** The models to choose from. @param {ModelAsset[]} models */
  offer(models) {
    const options = () => optionsOf(models.map((model) => /** @type {[string, string]} */ ([model.id, offered(model)])));
    this.model.replaceChildren(...options());
    this.beside.replaceChildren(html("option", { value: "none" }, "nothing"), ...options());
  }

  /** Says next to the link button how it went. @param {string} sentence @param {string} [link] to be copied by hand */
  tell(sentence, link) {
    write(this.#told, sentence);
    this.#shown.hidden = link === undefined;
    if (link === undefined) return;
    this.#shown.value = link;
    this.#shown.focus();
    this.#shown.select(); // So that one key copies it.
  }

  /** @param {State} state @param {string | undefined} beside id of the model that is compared with */
  show(state, beside) {
    if (this.text.value !== state.text) this.text.value = state.text; // Writing it again would move the cursor.
    this.model.value = state.model;
    this.beside.value = beside ?? "none";
    this.beside.disabled = state.without !== ""; // Until then it is the model as it is.
    for (const option of this.beside.options) option.hidden = option.value === state.model;
    this.backend.value = state.backend;
    this.pin.setAttribute("aria-pressed", String(state.pinned !== ""));
    write(this.pin, state.pinned === "" ? "Pin this text" : "Unpin the earlier text");
    this.pin.disabled = state.pinned === "" && state.text.trim() === "";
    write(this.theme, isDark(state.theme) ? "Light theme" : "Dark theme");
    this.allocation.value = state.allocation;
    this.interaction.value = state.interaction;
    this.rows.value = state.rows;
    const shown = [state.allocation, state.interaction];
    for (const element of this.#explaining) element.hidden = !shown.some((what) => what === element.dataset.while);
  }

  /** @param {() => State} state what is chosen now @param {OnChange} change */
  listen(state, change) {
    this.text.addEventListener("input", ({ timeStamp }) => change({ text: this.text.value }, timeStamp));
    this.model.addEventListener("change", () => {
      change({ model: this.model.value, beside: state().beside === "none" ? "none" : "auto" });
    });
    this.beside.addEventListener("change", () => change({ beside: this.beside.value }));
    this.backend.addEventListener("change", () => {
      change({ backend: /** @type {State["backend"]} */ (this.backend.value) });
    });
    this.theme.addEventListener("click", () => change({ theme: otherTheme(state().theme) }));
    this.allocation.addEventListener("change", () => {
      change({ allocation: /** @type {State["allocation"]} */ (this.allocation.value) });
    });
    this.interaction.addEventListener("change", () => {
      change({ interaction: /** @type {State["interaction"]} */ (this.interaction.value) });
    });
    this.rows.addEventListener("change", () => change({ rows: /** @type {State["rows"]} */ (this.rows.value) }));
    takeChoices(change);
    this.pin.addEventListener("click", () => change({ pinned: state().pinned === "" ? state().text : "" }));
    offerAbout();
    byId("skip", HTMLButtonElement).addEventListener("click", () => this.text.focus());
    const chips = samples.map(({ name, text }) => {
      const chip = html("button", { type: "button", class: "chip" }, name);
      chip.addEventListener("click", () => this.edit("insertText", text));
      return chip;
    });
    const row = byId("samples", HTMLElement);
    row.append(...chips);
    row.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.edit(event.shiftKey ? "redo" : "undo");
    });
  }

  /**
   * Edits the whole text box as typing does, so that Ctrl+Z brings back what was there: setting its value would prevent
   * that, and no newer call avoids this. The focus stays where it is.
   * @param {"insertText" | "undo" | "redo"} command
   * @param {string} [text]
   */
  edit(command, text) {
    const at = document.activeElement;
    this.text.focus({ preventScroll: true });
    if (text !== undefined) this.text.select();
    document.execCommand(command, false, text);
    if (at instanceof HTMLElement) at.focus({ preventScroll: true });
  }
}

/** A model as it is offered: with its size, if that is large. @param {ModelAsset} model */
const offered = ({ title, large }) => (large ? `${title} · ${size(large)}` : title);

/** @param {[value: string, name: string][]} choices */
const optionsOf = (choices) => choices.map(([value, name]) => html("option", { value }, name));
