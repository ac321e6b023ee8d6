// @ts-check
/** Keeps a text that is too long for the address in this tab, so that a reload gives it back. */

import { LINK_TEXT_LIMIT } from "./state.js";

const KEY = "text";

/** @param {string} text as it stands in the box now */
export function keep(text) {
  try {
    if (text.length > LINK_TEXT_LIMIT) sessionStorage.setItem(KEY, text);
    else sessionStorage.removeItem(KEY);
  } catch {
    // The browser lets nothing be kept, or not so much.
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
