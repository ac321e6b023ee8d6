// @ts-check
/** Keeps what the page made as a file. */

import { html } from "./html.js";

/** @param {string} name @param {Blob} content */
export function save(name, content) {
  const address = URL.createObjectURL(content);
  html("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // The browser may ask where to put it first.
}
