// @ts-check
/** Light or dark: as the system is set, until a person chooses otherwise. */

import { readPalette } from "./charts/palette.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { State } from "./state.js" */

const system = matchMedia("(prefers-color-scheme: dark)");

/** @param {State["theme"]} theme */
export const isDark = (theme) => (theme === "auto" ? system.matches : theme === "dark");

/** The other look; where that is the system's own, it follows the system again. @param {State["theme"]} theme @returns {State["theme"]} */
export function otherTheme(theme) {
  const dark = !isDark(theme);
  if (dark === system.matches) return "auto";
  return dark ? "dark" : "light";
}

/** Puts the page into its colours, and hands those on to whoever draws by script. */
export class Dress {
  #root = document.documentElement;
  /** @type {State["theme"]} */
  #chosen = "auto";

  /** @param {(palette: Palette) => void} changed is told the colours from now on */
  constructor(changed) {
    this.changed = changed;
    system.addEventListener("change", () => this.changed(readPalette()));
    addEventListener("beforeprint", () => this.#wear("light")); // Paper is.
    addEventListener("afterprint", () => this.#wear(this.#chosen));
  }

  /** @param {State["theme"]} theme */
  show(theme) {
    this.#chosen = theme;
    this.#wear(theme);
  }

  /** @param {State["theme"]} theme */
  #wear(theme) {
    if (this.#root.dataset.theme === theme) return;
    this.#root.dataset.theme = theme;
    this.changed(readPalette());
  }
}
