// @ts-check
/** The attention heads of the model on the left, each of which can be switched off. */

import { byId, html } from "./html.js";
import { onlyLast } from "./touch.js";

/** @import { Touch } from "./touch.js" */

export class Heads {
  root = byId("heads", HTMLElement);
  #why = html("span", { hidden: "" }, onlyLast("heads"));
  #count = 0;

  /** @param {Touch} touch */
  constructor(touch) {
    this.touch = touch;
    touch.watch(() => {
      touch.mark(this.root);
      this.#why.hidden = !touch.isLocked;
    });
  }

  /** @param {number} count of the last block's heads */
  show(count) {
    if (count === this.#count) return;
    this.#count = count;
    const heads = Array.from({ length: count }, (_, head) => {
      const button = html("button", { type: "button", class: "chip", "data-head": head, "data-part": `head:${head}`, "aria-label": `Head ${head} off` }, String(head));
      button.addEventListener("click", () => this.touch.toggle(`head:${head}`));
      return button;
    });
    this.root.replaceChildren("Switch heads off: ", ...heads, this.#why);
    this.touch.mark(this.root);
  }
}
