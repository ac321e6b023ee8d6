// @ts-check
/** The result of a run in a sentence, its mistakes, and all measures before and after. */

import { change, count, exact, percent, plural, points } from "../format.js";
import { html, numberCell, scrolling, spoken } from "../html.js";
import { mistakes } from "./mistakes.js";

/** @import { Why } from "./mistakes.js" */
/** @import { ClassScores, Confusion, Estimate, MeasureChange, TuningResult } from "../tuning-protocol.js" */

const TITLES = new Map([
  ["accuracy", "Accuracy"],
  ["majority_accuracy", "Accuracy of always predicting the commonest class"],
  ["macro_f1", "Macro F1"],
  ["negative_log_likelihood", "Negative log likelihood"],
  ["calibration_error", "Calibration error"],
  // The curves have means over all words: other numbers.
  ["word_keep", "Keep rate, mean over texts"],
  ["pad_keep", "Keep rate of padding"],
  ["embedding_norm", "Norm, mean over texts"],
  ["attention_entropy", "Attention entropy, mean over texts"],
  ["largest_key_mass", "Largest share of all attention on one word, mean over texts"],
  ["score", "Redistribution score"],
  ["mono", "part: important words on their own"],
  ["poly", "part: related words together"],
]);

/** How the important words of a redistribution score are chosen, by who chooses them and by which rule. */
const IMPORTANT = new Map([
  ["own/kept", "words that the measured model itself keeps"],
  ["own/top", "the fifth of the words that the measured model itself keeps most"],
  ["reference/kept", "words that the start model keeps"],
  ["reference/top", "the fifth of the words that the start model keeps most"],
]);

/** The measures that come first, in this order. */
const FIRST = ["accuracy", "majority_accuracy", "macro_f1", "negative_log_likelihood", "score/neurons/own/kept", "mono/neurons/own/kept", "poly/neurons/own/kept", "word_keep"];

/** @param {HTMLElement} root @param {TuningResult} result @param {Why} why */
export function showResult(root, result, why) {
  const { measures, classes, confusion_before, confusion_after } = result;
  const named = new Map(measures.map((measure) => [measure.name, measure]));
  const first = FIRST.flatMap((name) => named.get(name) ?? []);
  const rest = measures.filter((measure) => !first.includes(measure));
  root.replaceChildren(
    html("p", { class: "baseline" }, ...spoken(baseline(result), classes)),
    mistakes(result, why),
    html(
      "details",
      { id: "tune-all-measures" },
      html("summary", {}, "All measures, before and after"),
      html("p", { class: "remark" }, ...spoken(remark(result))),
      scrolling("Measures before and after", table(first)),
      scrolling("Class by class", scores(result.scores)),
      html(
        "div",
        { class: "confusions" },
        ...(confusion_before ? [confusion("Before", confusion_before, classes)] : []),
        confusion("After", confusion_after, classes),
      ),
      scrolling("All other measures", table(rest, true)),
      ...(confusion_before ? [changes(result)] : []),
    ),
  );
}

/** The beginning of the name of a class's recall, before the class. */
const RECALL = "recall/";

/** The accuracy, compared with those that take no model. @param {TuningResult} result */
export function baseline({ measures, texts, majority, chance }) {
  const of = (/** @type {string} */ name) => measures.find((measure) => measure.name === name)?.after;
  const [accuracy, commonest] = [of("accuracy"), of("majority_accuracy")];
  if (!accuracy || !commonest) return "";
  const unsure = accuracy.interval && accuracy.interval.low <= commonest.value;
  return [
    `${percent(accuracy.value)} of ${plural(texts, "held-out text")} right; always guessing “${majority}” gives ${percent(commonest.value)}, guessing at random ${percent(chance)}.`,
    accuracy.value <= commonest.value ? "These texts do not show that it has learnt anything." : unsure ? "So few texts cannot show that it is better than that." : "",
  ].join(" ").trim();
}

/** What people need to know to read the measures. @param {TuningResult} result */
function remark({ texts, resamples, epoch, confusion_before }) {
  const sentences = [
    `On ${plural(texts, "held-out text")}.`,
    `In brackets, 95 % intervals: Wilson’s for accuracies and recalls; for everything else, and for differences, bootstrap intervals from ${count(resamples)} resamples.`,
    epoch !== null && `Epoch ${count(epoch)} was chosen on these same texts, so “After” is slightly optimistic.`,
    confusion_before === null && "The start model has other classes, so it has no accuracy on these.",
  ];
  return sentences.filter((sentence) => sentence !== false).join(" ");
}

