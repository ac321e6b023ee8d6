// @ts-check
/** Why this class: the sentence, with what each word adds as a bar up or down, and all bars as one sum. */

import { amount, label, percent } from "../format.js";
import { html, spoken, tableOnDemand, tell } from "../html.js";
import { isPartOf } from "../spotlight.js";
import { Tokens } from "./tokens.js";

/** @import { Deletion, Evidence, Explanation, Margin } from "../protocol.js" */
/** @import { Spotlight, Subject } from "../spotlight.js" */
/** @import { View } from "./view.js" */

/** Letters shown of a word. */
const LETTERS = 24;

/** From this fraction of the longest bar on, a bar shows its number without being pointed at. */
const NUMBERED = 0.2;

/** Below this fraction a bar is a mere hairline, and should not look like more. */
const FAINT = 0.03;

/** From these fractions of a row's length on, a piece of the sum is drawn separately, and named. */
const SEEN = 0.004;
const NAMED = 0.06;

/** Texts with more words have shorter bars, to stay in sight. */
const MANY = 40;

const HINT = "Point at a word, or move through the words with the arrow keys, to see what it does and what the model says without it.";

/**
 * Something that has a part in the prediction: a word, or one of the other parts.
 * @typedef {object} Share
 * @property {Subject} subject
 * @property {string} name
 * @property {number} amount
 * @property {string} says
 */

export class EvidenceChart {
  /** @type {View | null} */
  #view = null;
  /** @type {Share[]} */
  #shares = [];
  /** The bars of the sum, and what each stands for. @type {{piece: HTMLElement, subject: Subject}[]} */
  #pieces = [];
  /** What is known of deleting a word of this text. @type {Map<number, Deletion>} */
  #deletions = new Map();

