// @ts-check
/** Texts to start from, each for something that a classifier can get wrong, and a set of labelled ones. */

import { csvParseRows } from "d3-dsv";

import { download } from "./download.js";

/** The labelled texts that come with the page: their classes, then the texts. */
export const SAMPLE_SET = "film-remarks.csv";

/** @type {readonly {name: string, text: string}[]} */
export const samples = [
  { name: "not bad, but …", text: "Not a bad film, but far from the great one it promised to be." },
  { name: "negation", text: "I did not enjoy a single minute of it." },
  { name: "praise", text: "A warm, funny and quietly moving story." },
  { name: "neither nor", text: "It isn't bad; it isn't good either." },
  { name: "neutral", text: "The film runs for two hours and was shot in Norway." },
  { name: "looks and thought", text: "Beautiful to look at, empty to think about." },
  { name: "unknown words", text: "The plot zigzags like a squonk on a pogostick." },
  {
    name: "a long one",
    text:
      "The first half hour is slow, and the jokes that open it are older than the house it is set in, but once the " +
      "two sisters stop being polite to each other the film finds its voice: sharp, sad, often very funny, and " +
      "never cruel to the people in it, even when they deserve it.",
  },
];

/** All of these texts, one line each. */
export async function sampleLines() {
  const [, ...rows] = csvParseRows(await (await download(SAMPLE_SET)).text());
  return [...samples.map(({ text }) => text), ...rows.map(([, text]) => text)];
}
