// @ts-check
/** Where a run can be resumed from: here, and in the browser's storage if there is any. */

/** @import { Problem } from "../protocol.js" */
/** @import { SavedRun, Vault } from "./vault.js" */

export class Progress {
  /** The run in progress, or the one whose result is neither kept nor dropped. @type {SavedRun | null} */
  saved = null;

  /** @param {Vault} vault @param {(problem: Problem) => void} unsaved */
  constructor(vault, unsaved) {
    this.vault = vault;
    this.unsaved = unsaved;
  }

  /** The run that was in progress when the page was left. */
  async load() {
    this.saved = (await this.vault.run().catch(() => null)) ?? null; // Reported when something is to be kept.
    return this.saved;
  }

  /** @param {Partial<SavedRun>} change */
  save(change) {
    const saved = /** @type {SavedRun} */ ({ ...this.saved, ...change });
    this.saved = saved;
    this.vault.saveRun(saved).catch(this.unsaved);
  }

  async drop() {
    this.saved = null;
    await this.vault.dropRun().catch(() => undefined); // What could not be kept need not be dropped.
  }
}
