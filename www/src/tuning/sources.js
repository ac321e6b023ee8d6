// @ts-check
/** Where labelled texts come from: a file, the paste area, examples typed one by one, or the sample set. */

import { byId, html } from "../html.js";
import { size } from "../format.js";

/** @import { Problem } from "../protocol.js" */

/** Larger files have more rows than are taken, and would only fill the memory. */
const MOST_BYTES = 64e6;

/** Pasting and typing rest for so long before they are looked at. */
const RESTS_AFTER = 300;

const SAMPLE = "film-remarks.csv";

/**
 * @typedef {object} SourceEvents
 * @property {() => void} changing other data are about to come
 * @property {(data: Uint8Array, name: string) => void} data
 * @property {() => void} none there are no data any more
 * @property {(problem: Problem) => void} problem
 */

export class Sources {
  file = byId("tune-data", HTMLInputElement);
  text = byId("tune-text", HTMLTextAreaElement);
  example = byId("tune-example", HTMLInputElement);
  label = byId("tune-label", HTMLInputElement);
  typed = byId("tune-typed", HTMLUListElement);
  labels = byId("tune-labels", HTMLDataListElement);
  /** @type {{text: string, label: string}[]} */
  #examples = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {SourceEvents} events */
  constructor(events) {
    this.events = events;
    this.#listen();
  }

  #listen() {
    this.file.addEventListener("change", () => this.#read(this.file.files?.[0]));
    this.file.addEventListener("dragover", (event) => event.preventDefault());
    this.file.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#leaveFile();
      this.#read(event.dataTransfer?.files[0]);
    });
    this.text.addEventListener("input", () => {
      this.events.changing();
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => this.#give(this.text.value, "pasted texts"), RESTS_AFTER);
    });
    for (const field of [this.example, this.label]) {
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) this.#add();
      });
    }
    byId("tune-add", HTMLButtonElement).addEventListener("click", () => this.#add());
    byId("tune-sample", HTMLButtonElement).addEventListener("click", () => this.#sample());
  }

  /** @param {File | undefined} file */
  async #read(file) {
    if (!file) return;
    this.events.changing();
    if (file.size > MOST_BYTES) {
      return this.events.problem({
        kind: "tuning",
        message: `The file ${file.name} has ${size(file.size)}; ${size(MOST_BYTES)} are taken at most.`,
        hint: "Take a part of its rows, or train with the command safr train.",
      });
    }
    try {
      this.#bytes(new Uint8Array(await file.arrayBuffer()), file.name);
    } catch {
      this.#leaveFile();
      this.events.problem({ kind: "tuning", message: `The file ${file.name} could not be read.`, hint: "Choose it again." });
    }
  }

  async #sample() {
    this.#leaveFile();
    this.events.changing();
    const response = await fetch(SAMPLE).catch(() => null);
    if (response?.ok) return this.#bytes(new Uint8Array(await response.arrayBuffer()), SAMPLE);
    this.events.problem({ kind: "tuning", message: "The sample set could not be fetched.", hint: "Check the connection, then try again." });
  }

  /** Adds the example that is typed, and makes room for the next. */
  #add() {
    const [text, label] = [this.example.value.trim(), this.label.value.trim()];
    const missing = text === "" ? this.example : label === "" ? this.label : null;
    if (missing) return missing.focus();
    this.#examples.push({ text, label });
    this.example.value = "";
    this.example.focus();
    this.#showExamples();
  }

  #showExamples() {
    this.typed.replaceChildren(...this.#examples.map((example) => {
      const remove = html("button", { type: "button", class: "quiet close", "aria-label": `Remove “${example.text}”` }, "×");
      remove.addEventListener("click", () => {
        this.#examples = this.#examples.filter((other) => other !== example);
        this.#showExamples();
        this.example.focus();
      });
      return html("li", {}, html("span", { dir: "auto" }, example.text), html("span", { class: "label", dir: "auto" }, example.label), remove);
    }));
    const labels = [...new Set(this.#examples.map(({ label }) => label))];
    this.labels.replaceChildren(...labels.map((value) => html("option", { value })));
    this.#give(this.#examples.map((example) => JSON.stringify(example)).join("\n"), "typed examples");
  }

  /** @param {string} text @param {string} name */
  #give(text, name) {
    this.#leaveFile();
    if (text.trim() === "") return this.events.none();
    this.#bytes(new TextEncoder().encode(text), name);
  }

  /** What was chosen is not what is used: the same file can be chosen again. */
  #leaveFile() {
    this.file.value = "";
  }

  /** @param {Uint8Array} bytes @param {string} name */
  #bytes(bytes, name) {
    clearTimeout(this.#rest);
    this.events.data(bytes, name);
  }
}
