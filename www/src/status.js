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

/** @param {Explanation} explanation */
export function summary({ prediction, words, allocation, sentences }) {
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
