// @ts-check
/** The ways of writing labelled texts, by name, for people to choose from. */

/** @import { Layout } from "../tuning-protocol.js" */

const DELIMITERS = new Map([[",", "comma"], [";", "semicolon"], ["\t", "tab"], ["|", "bar"]]);

/** @param {Layout} layout */
export function layoutName(layout) {
  if (layout.kind === "json-lines") return "JSON lines";
  if (layout.kind === "prefixed") return "__label__ lines";
  return `${DELIMITERS.get(layout.delimiter) ?? layout.delimiter}-separated`;
}

/** The layout that was recognised or chosen, and what else there is. @param {Layout} now @returns {Layout[]} */
export function layouts(now) {
  const header = now.kind === "delimited" ? now.header : true;
  /** @type {Layout[]} */
  const others = [
    ...[...DELIMITERS.keys()].map((delimiter) => ({ kind: /** @type {const} */ ("delimited"), delimiter, quotes: delimiter !== "\t", header })),
    { kind: "json-lines" },
    { kind: "prefixed" },
  ];
  return [now, ...others.filter((other) => layoutName(other) !== layoutName(now))];
}