  /** @param {HTMLElement} root @param {string} panel @param {Spotlight} spotlight */
  constructor(root, panel, spotlight) {
    this.root = root;
    this.spotlight = spotlight;
    const line = html("div", { class: "line", dir: "auto" });
    this.tokens = new Tokens(line, "What each word adds", spotlight);
    this.says = html("span", { "aria-hidden": "true" });
    // Comes later than the rest, so it has to be read aloud separately; once is enough.
    this.deleted = html("span", panel === "main" ? { role: "status" } : { "aria-hidden": "true" });
    this.readout = html("p", { class: "readout" }, this.says, this.deleted);
    this.balance = html("div", { class: "balance", "aria-hidden": "true", translate: "no" });
    this.sum = html("p", { class: "sum" });
    this.remarks = html("p", { class: "remark" });
    this.table = tableOnDemand("The same as a table", ["Word", "Contribution", "Evidence at its place"]);
    root.classList.add("evidence");
    root.append(line, this.readout, this.balance, this.sum, this.remarks, this.table.element);
    const under = (/** @type {EventTarget | null} */ target) =>
      (target instanceof Element && this.#pieces.find(({ piece }) => piece === target.closest(".piece"))?.subject) || null;
    this.balance.addEventListener("pointerover", ({ target }) => this.spotlight.point(under(target)));
    this.balance.addEventListener("pointerleave", () => this.spotlight.point(null));
    this.balance.addEventListener("click", ({ target }) => {
      const subject = under(target);
      if (subject) this.spotlight.pin(subject);
    });
  }

  /** @param {View} view @param {Subject | null} subject */
  draw(view, subject) {
    this.#view = view;
    this.#deletions.clear();
    this.#name(view.explanation);
    this.#shares = sharesOf(view);
    const tokens = this.#shares.map((share, place) => this.#token(view, share, place));
    this.root.classList.toggle("empty", view.words.length === 0);
    this.root.classList.toggle("many", view.words.length > MANY);
    this.tokens.show(tokens, this.#shares.map((share) => share.subject), tokens);
    this.#weigh(view.explanation);
    this.#say(view);
    this.highlight(subject);
  }

  /** @param {Subject | null} subject */
  highlight(subject) {
    this.tokens.choose((token) => isPartOf(token, subject));
    for (const { piece, subject: own } of this.#pieces) piece.classList.toggle("chosen", isPartOf(own, subject));
    const share = this.#shares.find(({ subject: own }) => subject?.kind !== "pair" && isPartOf(own, subject));
    const deletion = subject?.kind === "word" ? this.#deletions.get(subject.word) : undefined;
    const nothing = this.#shares.length === 0;
    const classes = this.#view?.explanation.evidence?.classes ?? [];
    this.says.replaceChildren(...(share ? sentence(share, !deletion, classes) : [nothing ? "" : HINT]));
    tell(this.deleted, deletion ? `; ${deletion.says}.` : "", classes);
    this.readout.classList.toggle("hint", !share);
    if (deletion) this.readout.dataset.without = String(deletion.probability);
    else delete this.readout.dataset.without;
  }

  /** Whether it is known how the answer changes without a word. @param {number} word */
  knows(word) {
    return this.#view === null || this.#deletions.has(word);
  }

  /** Takes in how the answer changes without a word. @param {number} word @param {Deletion} deletion */
  tell(word, deletion) {
    this.#deletions.set(word, deletion);
    this.highlight(this.spotlight.subject);
  }

  /** What scripts may rely on. @param {Explanation} explanation */
  #name({ evidence }) {
    const { dataset } = this.root;
    for (const name of ["class", "margin", "bias", "positions", "padding", "past"]) delete dataset[name];
    if (!evidence) return;
    const { classes, margin: { class: predicted, total, bias, positions, padding, past } } = evidence;
    dataset.class = classes[predicted];
    for (const [name, value] of Object.entries({ margin: total, bias, positions, padding, past })) dataset[name] = String(value);
  }

  /** @param {View} view @param {Share} share @param {number} place */
  #token({ explanation, words, extent }, { subject, name, amount: value, says }, place) {
    const isWord = subject.kind === "word";
    const word = explanation.words[place];
    const size = Math.abs(value) / Math.max(extent.contribution, 1e-9);
    const is = {
      word: isWord,
      part: !isWord,
      first: place === words.length,
      unknown: isWord && !word.known,
      for: value >= 0,
      against: value < 0,
      faint: size < FAINT,
      numbered: size >= NUMBERED,
    };
    const token = html(
      "span",
      {
        class: Object.entries(is).flatMap(([name, holds]) => (holds ? [name] : [])).join(" "),
        "data-amount": amount(value),
        "aria-label": `${isWord ? `“${label(name, 40)}” ` : ""}${says}`,
        "data-word": isWord ? words[place] : null,
        "data-evidence": isWord ? word.evidence : null,
        "data-contribution": isWord ? word.contribution : null,
      },
      label(name, LETTERS),
    );
    token.style.setProperty("--size", String(size));
    return token;
  }

  /** The sum: what goes towards the class is as long as what goes against it plus what is left. @param {Explanation} explanation */
  #weigh({ evidence, prediction }) {
    this.#pieces = [];
    if (!evidence || !prediction) return this.balance.replaceChildren();
    const { class: predicted, total } = evidence.margin;
    const largestFirst = [...this.#shares].sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
    const [towards, against] = [1, -1].map((way) => largestFirst.filter((share) => way * share.amount > 0));
    const length = lengthOf(towards);
    this.balance.replaceChildren(
      html("p", {}, html("span", {}, "towards ", html("bdi", {}, label(evidence.classes[predicted], LETTERS)))),
      html("div", { class: "stack for" }, ...this.#stack(towards, length)),
      html("p", {}, html("span", {}, "against it"), html("strong", {}, `what is left: ${amount(total)} → ${percent(prediction.probabilities[predicted])}`)),
      html("div", { class: "stack against" }, ...this.#stack(against, length), piece("left", total)),
      ...voices(evidence.margin),
    );
  }

  /** A row of the sum; shares too small to be seen separately form one piece. @param {Share[]} shares @param {number} length of a row */
  #stack(shares, length) {
    const apart = shares.filter(({ amount: value }) => Math.abs(value) >= SEEN * length);
    const rest = shares.slice(apart.length);
    const pieces = apart.map(({ subject, name, amount: value }) => {
      const one = piece(subject.kind, value);
      if (Math.abs(value) >= NAMED * length) one.append(html("bdi", {}, label(name, 12)));
      this.#pieces.push({ piece: one, subject });
      return one;
    });
    return rest.length > 0 ? [...pieces, piece("rest", lengthOf(rest))] : pieces;
  }

  /** @param {View} view */
  #say({ explanation, words }) {
    const { sentences, evidence } = explanation;
    tell(this.sum, sentences.sum ?? (words.length === 0 ? "Without words, there is nothing to explain." : ""), evidence?.classes);
    tell(this.remarks, sentences.remarks.join(" "));
    this.table.show(() => (evidence ? [...explanation.words.map((word, place) => [label(words[place], 40), amount(word.contribution), amount(word.evidence)]), ...restOf(explanation, evidence)] : []));
  }
}

/** What has a part in the prediction: the words, then the rest. @param {View} view @returns {Share[]} */
function sharesOf({ explanation: { words, sentences }, words: names }) {
  const ofWords = words.map(({ contribution }, word) => ({
    subject: /** @type {Subject} */ ({ kind: "word", word }),
    name: names[word],
    amount: contribution,
    says: sentences.words[word] ?? "",
  }));
  const others = sentences.parts.map(({ title, amount: value, says }) => ({
    subject: /** @type {Subject} */ ({ kind: "part", title }),
    name: title,
    amount: value,
    says,
  }));
  return [...ofWords, ...others];
}

/** @param {Share} share @param {boolean} ends whether nothing follows it @param {string[]} classes */
function sentence({ subject, name, says }, ends, classes) {
  const stop = ends ? "." : "";
  if (subject.kind !== "word") return spoken(`${says.charAt(0).toUpperCase()}${says.slice(1)}${stop}`, classes);
  return [html("strong", {}, "“", html("bdi", {}, label(name, LETTERS)), "”"), ...spoken(` ${says}${stop}`, classes)];
}

/** @param {Share[]} shares */
const lengthOf = (shares) => shares.reduce((sum, { amount: value }) => sum + Math.abs(value), 0);

/** A piece of a row, as long as its value, whatever the row's length. @param {string} kind @param {number} value */
function piece(kind, value) {
  const element = html("span", { class: `piece ${kind}` });
  element.style.setProperty("flex-grow", String(1e6 * Math.abs(value)));
  return element;
}

/** Who says it, where not all of it is said by the neurons. @param {Margin} margin */
function voices({ neurons, past, head_bias }) {
  if (past === 0) return [];
  const all = /** @type {const} */ ([["the neurons", neurons], ["past the neurons", past], ["bias", head_bias]]);
  const bars = all.map(([name, value]) => {
    const bar = piece(value < 0 ? "against" : "for", value);
    bar.append(`${name} ${amount(value)}`);
    bar.title = `${name} ${amount(value)}`;
    return bar;
  });
  return [html("p", {}, html("span", {}, "said by")), html("div", { class: "voices" }, ...bars)];
}

/** Rows of the table behind the words. @param {Explanation} explanation @param {Evidence} evidence */
function restOf({ sentences }, { margin }) {
  /** @type {{[title: string]: number}} */
  const atPlaces = { biases: margin.head_bias, padding: margin.padding_places, "special tokens": margin.padding_places };
  const parts = sentences.parts.map(({ title, amount: value }) => [title, amount(value), title in atPlaces ? amount(atPlaces[title]) : ""]);
  const past = margin.past === 0 ? [] : [["past the neurons", "", amount(margin.past)]];
  return [...parts, ...past, ["in all", amount(margin.total), amount(margin.total)]];
}
