// @ts-check
/** Models of one's own: kept in this browser, listed, renamed, downloaded, deleted; or loaded from files. */

import { size } from "../format.js";
import { byId, html } from "../html.js";

/** @import { ModelAsset, Problem } from "../protocol.js" */
/** @import { Files } from "../tuning-protocol.js" */
/** @import { Client } from "./client.js" */
/** @import { SavedModel, Vault } from "./vault.js" */

/** Larger files are no models that a page could run. */
const MOST_BYTES = 200e6;

/**
 * @typedef {object} LibraryEvents
 * @property {(models: ModelAsset[]) => void} changed
 * @property {(id: string) => void} loaded a model came from files
 * @property {(problem: Problem, remedy?: {label: string, act: () => void}) => void} problem
 */

export class Library {
  /** @type {SavedModel[]} */
  #models = [];

  /** @param {Vault} vault @param {() => Client} desk a worker that knows what a model is @param {LibraryEvents} events */
  constructor(vault, desk, events) {
    this.vault = vault;
    this.desk = desk;
    this.events = events;
    this.list = byId("own-models", HTMLUListElement);
    const input = byId("load-model", HTMLInputElement);
    input.addEventListener("change", async () => {
      await this.#load([...(input.files ?? [])]);
      input.value = ""; // The same file can be chosen again.
    });
  }

  /** Lists what was kept at earlier visits. */
  async open() {
    const kept = await this.vault.models().catch(() => []); // Told of where something is to be kept.
    this.#models = [...kept, ...this.#models];
    if (kept.length > 0) this.#show();
  }

  /** @param {Files} files @param {string} title @returns {Promise<string>} its id */
  async keep(files, title) {
    const model = { id: `own-${crypto.randomUUID().slice(0, 8)}`, title, files, added: Date.now() };
    this.#models.push(model);
    this.#show();
    await this.#save(model);
    return model.id;
  }

  /** Hands a model over as one zip. @param {Files} files @param {string} title */
  async download(files, title) {
    const id = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "model";
    const zip = await this.desk().call("zip", files, id, title);
    const address = URL.createObjectURL(zip);
    html("a", { href: address, download: `${id}.zip` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // The browser may ask where to put it first.
  }

  /** @param {File[]} chosen a zip, or the files of a model directory */
  async #load(chosen) {
    if (chosen.length === 0) return;
    try {
      if (chosen.some((file) => file.size > MOST_BYTES)) throw { message: `the file is larger than ${size(MOST_BYTES)}` };
      const { files, info } = await this.#read(chosen);
      this.events.loaded(await this.keep(files, info.title));
    } catch (cause) {
      const { message } = /** @type {Problem} */ (cause);
      this.events.problem({
        kind: "load-model",
        message: `${chosen[0].name} cannot be loaded: ${message}.`.replace(/\.\.$/, "."),
        hint: "Take a zip that this page wrote, or the four files of a model directory of safr train or safr import.",
      });
    }
  }

  /** @param {File[]} chosen */
  async #read(chosen) {
    if (chosen.length === 1) return this.desk().call("unzip", chosen[0]);
    const files = Object.fromEntries(await Promise.all(chosen.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())])));
    return { files, info: await this.desk().call("describe", files) };
  }

  /** @param {SavedModel} model */
  #save(model) {
    return this.vault.saveModel(model).catch((problem) => this.events.problem(problem));
  }

  #show() {
    this.list.replaceChildren(...this.#models.map((model) => this.#item(model)));
    this.events.changed(this.#models.map(({ id, title, files }) => ({ id, title, folder: "", files: {}, content: files })));
  }

  /** @param {SavedModel} model */
  #item(model) {
    const name = html("input", { type: "text", "aria-label": "Name of the model", maxlength: 80 });
    name.value = model.title;
    name.addEventListener("change", () => {
      model.title = name.value.trim() || model.title;
      this.#show();
      this.#save(model);
    });
    const bytes = Object.values(model.files).reduce((sum, file) => sum + file.byteLength, 0);
    const button = (/** @type {string} */ label, /** @type {() => void} */ act) => {
      const element = html("button", { type: "button", "aria-label": `${label} “${model.title}”` }, label);
      element.addEventListener("click", act);
      return element;
    };
    return html(
      "li",
      { "data-model": model.id },
      name,
      html("span", { class: "of" }, `${size(bytes)}, ${new Date(model.added).toLocaleDateString("en", { dateStyle: "medium" })}`),
      button("Download", () => this.download(model.files, model.title)),
      button("Delete", () => this.#delete(model)),
    );
  }

  /** @param {SavedModel} model */
  async #delete(model) {
    this.#models = this.#models.filter((other) => other !== model);
    this.#show();
    await this.vault.dropModel(model.id).catch((problem) => this.events.problem(problem));
    const undo = () => {
      this.#models.push(model);
      this.#show();
      this.#save(model);
      this.events.problem({ kind: "deleted", message: `“${model.title}” is back.`, hint: "" });
    };
    this.events.problem({ kind: "deleted", message: `“${model.title}” is deleted.`, hint: "" }, { label: "Undo", act: undo });
  }
}
