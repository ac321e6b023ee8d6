// @ts-check
/** What a change did: the model with parts switched off, or an edited text, beside what it was before. */

import { amount, label } from "./format.js";
import { byId, html, tableOnDemand, write } from "./html.js";

/** @import { Change, Explanation } from "./protocol.js" */

export class ChangeReport {
  root = byId("change", HTMLElement);
  #says = html("p", { role: "status", translate: "no" });
  #words = html("p", { class: "edited", dir: "auto", translate: "no" });
  #table = tableOnDemand("Word by word", ["Word", "Contribution before", "After", "Change", "Said at its place"]);

  constructor() {
    this.root.append(this.#says, this.#words, this.#table.element);
  }

  hide() {
    this.root.hidden = true;
  }

  /** @param {Explanation} explanation after the change, if there was one */
  show({ change }) {
    this.root.hidden = !change;
    if (!change) return;
    write(this.#says, change.says);
    const isEdit = change.words.some(({ before, after }) => before === null || after === null);
    this.#words.hidden = !isEdit;
    if (isEdit) this.#words.replaceChildren(...change.words.flatMap((word) => [marked(word), " "]));
    this.#table.show(() => rows(change));
  }
}

/** A word of either text: struck out if it is gone, underlined if it is new. @param {Change["words"][number]} word */
function marked({ text, before, after }) {
  const shown = label(text, 24);
  if (after === null) return html("del", {}, shown);
  return before === null ? html("ins", {}, shown) : shown;
}

/** @param {Change} change */
function rows({ words, margins, gain, rest }) {
  const of = (/** @type {Change["words"][number]} */ { text, before, after, contributions: [was, is], gain, said }) => [
    label(text, 40),
    before === null ? "–" : amount(was),
    after === null ? "–" : amount(is),
    amount(gain),
    amount(said),
  ];
  return [...words.map(of), ["everything else", "", "", amount(rest), ""], ["in all", amount(margins[0]), amount(margins[1]), amount(gain), ""]];
}
