// @ts-check
/** The scales that both panels share, and the legends that show them. */

import { extentOf } from "./charts/view.js";
import { end } from "./format.js";
import { write } from "./html.js";

/** @import { Extent } from "./charts/view.js" */
/** @import { Explanation } from "./protocol.js" */

export class Scale {
  extent = extentOf([]);
  /** Numbers in the legends, each a fraction of a measure's largest value. */
  #ticks = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".legend [data-of]"));

  /** Fits it to what the panels show, and returns whether that changed it. @param {(Explanation | undefined)[]} shown */
  fit(shown) {
    const before = this.extent;
    this.extent = extentOf(shown.filter((explanation) => explanation !== undefined));
    for (const tick of this.#ticks) {
      const { part, of } = tick.dataset;
      write(tick, end(Number(part) * this.extent[/** @type {keyof Extent} */ (of)]));
    }
    return JSON.stringify(this.extent) !== JSON.stringify(before);
  }
}
