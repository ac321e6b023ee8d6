// @ts-check
/** The user's own models: kept in this browser, listed, renamed, downloaded, deleted; or loaded from files. */

import { sentence, size } from "../format.js";
import { byId, focusFirst, html } from "../html.js";
import { save } from "../save.js";
import { freshId } from "./vault.js";

/** @import { Notices } from "../notices.js" */
/** @import { ModelAsset, Problem } from "../protocol.js" */
/** @import { Files } from "../tuning-protocol.js" */
/** @import { WorkerClient } from "../worker-client.js" */
/** @import { SavedModel, Vault } from "./vault.js" */

/** Larger files are not models that a page could run. */
const MOST_BYTES = 300e6;
/** Names of files that are a part of a model. */
const PART = /\.(json|txt|safetensors|bin)$/;
/** Of more, people are told what they take before they are read. */
const LARGE = 20e6;
/** Memory that reading a model takes at most, in times of its size: 15 were measured for MiniLM’s 91 MB, 16 for a DistilBERT’s 266 MB. */
const MEMORY = 16;

/**
 * @typedef {object} LibraryEvents
 * @property {(models: ModelAsset[]) => void} changed
 * @property {(id: string) => void} loaded a model came from files
 */

export class Library {
  /** @type {SavedModel[]} */
  #models = [];

  /**
   * @param {Vault} vault
   * @param {() => WorkerClient} desk a worker that knows what a model is
   * @param {Notices} notices
   * @param {LibraryEvents} events
   */
  constructor(vault, desk, notices, events) {
    this.vault = vault;
    this.desk = desk;
    this.notices = notices;
    this.events = events;
    this.list = byId("own-models", HTMLUListElement);
    const input = byId("load-model", HTMLInputElement);
    input.addEventListener("change", async () => {
      await this.load([...(input.files ?? [])]);
      input.value = ""; // The same file can be chosen again.
    });
  }

  /** Lists what was kept during earlier visits. */
  async open() {
    const kept = await this.vault.models().catch(() => []); // Reported when something is to be kept.
    this.#models = [...kept, ...this.#models];
    if (kept.length > 0) this.#show();
  }

  /**
   * Takes a model in.
   * @param {Files} files
   * @param {string} title
   * @returns {Promise<{id: string, problem: Problem | null}>} its id, and why the browser does not store it, if so
   */
  async keep(files, title) {
    const model = { id: freshId(), title, files, added: Date.now() };
    this.#models.push(model);
    this.#show();
    const problem = await this.vault.saveModel(model).then(() => null, (problem) => problem);
    return { id: model.id, problem };
  }

  /**
   * Hands a model over as one zip.
   * @param {Files} files
   * @param {string} title
   * @returns {Promise<Problem | null>} why not, if it could not
   */
  async download(files, title) {
    const id = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "model";
    /** @type {Blob} */
    let zip;
    try {
      zip = await this.desk().call("zip", files, id, title);
    } catch (cause) {
      const { message } = /** @type {Problem} */ (cause);
      return { kind: "download", message: `“${title}” could not be downloaded.`, hint: `${sentence(message)} Try again.` };
    }
    save(`${id}.zip`, zip);
    return null;
  }

  /** Large ones after a yes. @param {File[]} chosen a zip, or the files of a model directory */
  async load(chosen) {
    if (chosen.length === 0) return;
    this.notices.clear("load-model");
    const bytes = chosen.reduce((sum, file) => sum + file.size, 0);
    if (bytes < LARGE) return this.#take(chosen);
    const message = `“${chosen[0].name}” ${chosen.length > 1 ? "and the other files have" : "has"} ${size(bytes)}.`;
    this.notices.ask({ kind: "load-model", message, hint: `Reading this takes up to ${size(MEMORY * bytes)} of memory.` }, { label: "Load it", act: () => this.#take(chosen) });
  }

  /** @param {File[]} chosen */
  async #take(chosen) {
    this.notices.clear("load-model");
    try {
      if (chosen.some((file) => file.size > MOST_BYTES)) throw { message: `the file is larger than ${size(MOST_BYTES)}` };
      const { files, info } = await this.#read(chosen);
      const { id, problem } = await this.keep(files, info.title);
      if (problem) this.notices.show(problem);
      this.events.loaded(id);
    } catch (cause) {
      const { message } = /** @type {Problem} */ (cause);
      this.notices.show({
        kind: "load-model",
        message: `${chosen.length > 1 ? "These files" : `“${chosen[0].name}”`} cannot be loaded: ${message}.`.replace(/\.\.$/, "."),
        hint: "Choose a zip downloaded from this page, the four files of a model directory written by safr train or safr import, or config.json, model.safetensors and tokenizer.json of a BERT.",
      });
    }
  }

  /** @param {File[]} chosen */
  async #read(chosen) {
    if (chosen.length === 1 && !PART.test(chosen[0].name)) return this.desk().call("unzip", chosen[0], chosen[0].name.replace(/\.zip$/, ""));
    const files = Object.fromEntries(await Promise.all(chosen.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())])));
    const folder = chosen[0].webkitRelativePath.split("/").at(-2);
    return this.desk().call("takeIn", files, folder ?? "");
  }

  /** @param {SavedModel} model */
  #save(model) {
    return this.vault.saveModel(model).catch((problem) => this.notices.show(problem));
  }

  #show() {
    this.list.replaceChildren(...this.#models.map((model) => this.#item(model)));
    this.#tell();
  }

  #tell() {
    this.events.changed(this.#models.map(({ id, title, files }) => ({ id, title, folder: "", files: {}, content: files })));
  }

  /** @param {SavedModel} model */
  #item(model) {
    const name = html("input", { type: "text", "aria-label": "Name of the model", maxlength: 80 });
    const bytes = Object.values(model.files).reduce((sum, file) => sum + file.byteLength, 0);
    const button = (/** @type {string} */ label, /** @type {() => void} */ act) => {
      const element = html("button", { type: "button" }, label);
      element.addEventListener("click", act);
      return element;
    };
    const buttons = [button("Download", () => this.#download(model)), button("Delete", () => this.#delete(model))];
    const label = () => {
      name.value = model.title;
      for (const element of buttons) element.setAttribute("aria-label", `${element.textContent} “${model.title}”`);
    };
    label();
    name.addEventListener("change", () => {
      model.title = name.value.trim() || model.title;
      label(); // In its place, so that the focus stays.
      this.#tell();
      this.#save(model);
    });
    return html(
      "li",
      { "data-model": model.id },
      name,
      html("span", { class: "of", translate: "no" }, `${size(bytes)}, ${new Date(model.added).toLocaleDateString("en", { dateStyle: "medium" })}`),
      ...buttons,
    );
  }

  /** @param {SavedModel} model */
  async #download({ files, title }) {
    this.notices.clear("download");
    const problem = await this.download(files, title);
    if (problem) this.notices.show(problem);
  }

  /** @param {SavedModel} model */
  async #delete(model) {
    const place = this.#models.indexOf(model);
    const kind = `deleted ${model.id}`;
    const undo = () => {
      this.#models.splice(place, 0, model);
      this.#show();
      this.#save(model);
      this.notices.show({ kind, message: `“${model.title}” is back.`, hint: "" });
      focusFirst(this.list.querySelector(`[data-model="${model.id}"] button:last-child`));
    };
    this.#models = this.#models.filter((other) => other !== model);
    this.#show();
    this.notices.ask({ kind, message: `“${model.title}” is deleted.`, hint: "" }, { label: "Undo", act: undo });
    await this.vault.dropModel(model.id).catch((problem) => this.notices.show(problem));
  }
}
