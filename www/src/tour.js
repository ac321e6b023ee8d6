// @ts-check
/** A tour of the page in six steps, for those who ask for it. */

import { showsLast, strongest } from "./charts/view.js";
import { byId, focusFirst, html, write } from "./html.js";

/** @import { Explanation } from "./protocol.js" */
/** @import { State } from "./state.js" */

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string} says
 * @property {string} at what it is about
 * @property {{label: string, view: (explanation: Explanation | undefined) => Partial<State>}} [action] what can be tried at once
 */

/** @type {Step[]} */
const STEPS = [
  { title: "Type", at: "#text", says: "Type a sentence about a film, or take a sample. The prediction follows each key; nothing leaves your browser.", action: { label: "Type one for me", view: () => ({ text: "I did not enjoy a single minute of it." }) } },
  { title: "Why", at: "#evidence", says: "Each bar is what a word adds to the predicted class, or takes from it. Together they give the probability." },
  { title: "Neurons", at: "#allocation", says: "Each column is a neuron, under the word that drives it most. SAFR’s words have neurons of their own; the plain model’s share theirs." },
  {
    title: "Switch one off",
    at: "#allocation",
    says: "Click a column, or one of the neurons below the chart, to switch it off, and see what that does to the answer. Ctrl+Z brings it back.",
    action: { label: "Switch off the one that says most", view: (explanation) => (explanation && !showsLast(explanation) ? { layer: "" } : { without: loudest(explanation) }) },
  },
  { title: "Compare", at: "#beside", says: "A second model, or the same one before you changed it, is shown beside the first. Choose which, or nothing.", action: { label: "Put everything back", view: () => ({ without: "", beside: "auto" }) } },
  { title: "Teach it yours", at: "#tuning-title", says: "Give it a few hundred texts with your own labels, and it learns them here, in this browser. A sample set is at hand." },
];

/** The neuron that says most, as a change. @param {Explanation | undefined} explanation */
function loudest(explanation) {
  const [most] = explanation ? strongest(explanation.allocation.said, 1) : [];
  return most && explanation ? `neuron:${explanation.allocation.neurons[most.place]}` : "";
}

export class Tour {
  #begin = byId("tour", HTMLButtonElement);
  #title = html("strong", { id: "tour-title" });
  #count = html("span", { class: "remark" });
  #text = html("p");
  #try = html("button", { type: "button", id: "tour-try" });
  #back = html("button", { type: "button" }, "Back");
  #next = html("button", { type: "button", class: "main", id: "tour-next" });
  #close = html("button", { type: "button", class: "quiet", id: "tour-end" }, "End the tour");
  root = html("div", { id: "tour-step", class: "tour", role: "dialog", "aria-labelledby": "tour-title", hidden: "" },
    html("p", {}, this.#title, " ", this.#count), this.#text,
    html("p", { class: "buttons" }, this.#try, " ", this.#back, " ", this.#next, " ", this.#close));
  #at = 0;

  /** @param {(view: Partial<State>) => void} change @param {() => Explanation | undefined} explanation what the main panel shows */
  constructor(change, explanation) {
    document.body.append(this.root);
    this.#begin.addEventListener("click", () => this.#show(0));
    this.#back.addEventListener("click", () => this.#show(this.#at - 1));
    this.#next.addEventListener("click", () => (this.#at + 1 < STEPS.length ? this.#show(this.#at + 1) : this.#end()));
    this.#try.addEventListener("click", () => change(STEPS[this.#at].action?.view(explanation()) ?? {}));
    this.#close.addEventListener("click", () => this.#end());
    this.root.addEventListener("keydown", ({ key }) => key === "Escape" && this.#end());
  }

  /** @param {number} at */
  #show(at) {
    this.#mark(false);
    this.#at = at;
    const { title, says, action } = STEPS[at];
    write(this.#title, title);
    write(this.#count, `${at + 1} of ${STEPS.length}`);
    write(this.#text, says);
    write(this.#try, action?.label ?? "");
    this.#try.hidden = !action;
    this.#back.disabled = at === 0;
    write(this.#next, at + 1 < STEPS.length ? "Next" : "Done");
    this.root.hidden = false;
    this.#mark(true);
    this.#next.focus({ preventScroll: true });
  }

  /** Shows what the step is about. @param {boolean} holds */
  #mark(holds) {
    const target = document.querySelector(STEPS[this.#at].at);
    target?.classList.toggle("toured", holds);
    if (holds) target?.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  #end() {
    this.#mark(false);
    this.root.hidden = true;
    focusFirst(this.#begin);
  }
}
