// @ts-check
/** Keeps a text that is too long for the address in this tab, so that a reload restores it. */

import { LINK_TEXT_LIMIT } from "./state.js";

const KEY = "text";

/** @param {string} text as it is in the box now */
export function keep(text) {
  try {
    if (text.length > LINK_TEXT_LIMIT) sessionStorage.setItem(KEY, text);
    else sessionStorage.removeItem(KEY);
  } catch {
    // The browser stores nothing, or not that much.
  }
}

/** The long text of this tab, if there is one. */
export function kept() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
