// @ts-check
/** The scale that both panels share, and the legend that tells it. */

import { extentOf } from "./charts/view.js";
import { exact } from "./format.js";
import { write } from "./html.js";

/** @import { Explanation } from "./protocol.js" */

export class Scale {
  extent = extentOf([]);
  #dots = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".dots [data-part]"));

  /** Fits it to what the panels show, and tells whether that changed it. @param {(Explanation | undefined)[]} shown */
  fit(shown) {
    const before = this.extent;
    this.extent = extentOf(shown.filter((explanation) => explanation !== undefined));
    for (const dot of this.#dots) write(dot, exact(Number(dot.dataset.part) * this.extent.attention));
    return this.extent.neurons !== before.neurons || this.extent.attention !== before.attention;
  }
}
