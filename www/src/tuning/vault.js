// @ts-check
/** What this browser keeps between visits: the run in progress, and the user's own models. */

import { openDB } from "idb";

import { verbatim } from "../death.js";

/** @import { IDBPDatabase } from "idb" */
/** @import { Problem } from "../protocol.js" */
/** @import { Files } from "../tuning-protocol.js" */

/**
 * A run in progress. `holding`: it resumes by itself when the page is reopened; it waits, being paused; it was
 * stopped, and its result is still to be measured; or it is done, and its result was measured but not kept.
 * @typedef {object} SavedRun
 * @property {Blob} checkpoint
 * @property {"going" | "paused" | "stopped" | "done"} holding
 * @property {string} data name of the data
 * @property {import("./sources.js").Kind} kind where they come from
 * @property {import("../protocol.js").Backend} backend
 */

/** @typedef {{id: string, title: string, files: Files, added: number}} SavedModel `added` in milliseconds since 1970 */

const RUN = "run";

/** Milliseconds after which nobody waits any longer for the browser's storage. */
const ANSWERS_WITHIN = 20_000;

export class Vault {
  /** @type {Promise<IDBPDatabase> | undefined} */
  #database;

  /** The run that was in progress. @returns {Promise<SavedRun | undefined>} */
  run() {
    return this.#use((database) => database.get("runs", RUN));
  }

  /** @param {SavedRun} run */
  saveRun(run) {
    return this.#use((database) => database.put("runs", run, RUN));
  }

  dropRun() {
    return this.#use((database) => database.delete("runs", RUN));
  }

  /** All models, the oldest first. @returns {Promise<SavedModel[]>} */
  async models() {
    const models = /** @type {SavedModel[]} */ (await this.#use((database) => database.getAll("models")));
    return models.sort((a, b) => a.added - b.added);
  }

  /** @param {SavedModel} model */
  saveModel(model) {
    return this.#use((database) => database.put("models", model));
  }

  /** @param {string} id */
  dropModel(id) {
    return this.#use((database) => database.delete("models", id));
  }

  /** @template T @param {(database: IDBPDatabase) => Promise<T>} task @returns {Promise<T>} */
  async #use(task) {
    try {
      this.#database ??= inTime(openDB("safr", 1, {
        upgrade(database) {
          database.createObjectStore("runs");
          database.createObjectStore("models", { keyPath: "id" });
        },
      }));
      return await inTime(task(await this.#database));
    } catch (cause) {
      this.#database = undefined;
      throw unavailable(cause);
    }
  }
}

const SILENT = "This browser’s storage does not answer.";

/** What `wait` gives, unless it takes too long. @template T @param {Promise<T>} wait @returns {Promise<T>} */
async function inTime(wait) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  const stuck = new Promise((_, reject) => {
    silence = setTimeout(reject, ANSWERS_WITHIN, SILENT);
  });
  try {
    return await Promise.race([wait, stuck]);
  } finally {
    clearTimeout(silence);
  }
}

/** @param {unknown} cause @returns {Problem} */
function unavailable(cause) {
  const hint = "Everything works, but is lost when the page is closed or reloaded: download what you want to keep.";
  if (cause === SILENT) return { kind: "storage", message: SILENT, hint };
  const full = cause instanceof Error && cause.name === "QuotaExceededError";
  return {
    kind: "storage",
    message: full ? "This browser has no room left to keep models and runs." : "This browser stores nothing here.",
    hint: full ? hint : `${hint} ${verbatim(cause)}`,
  };
}

/** An id that no other of the user's own models has, also over http, where browsers have no `crypto.randomUUID`. */
export const freshId = () => `own-${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, "0")}`;
