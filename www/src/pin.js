// @ts-check
/** Shows what is held while the pointer and the keyboard move on, and releases it. */

import { focusFirst, html } from "./html.js";

/** @import { Panel } from "./panel.js" */
/** @import { Spotlight, Subject } from "./spotlight.js" */

/** @typedef {{label: string, act: () => void}} Action */

/** Where all of them are, one above the other. */
const place = html("div", { class: "pins" });

export class Pin {
  #name = html("span", { role: "status" });
  #release = html("button", { type: "button", class: "quiet close" }, "×");
  #actions = html("span", { class: "actions" });
  /** @type {() => Action[]} */
  #actionsFor = () => [];
  #chip = html("p", { class: "pin", translate: "no" }, this.#name, this.#actions, this.#release);

  /**
   * @param {Spotlight} spotlight
   * @param {Panel[]} panels those that it shines on
   * @param {(subject: Subject) => Action[]} [actionsFor] what can be done with what is held
   */
  constructor(spotlight, panels, actionsFor = () => []) {
    place.append(this.#chip);
    document.body.append(place);
    /** @type {Element | null} */
    let before = null;
    this.#chip.addEventListener("focusin", ({ relatedTarget }) => {
      before = relatedTarget instanceof Element ? relatedTarget : null;
    });
    this.#release.addEventListener("click", () => {
      const focused = document.activeElement === this.#release;
      spotlight.clear();
      if (focused) focusFirst(before); // The button is gone.
    });
    addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      const focused = this.#chip.contains(document.activeElement);
      spotlight.clear();
      if (focused) focusFirst(before);
    });
    spotlight.watch((subject) => {
      const name = spotlight.pinned && subject ? panels.map((panel) => panel.nameOf(subject)).find((found) => found !== null) : null;
      this.#chip.classList.toggle("held", Boolean(name));
      this.#release.setAttribute("aria-label", `Release ${name}`);
      this.#name.replaceChildren(...(name ? ["Held: ", html("bdi", {}, name)] : []));
      this.#actionsFor = () => (name && subject ? actionsFor(subject) : []);
      this.refresh();
    });
  }

  /** What can be done with what is held may have changed. */
  refresh() {
    const at = [...this.#actions.children].findIndex((button) => button === document.activeElement);
    const buttons = this.#actionsFor().map(({ label, act }) => {
      const button = html("button", { type: "button", class: "quiet" }, label);
      button.addEventListener("click", act);
      return button;
    });
    this.#actions.replaceChildren(...buttons);
    if (at >= 0) focusFirst(buttons[at]);
  }
}
