// @ts-check
/** What the charts say of a neuron, a word or a pair of words when one points at it. */

import { brief, exact, label, percent, plural, tenths } from "../format.js";
import { bar, html } from "../html.js";
import { column, row, strongest } from "./view.js";

/** @import { View } from "./view.js" */

/** Owners named of a neuron. */
const OWNERS = 6;

/** Partners named of a word, and what they must have to be worth it. */
const PARTNERS = 5;
const WORTH = 0.005;

/** A name, a number and a bar. @param {string} name @param {string} number @param {number} part */
const item = (name, number, part) =>
  html("li", {}, html("span", { class: "name", dir: "auto" }, name), html("span", { class: "number" }, number), bar(part));

/** @param {View} view @param {number} neuron */
const ownersOf = ({ explanation, words }, neuron) =>
  strongest(column(explanation.allocation.shares, neuron), OWNERS).map(({ place, value }) => ({ name: label(words[place], 16), value }));

/** @param {View} view @param {number} neuron */
function titleOf({ explanation: { allocation } }, neuron) {
  const served = brief(allocation.polysemanticity[neuron]);
  return /** @type {const} */ ([`Neuron ${allocation.neurons[neuron]}`, ` serves ${served} words in effect (its polysemanticity)`]);
}

/** A neuron and its owners, in a sentence. @param {View} view @param {number} neuron */
export const neuronInWords = (view, neuron) =>
  `${titleOf(view, neuron).join("")}: ${ownersOf(view, neuron).map(({ name, value }) => `${name} ${percent(value)}`).join(", ")}`;

/** A neuron and its owners, with bars. @param {View} view @param {number} neuron */
export function describeNeuron(view, neuron) {
  const [name, serves] = titleOf(view, neuron);
  const owners = ownersOf(view, neuron).map(({ name: owner, value }) =>
    item(owner, percent(value), value),
  );
  return [html("p", {}, html("strong", {}, name), serves), html("ul", { class: "owners" }, ...owners)];
}

/** What a word owns, and shares most. @param {View} view @param {number} word */
export function describeOwnership({ explanation, words }, word) {
  const { neurons, owned, capacity } = explanation.words[word];
  const sharing = row(explanation.interaction.sharing, word);
  const partners = strongest(sharing, 3, (place) => place !== word).map(({ place, value }) => `“${label(words[place], 16)}” (${brief(value)})`);
  const owns = ` owns ${tenths(neurons)} neurons in sum and is the largest owner of ${plural(owned, "neuron")}; capacity ${exact(capacity)}.`;
  return [
    html("p", {}, html("strong", { dir: "auto" }, `“${label(words[word], 24)}”`), owns),
    html("p", {}, partners.length > 0 ? `Shares most with ${partners.join(", ")}.` : "Shares none of them."),
  ];
}

/** What two words have to do with each other, in sentences. @param {View} view @param {number} at @param {number} other */
export function describePair({ explanation, words }, at, other) {
  const { sharing, cosine, attention } = explanation.interaction;
  const [first, second] = [at, other].map((place) => `“${label(words[place], 20)}”`);
  const there = exact(row(attention, at)[other]);
  const back = exact(row(attention, other)[at]);
  if (at === other) return [`${first} attends to itself with ${there}.`];
  return [
    `${first} and ${second}: sharing ${exact(row(sharing, at)[other])} (cosine of their neurons ${exact(row(cosine, at)[other])}).`,
    `${first} attends to ${second} with ${there}, and ${second} to ${first} with ${back}.`,
  ];
}

/** Whom a word shares neurons with, and what it attends to. @param {View} view @param {number} word */
export function describePartners({ explanation, words }, word) {
  const { sharing, attention } = explanation.interaction;
  const part = (/** @type {string} */ title, /** @type {Float32Array} */ values) => {
    const partners = strongest(values, PARTNERS, (place) => place !== word && values[place] >= WORTH);
    const items = partners.map(({ place, value }) =>
      item(label(words[place], 16), brief(value), value),
    );
    return html("div", {}, html("p", {}, title), html("ul", { class: "owners" }, ...items));
  };
  const name = `“${label(words[word], 20)}”`;
  return [part(`${name} shares with`, row(sharing, word)), part(`${name} attends to`, row(attention, word))];
}
