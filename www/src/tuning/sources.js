// @ts-check
/**
 * Where labelled texts come from: a file, the paste area or the sample set, plus examples typed one by one,
 * which are added to it. Whatever would replace other texts asks first.
 */

import { download } from "../download.js";
import { byId, html } from "../html.js";
import { size } from "../format.js";
import { SAMPLE_SET } from "../samples.js";

/** @import { Notices } from "../notices.js" */
/** @import { Problem } from "../protocol.js" */
/** @import { Example } from "../tuning-protocol.js" */

/** Larger files have more rows than are accepted, and would only fill the memory. */
const MOST_BYTES = 64e6;

/** How long pasting and typing must pause before the text is looked at. */
const RESTS_AFTER = 300;

/** @typedef {"file" | "sample" | "pasted" | "typed"} Kind where texts come from; `typed`: from nowhere else */

/** A file, or what stands for one. @typedef {{kind: Kind, name: string, bytes: Uint8Array}} Base */

/** Labelled texts, and the examples that were typed in addition. @typedef {Base & {typed: Example[]}} Data */

/**
 * @typedef {object} SourceEvents
 * @property {() => void} changing other data are about to come
 * @property {(data: Data) => void} data
 * @property {() => void} none there are no data any more
 * @property {() => boolean} holds whether there are texts that others would replace
 */

export class Sources {
  file = byId("tune-data", HTMLInputElement);
  text = byId("tune-text", HTMLTextAreaElement);
  example = byId("tune-example", HTMLInputElement);
  label = byId("tune-label", HTMLInputElement);
  typed = byId("tune-typed", HTMLUListElement);
  labels = byId("tune-labels", HTMLDataListElement);
  /** What the typed examples are added to. @type {Base | null} */
  #base = null;
  /** @type {Example[]} */
  #examples = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {Notices} notices @param {SourceEvents} events */
  constructor(notices, events) {
    this.notices = notices;
    this.events = events;
    this.#listen();
  }

  /** Shows the data of a run that was started earlier. @param {Data} data */
  restore({ kind, name, bytes, typed }) {
    this.#base = kind === "typed" ? null : { kind, name, bytes };
    const text = new TextDecoder().decode(bytes);
    this.text.value = kind === "pasted" ? text : "";
    this.#examples = [...(kind === "typed" ? text.split("\n").map((line) => JSON.parse(line)) : []), ...typed];
    this.#list();
  }

