// @ts-check
/** The models' cards: how each model was made, in its makers' words. */

import { html, spoken } from "./html.js";

/** @import { ModelInfo } from "./protocol.js" */

const figure = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, useGrouping: false });

/** Fields of a card that are for programs: the objective and the command say the same in words. */
const FOR_PROGRAMS = ["losses", "recipe", "data_sha256"];

/** @param {ModelInfo} info */
export function card({ id, title, card: content }) {
  const entries = flat(content).flatMap(([name, value]) => [html("dt", {}, name), html("dd", { translate: "no" }, value)]);
  return html("details", { id: `card-${id}` }, html("summary", {}, ...spoken(`About the model “${title}”`)), html("dl", { class: "card" }, ...entries));
}

/**
 * The fields of a card and of the cards within it, as name and text.
 * @param {object} content
 * @param {string} [within]
 * @returns {[string, string][]}
 */
function flat(content, within = "") {
  const fields = content instanceof Map ? [...content] : Object.entries(content);
  return fields.flatMap(([name, value]) => {
    const path = `${within}${String(name).replaceAll("_", " ")}`;
    if (value === null || value === undefined || FOR_PROGRAMS.includes(String(name))) return [];
    if (Array.isArray(value)) return [[path, value.join(", ")]];
    if (typeof value === "object") return flat(value, `${path}: `);
    return [[path, typeof value === "number" ? figure.format(value) : String(value)]];
  });
}
