// @ts-check
/** The places of what one model says: each `.pair` of the page has one for either of two models. */

import { html } from "./html.js";

/** @typedef {"main" | "beside" | "before" | "after"} PanelName the chosen model and that beside it; a model before and after fine-tuning */

/** Makes the places of a panel, after those of any other panel. @param {PanelName} panel */
export function slotsOf(panel) {
  const inPreview = panel === "before" || panel === "after";
  const pairs = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".pair"))];
  return pairs.filter((pair) => (pair.closest(".preview") !== null) === inPreview).map((pair) => {
    const heading = pair.parentElement?.matches(".figure") ? "h3" : "p";
    const slot = html("div", { class: "slot waiting", "data-panel": panel },
      html(heading, { class: "model-name", translate: "no" }),
      place(pair.dataset.shows ?? "", panel === "main"),
    );
    pair.append(slot);
    return slot;
  });
}

/** What is drawn in; that of the chosen model can be named. @param {string} shown @param {boolean} isMain */
function place(shown, isMain) {
  const id = (/** @type {string} */ name) => (isMain ? name : null);
  switch (shown) {
    case "prediction":
      return html("div", { id: id(shown), class: shown, tabindex: isMain ? -1 : null });
    case "fact":
      return html("p", { class: "fact", translate: "no" });
    case "words":
      return html("div", { "data-chart": shown },
        html("p", { class: "sentence", dir: "auto", translate: "no" }, html("span", { id: id("tokens") })));
    default:
      return html("div", { id: id(shown), "data-chart": shown });
  }
}