  /** Takes one file of labelled texts. @param {File} file */
  take(file) {
    if (file.size > MOST_BYTES) {
      this.#leaveFile();
      return this.#refuse(
        `The file “${file.name}” is ${size(file.size)}; at most ${size(MOST_BYTES)} are accepted.`,
        "Use some of its rows, or train with the command safr train.",
      );
    }
    const asks = this.#replace(`“${file.name}”`, () => this.#isFile(file.name), () => this.#read(file));
    if (asks) this.#leaveFile(); // It is not what is used, and can be chosen again.
  }

  #listen() {
    this.file.addEventListener("change", () => {
      const file = this.file.files?.[0];
      if (file) this.take(file);
    });
    this.text.addEventListener("input", () => {
      clearTimeout(this.#rest);
      if (!this.#loses(this.#isPasted)) this.events.changing();
      this.#rest = setTimeout(() => this.#paste(), RESTS_AFTER);
    });
    for (const field of [this.example, this.label]) {
      field.addEventListener("keydown", (event) => {
        // An input method confirms with Enter, too: in Safari after composition is reported to have ended, but with this key code.
        const composes = event.isComposing || event.keyCode === 229;
        if (event.key === "Enter" && !composes) this.#add();
      });
    }
    byId("tune-add", HTMLButtonElement).addEventListener("click", () => this.#add());
    byId("tune-sample", HTMLButtonElement).addEventListener("click", () => this.#replace("The sample set", this.#isSample, () => this.#sample()));
  }

  #isPasted = () => this.#base?.kind === "pasted";
  #isSample = () => this.#base?.kind === "sample";
  /** Whether it is a file of this name: that is read anew, since it may have been mended. @param {string} name */
  #isFile = (name) => this.#base?.kind === "file" && this.#base.name === name;

  /** Whether what is there came from elsewhere, and would be lost. @param {() => boolean} isSame */
  #loses(isSame) {
    return this.#base !== null && !isSame() && this.events.holds();
  }

  /** What is there, in a sentence. */
  get #called() {
    return this.#isPasted() ? "the pasted texts" : this.#isSample() ? "the sample set" : `“${this.#base?.name}”`;
  }

  /**
   * Replaces the texts that are there, after a yes if they came from elsewhere.
   * @param {string} what comes
   * @param {() => boolean} isSame whether what is there came the same way
   * @param {() => void} take
   * @param {boolean} [typing] the focus is needed elsewhere
   * @returns {boolean} whether it asks
   */
  #replace(what, isSame, take, typing = false) {
    this.notices.clearAll();
    if (!this.#loses(isSame)) {
      take();
      return false;
    }
    const stay = this.#examples.length > 0 ? "The typed examples stay." : "";
    const problem = { kind: "replace", message: `${what} would replace ${this.#called}.`, hint: stay };
    const remedy = {
      label: "Replace",
      act: () => {
        this.notices.clearAll();
        take();
      },
    };
    if (typing) this.notices.show(problem, remedy);
    else this.notices.ask(problem, remedy);
    return true;
  }

  /** @param {File} file */
  async #read(file) {
    this.events.changing();
    try {
      this.#settle("file", file.name, new Uint8Array(await file.arrayBuffer()));
    } catch {
      this.#leaveFile();
      this.#refuse(`The file “${file.name}” could not be read.`, "Choose it again.");
    }
  }

  #paste() {
    if (this.text.value.trim() !== "") {
      this.#replace("The pasted texts", this.#isPasted, () => this.#settle("pasted", "pasted texts", new TextEncoder().encode(this.text.value)), true);
      return;
    }
    this.notices.clearAll();
    if (!this.#isPasted()) return;
    this.#base = null;
    this.#give();
  }

  async #sample() {
    this.events.changing();
    try {
      const response = await download(SAMPLE_SET);
      this.#settle("sample", SAMPLE_SET, new Uint8Array(await response.arrayBuffer()));
    } catch (cause) {
      const { message, hint } = /** @type {Problem} */ (cause);
      this.#refuse(message, hint);
    }
  }

  /** Adds the example that is typed, and makes room for the next. */
  #add() {
    const [text, label] = [this.example.value.trim(), this.label.value.trim()];
    const missing = text === "" ? this.example : label === "" ? this.label : null;
    if (missing) return missing.focus();
    this.#examples.push({ text, label });
    this.example.value = "";
    this.example.focus();
    this.#list();
    this.#give();
  }

  #list() {
    this.typed.replaceChildren(...this.#examples.map((example) => {
      const remove = html("button", { type: "button", class: "quiet close", "aria-label": `Remove “${example.text}”` }, "×");
      remove.addEventListener("click", () => {
        this.#examples = this.#examples.filter((other) => other !== example);
        this.#list();
        this.#give();
        this.example.focus();
      });
      return html("li", {}, html("span", { dir: "auto" }, example.text), html("span", { class: "label", dir: "auto" }, example.label), remove);
    }));
    const labels = [...new Set(this.#examples.map(({ label }) => label))];
    this.labels.replaceChildren(...labels.map((value) => html("option", { value })));
  }

  /** What stands for a file from now on. @param {Kind} kind @param {string} name @param {Uint8Array} bytes */
  #settle(kind, name, bytes) {
    this.#base = { kind, name, bytes };
    if (kind !== "file") this.#leaveFile();
    if (!this.#isPasted()) this.text.value = "";
    this.#give();
  }

  /** Hands over all that is there. */
  #give() {
    clearTimeout(this.#rest);
    if (this.#base) return this.events.data({ ...this.#base, typed: this.#examples });
    if (this.#examples.length === 0) return this.events.none();
    const lines = this.#examples.map((example) => JSON.stringify(example)).join("\n");
    this.events.data({ kind: "typed", name: "typed examples", bytes: new TextEncoder().encode(lines), typed: [] });
  }

  /** The chosen file is not what is used: it can be chosen again. */
  #leaveFile() {
    this.file.value = "";
  }

  /** @param {string} message @param {string} hint */
  #refuse(message, hint) {
    this.notices.show({ kind: "data", message, hint });
  }
}
