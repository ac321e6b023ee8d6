// @ts-check
/** What is going on, in sentences: the status line and the backend line. */

import { count, milliseconds, percent, plural, sentence } from "./format.js";

/** @import { Device, Explanation } from "./protocol.js" */

/** The names of the backends. @type {Map<string, string>} */
const BACKENDS = new Map([
  ["webgpu", "WebGPU"],
  ["flex", "CPU (Flex)"],
  ["ndarray", "CPU (NdArray)"],
]);

/** What can be chosen to compute with, and how it is called. @type {[string, string][]} */
export const BACKEND_CHOICES = [["auto", "Automatic"], ...BACKENDS];

/**
 * What is going on.
 * @param {string | undefined} state of the page
 * @param {string} coming what is still on its way
 * @param {string} failed what went wrong, if something did
 * @param {Explanation | undefined} explanation what is drawn
 */
export function statusLine(state, coming, failed, explanation) {
  if (state === "error") return `${failed} See the notice above.`;
  if (state === "ready" && explanation) return `${summary(explanation)}${coming ? ` Loading ${coming} in the background.` : ""}`;
  if (coming) return `Loading ${coming} …`;
  return state === "loading" ? "Starting …" : "Explaining …";
}

/** The names of its classes, as they stand in sentences and at the beginning of one. @param {Explanation | undefined} explanation */
export function classNames(explanation) {
  const classes = explanation?.prediction?.classes ?? [];
  return [...classes, ...classes.map(capital)];
}

/** @param {Explanation} explanation */
function summary({ prediction, words, allocation, sentences }) {
  if (!prediction) return "There is no word to explain. Type a sentence.";
  if (sentences.doubt) return sentences.doubt;
  const { classes, probabilities, predicted } = prediction;
  return `${capital(classes[predicted])}, ${percent(probabilities[predicted])}: ${plural(words.length, "word")} on ${count(allocation.neurons.length)} active neurons.`;
}

/** @param {Device} device */
export const deviceName = ({ backend, adapter }) => `${BACKENDS.get(backend) ?? backend}${adapter ? ` on ${adapter}` : ""}`;

/** @param {Device} device @param {string} reason @param {number | null} time of the last explanation */
export function backendInUse(device, reason, time) {
  const last = time === null ? "" : ` The last explanation took ${milliseconds(time)}.`;
  return `${deviceName(device)}. ${sentence(reason)}${last}`;
}

/** @param {string} sentence */
const capital = (sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
