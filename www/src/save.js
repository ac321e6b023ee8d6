// @ts-check
/** Keeps what the page made as a file. */

import { html } from "./html.js";
import { pngOf } from "./png.js";

/** As what it can be kept. */
export const FORMS = ["svg", "png", "csv", "json"];

/** What the module writes. @type {{[form: string]: string}} */
const TYPES = { svg: "image/svg+xml", csv: "text/csv", json: "application/json" };

/** @param {string} name @param {Blob} content */
export function save(name, content) {
  const address = URL.createObjectURL(content);
  html("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // The browser may ask where to put it first.
}

/**
 * Keeps what the module writes; as `png` a picture of what it draws.
 * @param {string} stem of the file's name
 * @param {string} form
 * @param {(form: string) => Promise<string>} take
 */
export async function saveAs(stem, form, take) {
  const content = form === "png" ? await pngOf(await take("svg")) : new Blob([await take(form)], { type: TYPES[form] });
  save(`${stem}.${form}`, content);
}
