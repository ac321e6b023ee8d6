// @ts-check
/** How a chart on one canvas follows pointer and keyboard. */

import { holds } from "../spotlight.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */

/**
 * @typedef {object} Chart
 * @property {(event: MouseEvent) => Subject | null} under what stands under the pointer
 * @property {(key: string) => Subject | null} step what a key leads to
 * @property {(subject: Subject) => boolean} owns whether keys hold this subject here
 * @property {(subject: Subject, event?: MouseEvent) => void} [activate] what a click or a key that holds does besides
 */

/** @param {HTMLElement} plot takes the focus @param {Spotlight} spotlight @param {Chart} chart */
export function listen(plot, spotlight, { under, step, owns, activate }) {
  plot.addEventListener("pointermove", (event) => spotlight.point(under(event)));
  plot.addEventListener("pointerleave", () => spotlight.point(null));
  plot.addEventListener("click", (event) => {
    const subject = under(event);
    if (!subject) return;
    spotlight.pin(subject);
    // A finger cannot point without a click.
    if (!(event instanceof PointerEvent) || event.pointerType !== "touch") activate?.(subject, event);
  });
  plot.addEventListener("blur", () => spotlight.point(null));
  plot.addEventListener("keydown", (event) => {
    const { subject } = spotlight;
    const to = step(event.key);
    if (to) spotlight.step(to);
    else if (holds(event.key) && subject && owns(subject)) {
      spotlight.pin(subject);
      activate?.(subject);
    } else return;
    event.preventDefault();
  });
}
