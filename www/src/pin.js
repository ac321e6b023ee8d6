// @ts-check
/** Shows what is held while the pointer and the keyboard move on, and releases it. */

import { html } from "./html.js";

/** @import { Panel } from "./panel.js" */
/** @import { Spotlight } from "./spotlight.js" */

export class Pin {
  #name = html("span", { role: "status" });
  #release = html("button", { type: "button", class: "quiet close" }, "×");
  #chip = html("p", { class: "pin", translate: "no" }, this.#name, this.#release);

  /** @param {Spotlight} spotlight @param {Panel[]} panels those that it shines on */
  constructor(spotlight, panels) {
    document.body.append(this.#chip);
    this.#release.addEventListener("click", () => spotlight.clear());
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape") spotlight.clear();
    });
    spotlight.watch((subject) => {
      const name = spotlight.pinned && subject ? panels.map((panel) => panel.nameOf(subject)).find((found) => found !== null) : null;
      this.#chip.classList.toggle("held", Boolean(name));
      this.#release.setAttribute("aria-label", `Release ${name}`);
      this.#name.replaceChildren(...(name ? ["Pinned: ", html("bdi", {}, name)] : []));
    });
  }
}
