// @ts-check
/** Errors in plain words, each once, with what to do next. */

import { sentence } from "./format.js";
import { html } from "./html.js";

/** @import { Problem } from "./protocol.js" */

export class Notices {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /**
   * Shows `problem`; it replaces an earlier one of the same kind.
   * @param {Problem} problem
   * @param {{label: string, act: () => void}} [remedy] a button that may help
   */
  show(problem, remedy) {
    this.clear(problem.kind);
    const close = html("button", { type: "button", class: "quiet close", "aria-label": "Dismiss" }, "×");
    const notice = html(
      "div",
      { class: "notice", "data-kind": problem.kind },
      html("p", {}, html("strong", {}, sentence(problem.message)), ` ${sentence(problem.hint)}`),
    );
    close.addEventListener("click", () => notice.remove());
    if (remedy) {
      const button = html("button", { type: "button" }, remedy.label);
      button.addEventListener("click", remedy.act);
      notice.append(button);
    }
    notice.append(close);
    this.root.append(notice);
  }

  /** Takes away the notice of this kind. @param {string} kind */
  clear(kind) {
    for (const notice of [...this.root.children]) {
      if (notice instanceof HTMLElement && notice.dataset.kind === kind) notice.remove();
    }
  }

  clearAll() {
    this.root.replaceChildren();
  }
}
