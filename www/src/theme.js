// @ts-check
/** Light or dark: as the system is set, until a person chooses otherwise. */

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

/** @param {() => void} act when the system changes its look */
export const onSystemTheme = (act) => system.addEventListener("change", act);
