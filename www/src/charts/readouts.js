// @ts-check
/** What the charts say about a neuron, a word or a pair of words that is pointed at. */

import { amount, brief, exact, fine, label, percent, plural, tenths } from "../format.js";
import { bar, html } from "../html.js";
import { column, row, strongest } from "./view.js";

/** @import { View } from "./view.js" */

/** How many owners of a neuron are named. */
const OWNERS = 6;

/** How many partners of a word are named, and the least value that is worth naming. */
const PARTNERS = 5;
const WORTH = 0.005;

/** A name, a number and a bar. @param {string} name @param {string} number @param {number} part @param {string} [says] next to them */
const item = (name, number, part, says) =>
  html("li", {}, html("span", { class: "name", dir: "auto" }, name), html("span", { class: "number" }, number), ...(says ? [html("span", { class: "said" }, says)] : []), bar(part));

/** An item whose bar goes one way or the other. @param {string} name @param {number} value @param {number} most */
function signedItem(name, value, most) {
  const element = item(name, amount(value), Math.abs(value) / Math.max(most, 1e-9));
  element.classList.add(value < 0 ? "against" : "for");
  return element;
}

/** @param {View} view @param {number} neuron */
function ownersOf({ explanation: { allocation }, words }, neuron) {
  const said = column(allocation.evidence, neuron);
  const owners = strongest(column(allocation.shares, neuron), OWNERS);
  return owners.map(({ place, value }) => ({ name: label(words[place], 16), value, said: said[place] }));
}

/** @param {View} view @param {number} neuron */
function titleOf({ explanation: { allocation, prediction } }, neuron) {
  const served = brief(allocation.polysemanticity[neuron]);
  const vote = prediction?.classes[allocation.votes[neuron]] ?? "";
  return /** @type {const} */ ([`Neuron ${allocation.neurons[neuron]}`, ` votes for ${vote} and serves ${served} words in effect (its polysemanticity)`]);
}

/** A neuron and its owners, in a sentence. @param {View} view @param {number} neuron */
export const neuronInWords = (view, neuron) =>
  `${titleOf(view, neuron).join("")}: ${ownersOf(view, neuron).map(({ name, value, said }) => `${name} ${percent(value)}, says ${fine(said)}`).join("; ")}`;

/** A neuron and its owners, with bars. @param {View} view @param {number} neuron */
export function describeNeuron(view, neuron) {
  const [name, serves] = titleOf(view, neuron);
  const owners = ownersOf(view, neuron).map(({ name: owner, value, said }) => item(owner, percent(value), value, `says ${fine(said)}`));
  return [html("p", {}, html("strong", {}, name), serves), html("ul", { class: "owners" }, ...owners)];
}

/** What a word owns, and with whom it shares most. @param {View} view @param {number} word */
export function describeOwnership({ explanation, words }, word) {
  const { neurons, owned, capacity, decides } = explanation.words[word];
  const [faded, shared] = [explanation.interaction.faded, explanation.interaction.shared].map((matrix) => row(matrix, word));
  const partners = strongest(faded, 3, (place) => place !== word).map(({ place }) => `“${label(words[place], 16)}” (${brief(shared[place])})`);
  const owns = ` owns ${tenths(neurons)} neurons in total, which say ${percent(decides)} of all that is said, and is the largest owner of ${plural(owned, "neuron")}; capacity ${exact(capacity)}.`;
  return [
    html("p", {}, html("strong", { dir: "auto" }, `“${label(words[word], 24)}”`), owns),
    html("p", {}, partners.length > 0 ? `Shares most neurons with ${partners.join(", ")}. ` : "Shares none of them. ", explanation.sentences.places[word] ?? ""),
  ];
}

/** What two words have to do with each other, in sentences. @param {View} view @param {number} at @param {number} other */
export function describePair({ explanation, words }, at, other) {
  const { sharing, evidence_sharing, shared, cosine, attention, contribution } = explanation.interaction;
  const [first, second] = [at, other].map((place) => `“${label(words[place], 20)}”`);
  const there = exact(row(attention, at)[other]);
  const back = exact(row(attention, other)[at]);
  const [here, from] = [row(contribution, at)[other], row(contribution, other)[at]].map(amount);
  if (at === other) return [`${first} attends to itself with ${there}, and brings ${here} to its own place.`];
  return [
    `${first} and ${second}: sharing ${exact(row(sharing, at)[other])}, ${brief(row(shared, at)[other])} neurons in common; by what these say ${exact(row(evidence_sharing, at)[other])} (cosine of their neurons ${exact(row(cosine, at)[other])}).`,
    `${first} attends to ${second} with ${there}, and ${second} to ${first} with ${back}.`,
    `${second} brings ${here} to the place of ${first}, and ${first} brings ${from} to that of ${second}.`,
  ];
}

/** Whom a word shares neurons with and attends to; or what it brings to the places, as the colours show. @param {View} view @param {number} word */
export function describePartners({ explanation, words, extent, look }, word) {
  const { shared, faded, attention, contribution } = explanation.interaction;
  const part = (/** @type {string} */ title, /** @type {Float32Array} */ values, /** @type {(name: string, value: number, place: number) => HTMLElement} */ write) => {
    const partners = strongest(values, PARTNERS, (place) => (place !== word || write === brought) && Math.abs(values[place]) >= WORTH);
    const items = partners.map(({ place, value }) => write(label(words[place], 16), value, place));
    return html("div", {}, html("p", {}, title), html("ul", { class: "owners" }, ...items));
  };
  const common = (/** @type {string} */ name, /** @type {number} */ value, /** @type {number} */ place) => item(name, brief(row(shared, word)[place]), value);
  const plain = (/** @type {string} */ name, /** @type {number} */ value) => item(name, brief(value), value);
  const brought = (/** @type {string} */ name, /** @type {number} */ value) => signedItem(name, value, extent.brought);
  const name = `“${label(words[word], 20)}”`;
  if (look.interaction === "contribution") {
    return [
      part(`${name} brings to the place of`, column(contribution, word), brought),
      part(`brought to the place of ${name} by`, row(contribution, word), brought),
    ];
  }
  return [part(`Neurons that ${name} shares with`, row(faded, word), common), part(`${name} attends to`, row(attention, word), plain)];
}
