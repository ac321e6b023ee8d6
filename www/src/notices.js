// @ts-check
/** Errors in plain words, each shown once, with what to do next. */

import { sentence } from "./format.js";
import { focusFirst, html, spoken } from "./html.js";

/** @import { Problem } from "./protocol.js" */

/** @typedef {{label: string, act: () => void} | {label: string, href: string}} Remedy a button, or a link to a page of its own */

export class Notices {
  /** What had the focus when a notice came. @type {WeakMap<Element, Element | null>} */
  #before = new WeakMap();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    root.tabIndex = -1;
  }

  /**
   * Shows `problem`; it replaces an earlier one of the same kind.
   * @param {Problem} problem
   * @param {Remedy} [remedy] what may help
   */
  show(problem, remedy) {
    const before = document.activeElement;
    this.clear(problem.kind);
    const { hint = "" } = problem;
    const close = html("button", { type: "button", class: "quiet close", "aria-label": "Dismiss" }, "×");
    const notice = html(
      "div",
      { class: "notice", "data-kind": problem.kind },
      html("p", {}, html("strong", {}, ...spoken(sentence(problem.message))), " ", ...spoken(sentence(hint))),
    );
    close.addEventListener("click", () => this.#remove(notice));
    if (remedy) notice.append(control(remedy));
    notice.append(close);
    this.root.append(notice);
    this.#before.set(notice, before);
  }

  /** The same as a question: the remedy gets the focus. @param {Problem} problem @param {Remedy} remedy */
  ask(problem, remedy) {
    this.show(problem, remedy);
    focusFirst(this.root.lastElementChild?.querySelector("button"));
  }

  /** Takes away the notice of this kind. @param {string} kind */
  clear(kind) {
    for (const notice of [...this.root.children]) {
      if (notice instanceof HTMLElement && notice.dataset.kind === kind) this.#remove(notice);
    }
  }

  clearAll() {
    for (const notice of [...this.root.children]) this.#remove(notice);
  }

  /** The focus is not lost with it. @param {Element} notice */
  #remove(notice) {
    const focused = notice.contains(document.activeElement);
    notice.remove();
    if (focused) focusFirst(this.#before.get(notice), this.root);
  }
}

/** @param {Remedy} remedy */
function control(remedy) {
  if ("href" in remedy) return html("a", { href: remedy.href, target: "_blank", rel: "noopener" }, remedy.label);
  const button = html("button", { type: "button" }, remedy.label);
  button.addEventListener("click", remedy.act);
  return button;
}
