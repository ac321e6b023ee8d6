// @ts-check
/** Things to try: each sets the page to a view in which something is to be seen. */

import { byId, html } from "./html.js";

/** @import { State } from "./state.js" */

/** @typedef {{name: string, says: string, view: Partial<State>}} Experiment */

/** @type {Experiment[]} */
const EXPERIMENTS = [
  {
    name: "a “not”",
    says: "The earlier text stays pinned: the report shows what the word “not” changes.",
    view: { model: "sst2-safr", pinned: "It is a good film.", text: "It is not a good film." },
  },
  {
    name: "shared neurons",
    says: "“it” and “promised” share neurons in the SAFR model: the pair is held in the charts.",
    view: { model: "sst2-safr", text: "Not a bad film, but far from the great one it promised to be.", held: "pair:11,12" },
  },
  {
    name: "what the plain model does",
    says: "In the plain model most words share most neurons.",
    view: { model: "sst2-plain", text: "A warm, funny and quietly moving story." },
  },
  {
    name: "closing the gate",
    says: "The gate is closed for “bad”: the report shows what is lost with it.",
    view: { model: "sst2-safr", text: "Not a bad film, but far from the great one it promised to be.", without: "word:2" },
  },
];

/** @param {(view: Partial<State>) => void} show */
export function offerExperiments(show) {
  const told = html("p", { class: "remark", role: "status", id: "experiment-told" });
  const chips = EXPERIMENTS.map(({ name, says, view }) => {
    const chip = html("button", { type: "button", class: "chip" }, name);
    chip.addEventListener("click", () => {
      show(view);
      told.textContent = says;
    });
    return chip;
  });
  const row = byId("experiments", HTMLElement);
  row.append(...chips);
  row.after(told);
}
