// @ts-check
/** What came of a run: measures before and after, confusions, and the texts that changed their class. */

import { count, exact, percent, plural } from "../format.js";
import { html } from "../html.js";

/** @import { Confusion, Estimate, MeasureChange, TuningResult } from "../tuning-protocol.js" */

const TITLES = new Map([
  ["accuracy", "Accuracy"],
  ["macro_f1", "Macro F1"],
  ["negative_log_likelihood", "Negative log likelihood"],
  ["calibration_error", "Calibration error"],
  ["word_keep", "Mean keep rate"],
  ["pad_keep", "Keep rate of padding"],
  ["embedding_norm", "Mean norm"],
  ["attention_entropy", "Attention entropy"],
  ["score", "Redistribution score"],
  ["mono", "part: important words on their own"],
  ["poly", "part: related words together"],
]);

/** The measures that stand there at once, in this order; the others are listed on demand. */
const FIRST = ["accuracy", "macro_f1", "negative_log_likelihood", "score/neurons/own/kept", "mono/neurons/own/kept", "poly/neurons/own/kept", "word_keep"];

/** @param {HTMLElement} root @param {TuningResult} result */
export function showResult(root, result) {
  const { measures, texts, resamples, changed, classes, confusion_before, confusion_after } = result;
  const named = new Map(measures.map((measure) => [measure.name, measure]));
  const first = FIRST.flatMap((name) => named.get(name) ?? []);
  const rest = measures.filter(({ name }) => !FIRST.includes(name));
  root.replaceChildren(
    html("p", { class: "remark" }, `On ${plural(texts, "held-out text")}; in brackets, what holds 95 % of ${count(resamples)} bootstrap resamples of them.${confusion_before ? "" : " The start model has other classes, so it has no accuracy on these."}`),
    html("div", { class: "table", tabindex: 0, role: "group", "aria-label": "Measures before and after" }, table(first)),
    html("details", {}, html("summary", {}, "All measures"), html("div", { class: "table", tabindex: 0, role: "group", "aria-label": "All other measures" }, table(rest, true))),
    html(
      "div",
      { class: "confusions" },
      ...(confusion_before ? [confusion("Before", confusion_before, classes)] : []),
      confusion("After", confusion_after, classes),
    ),
    ...(confusion_before ? [changes(changed)] : []),
  );
}

/** @param {MeasureChange[]} measures @param {boolean} [full] whether names say of what */
function table(measures, full = false) {
  const head = ["", "Before", "After", "Difference"].map((name) => (name ? html("th", { scope: "col" }, name) : html("td")));
  const rows = measures.map(({ name, before, after, difference }) =>
    html(
      "tr",
      { "data-measure": name, "data-before": before?.value, "data-after": after?.value },
      html("th", { scope: "row" }, title(name, full)),
      ...[before, after].map((value) => html("td", {}, estimate(value, name === "accuracy"))),
      html("td", {}, estimate(difference, name === "accuracy", true)),
    ),
  );
  return html("table", { class: "measures" }, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
}

/** @param {string} name @param {boolean} full */
function title(name, full) {
  const [part, space, model, rule] = name.split("/");
  const known = TITLES.get(part) ?? part.replaceAll("_", " ");
  if (!full || !space) return known;
  return `${known}, ${space}, ${rule === "kept" ? "kept words" : "most kept words"} by ${model === "own" ? "each model" : "the start model"}`;
}

/** @param {Estimate | null} of @param {boolean} asPercent @param {boolean} [signed] */
function estimate(of, asPercent, signed = false) {
  if (!of) return "–";
  const text = asPercent ? percent : exact;
  const sign = signed && of.value > 0 ? "+" : "";
  const interval = of.interval ? ` (${text(of.interval.low)} to ${text(of.interval.high)})` : "";
  return html("span", {}, html("b", {}, `${sign}${text(of.value)}`), html("small", {}, interval));
}

/** @param {string} title @param {Confusion} counts @param {string[]} classes */
function confusion(title, counts, classes) {
  const most = Math.max(1, ...counts.flat());
  const rows = counts.map((row, at) =>
    html(
      "tr",
      {},
      html("th", { scope: "row", dir: "auto" }, classes[at]),
      ...row.map((texts, predicted) => {
        const cell = html("td", { class: at === predicted ? "number right" : "number" }, count(texts));
        cell.style.setProperty("--part", String(texts / most));
        return cell;
      }),
    ),
  );
  const head = html("tr", {}, html("td", {}, "true ↓ predicted →"), ...classes.map((name) => html("th", { scope: "col", dir: "auto" }, name)));
  const matrix = html("table", { class: "confusion" }, html("caption", {}, title), html("thead", {}, head), html("tbody", {}, ...rows));
  return html("div", { class: "table", tabindex: 0, role: "group", "aria-label": `Confusion matrix, ${title.toLowerCase()}` }, matrix);
}

/** @param {TuningResult["changed"]} changed */
function changes(changed) {
  if (changed.length === 0) return html("p", {}, "No held-out text changed its class.");
  const rows = changed.map(({ line, text, label, before, after }) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, count(line)),
      html("td", { class: "text", dir: "auto" }, text),
      html("td", { dir: "auto" }, label),
      html("td", { dir: "auto", class: before === label ? "right" : null }, before),
      html("td", { dir: "auto", class: after === label ? "right" : null }, after),
    ),
  );
  const head = ["Line", "Text", "Label", "Before", "After"].map((name) => html("th", { scope: "col" }, name));
  const listed = html("table", { class: "changed" }, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
  return html("details", { open: "" }, html("summary", {}, `${plural(changed.length, "text")} changed class`), html("div", { class: "table", tabindex: 0, role: "group", "aria-label": "Texts that changed their class" }, listed));
}
