// @ts-check
/** The held-out texts that were misclassified; each opens to what its words contributed to that. */

import { EvidenceChart } from "../charts/evidence.js";
import { extentOf, viewOf } from "../charts/view.js";
import { count, percent, plural } from "../format.js";
import { html, spoken } from "../html.js";
import { Spotlight } from "../spotlight.js";
import { USUAL_CHOICES } from "../state.js";

/** @import { Explanation } from "../protocol.js" */
/** @import { TuningResult, WrongExample } from "../tuning-protocol.js" */

/** @typedef {(text: string) => Promise<Explanation | null>} Why asks the tuned model; null if it is gone */

/** How many are listed at once. */
const FIRST = 10;

/** @param {TuningResult} result @param {Why} why @returns {HTMLElement} */
export function mistakes({ texts, wrong_texts, wrong }, why) {
  if (wrong_texts === 0) return html("p", {}, "No held-out text was misclassified.");
  const rows = wrong.map((one) => mistake(one, why));
  const rest = rows.slice(FIRST);
  const unlisted = wrong_texts - rows.length;
  return html(
    "section",
    { class: "mistakes" },
    html("h4", {}, ...spoken(`${count(wrong_texts)} of ${plural(texts, "held-out text")} misclassified`)),
    html("p", { class: "remark" }, "Those first of which it is surest. Open one to see what each of its words contributed."),
    ...rows.slice(0, FIRST),
    ...(rest.length > 0 ? [html("details", {}, html("summary", {}, ...spoken(`${count(rest.length)} more`)), ...rest)] : []),
    ...(unlisted > 0 ? [html("p", {}, ...spoken(`and ${count(unlisted)} more`))] : []),
  );
}

/** @param {WrongExample} example @param {Why} why */
function mistake({ line, text, label, predicted, probability }, why) {
  const verdict = html("span", { class: "verdict" }, html("bdi", {}, label), ", predicted ", html("bdi", {}, predicted), html("span", { translate: "no" }, ` ${percent(probability)}`));
  const place = html("span", { class: "line-number", translate: "no" }, `Line ${count(line)}`);
  const chart = html("div", {});
  const details = html("details", { class: "mistake" }, html("summary", {}, place, html("span", { class: "text", dir: "auto" }, text), verdict), chart);
  details.addEventListener("toggle", async () => {
    if (!details.open || chart.childElementCount > 0) return;
    const waits = html("p", { class: "remark" }, "Asking the model …");
    chart.append(waits);
    const explanation = await why(text);
    if (explanation) draw(chart, text, explanation);
    else chart.append(html("p", { class: "remark" }, "The model is no longer there to be asked."));
    waits.remove();
  });
  return details;
}

/** @param {HTMLElement} root @param {string} text @param {Explanation} explanation */
function draw(root, text, explanation) {
  const spotlight = new Spotlight();
  const chart = new EvidenceChart(root, "mistake", spotlight);
  spotlight.watch((subject) => chart.highlight(subject));
  chart.draw(viewOf(explanation, text, extentOf([explanation]), USUAL_CHOICES), null);
}