/** @param {MeasureChange[]} measures @param {boolean} [full] whether names say what is measured */
function table(measures, full = false) {
  const head = ["", "Before", "After", "Difference"].map((name) => (name ? html("th", { scope: "col" }, name) : html("td")));
  const rows = measures.map(({ name, before, after, difference }) => {
    const [value, distance] = name.endsWith("accuracy") || name.startsWith(RECALL) ? [percent, points] : [exact, change];
    return html(
      "tr",
      { "data-measure": name, "data-before": before?.value, "data-after": after?.value },
      html("th", { scope: "row" }, ...title(name, full)),
      html("td", { translate: "no" }, estimate(before, value)),
      html("td", { translate: "no" }, estimate(after, value)),
      html("td", { translate: "no" }, estimate(difference, distance)),
    );
  });
  return html("table", { class: "measures" }, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
}

/** How well each class is recognised. @param {ClassScores[]} all */
function scores(all) {
  const head = ["Class, after", "Texts", "Precision", "Recall", "F1"].map((name) => html("th", { scope: "col" }, name));
  const rows = all.map(({ name, texts, precision, recall, f1 }) =>
    html(
      "tr",
      { "data-class": name, "data-precision": precision, "data-recall": recall, "data-f1": f1 },
      html("th", { scope: "row", dir: "auto" }, name),
      numberCell(count(texts)),
      ...[precision, recall].map((part) => numberCell(part === null ? "–" : percent(part))),
      numberCell(f1 === null ? "–" : exact(f1)),
    ),
  );
  return html("table", { class: "scores" }, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
}

/** @param {string} name @param {boolean} full */
function title(name, full) {
  if (name.startsWith(RECALL)) return ["Recall of ", html("bdi", {}, name.slice(RECALL.length))];
  const [part, space, model, rule] = name.split("/");
  const known = TITLES.get(part) ?? part.replaceAll("_", " ");
  return [full && space ? `${known}, ${space}; important: ${IMPORTANT.get(`${model}/${rule}`)}` : known];
}

/** @param {Estimate | null} of @param {(value: number) => string} text */
function estimate(of, text) {
  if (!of) return "–";
  const interval = of.interval ? ` (${text(of.interval.low)} to ${text(of.interval.high)})` : "";
  return html("span", {}, html("b", {}, text(of.value)), html("small", {}, interval));
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
        const cell = numberCell(count(texts), at === predicted ? "number right" : "number");
        cell.style.setProperty("--part", String(texts / most));
        return cell;
      }),
    ),
  );
  const head = html("tr", {}, html("td", {}, "true ↓ predicted →"), ...classes.map((name) => html("th", { scope: "col", dir: "auto" }, name)));
  const matrix = html("table", { class: "confusion" }, html("caption", {}, title), html("thead", {}, head), html("tbody", {}, ...rows));
  return scrolling(`Confusion matrix, ${title.toLowerCase()}`, matrix);
}

/** @param {TuningResult} result */
function changes({ changed_texts, changed }) {
  if (changed_texts === 0) return html("p", {}, "No held-out text changed its class.");
  const rows = changed.map(({ line, text, label, before, after }) =>
    html(
      "tr",
      {},
      html("th", { scope: "row", translate: "no" }, count(line)),
      html("td", { class: "text", dir: "auto" }, text),
      html("td", { dir: "auto" }, label),
      html("td", { dir: "auto", class: before === label ? "right" : null }, before),
      html("td", { dir: "auto", class: after === label ? "right" : null }, after),
    ),
  );
  const columns = ["Line", "Text", "Label", "Before", "After"].map((title) => html("th", { scope: "col" }, title));
  const listed = html("table", { class: "texts" }, html("thead", {}, html("tr", {}, ...columns)), html("tbody", {}, ...rows));
  return html(
    "details",
    {},
    html("summary", {}, ...spoken(`${plural(changed_texts, "text")} changed class`)),
    scrolling("Texts that changed their class", listed),
    ...(changed_texts > rows.length ? [html("p", {}, ...spoken(`and ${count(changed_texts - rows.length)} more`))] : []),
  );
}
