// @ts-check
/** The ways of writing labelled texts, by name, for people to choose from. */

/** @import { Layout } from "../tuning-protocol.js" */

const DELIMITERS = new Map([[",", "comma"], [";", "semicolon"], ["\t", "tab"], ["|", "bar"]]);

/** @param {Layout} layout */
export function layoutName(layout) {
  if (layout.kind === "json-lines") return "JSON lines";
  if (layout.kind === "prefixed") return "__label__ lines";
  return `${DELIMITERS.get(layout.delimiter) ?? layout.delimiter}-separated${layout.quotes ? "" : ", quotes as plain characters"}`;
}

/** The layout that was recognised or chosen, and all others. @param {Layout} now @returns {Layout[]} */
export function layouts(now) {
  const header = now.kind === "delimited" ? now.header : true;
  /** @type {Layout[]} */
  const all = [
    now,
    ...(now.kind === "delimited" ? [{ ...now, quotes: !now.quotes }] : []),
    ...[...DELIMITERS.keys()].map((delimiter) => ({ kind: /** @type {const} */ ("delimited"), delimiter, quotes: true, header })),
    { kind: "json-lines" },
    { kind: "prefixed" },
  ];
  return [...new Map(all.map((layout) => [layoutName(layout), layout])).values()];
}
