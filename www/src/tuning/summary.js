// @ts-check
/** What the data hold, for a person to confirm or correct before anything is trained. */

import { count, list, percent, plural, sentence } from "../format.js";
import { bar, html, numberCell, scrolling, spoken } from "../html.js";
import { layoutName, layouts } from "./layouts.js";

/** @import { DataChoices, DataReport } from "../tuning-protocol.js" */

/** @typedef {(change: Partial<DataChoices>) => void} OnChoice */

/** The most common encodings of files. */
const ENCODINGS = ["UTF-8", "windows-1252", "UTF-16LE", "UTF-16BE", "Shift_JIS", "GBK"];

export class DataSummary {
  /** @param {HTMLElement} root @param {OnChoice} choose */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
  }

  clear() {
    this.root.replaceChildren();
  }

  /** @param {string} name of the data @param {DataReport} report @param {DataChoices} choices */
  show(name, report, choices) {
    const focused = this.root.contains(document.activeElement) ? document.activeElement?.id : null;
    const { problem } = report;
    this.root.replaceChildren(
      html("h4", {}, html("span", { dir: "auto" }, name)),
      ...(problem ? [html("p", { class: "problem", "data-problem": problem.kind }, ...spoken(sentence(problem.message)))] : []),
      ...this.#reading(report, choices),
      ...(report.classes.length > 0 ? [classes(report), ...remarks(report), facts(report)] : []),
      ...this.#broken(report, choices),
      ...conflicts(report),
      ...unknown(report),
    );
    if (focused) document.getElementById(focused)?.focus(); // Making a choice leaves the focus where it was.
  }

  /** How the data are read, to correct. @param {DataReport} report @param {DataChoices} choices */
  #reading({ encoding, layout, columns, text_column, label_column, alike }, { merge_labels }) {
    if (!layout || !encoding) return [];
    const all = layouts(layout);
    const encodings = [...new Set([encoding, ...ENCODINGS])];
    const encoded = choice("tune-encoding", "Encoding", encodings, encoding, (value) =>
      this.choose({ encoding: value, layout: null, text_column: null, label_column: null }));
    const merge = alike.length > 0 ? [check("tune-merge", "labels that look alike are one class", merge_labels, (merge_labels) => this.choose({ merge_labels }))] : [];
    const written = choice("tune-layout", "Written as", all.map(layoutName), layoutName(layout), (_, at) =>
      this.choose({ layout: all[at], text_column: null, label_column: null }));
    if (layout.kind !== "delimited") return [html("div", { class: "reading" }, written, encoded, ...merge)];
    return [
      html(
        "div",
        { class: "reading" },
        written,
        encoded,
        ...(columns.length === 0 ? [] : [
          choice("tune-text-column", "Texts in", columns, text_column, (value) => this.choose({ text_column: value })),
          choice("tune-label-column", "Labels in", columns, label_column, (value) => this.choose({ label_column: value })),
        ]),
        check("tune-header", "first row names the columns", layout.header, (header) =>
          this.choose({ layout: { ...layout, header }, text_column: null, label_column: null })),
        ...merge,
      ),
    ];
  }

  /** The rows that cannot be used, and the question whether to go on without them. @param {DataReport} report @param {DataChoices} choices */
  #broken({ broken, broken_rows, texts }, { skip_broken }) {
    if (broken_rows === 0) return [];
    const rows = broken.map(({ line, message }) => html("li", {}, html("b", {}, ...spoken(`Line ${count(line)}:`)), ...spoken(` ${message}`)));
    if (broken_rows > broken.length) rows.push(html("li", {}, ...spoken(`and ${count(broken_rows - broken.length)} more`)));
    const listed = scrolling("Rows that cannot be used", html("ul", {}, ...rows), "lines");
    if (texts === 0) return [listed];
    const these = broken_rows === 1 ? "skip it" : `skip these ${count(broken_rows)} rows`;
    return [listed, check("tune-skip", these, skip_broken, (skip_broken) => this.choose({ skip_broken }))];
  }
}

/** @param {string} id @param {string} label @param {boolean} checked @param {(checked: boolean) => void} choose */
function check(id, label, checked, choose) {
  const box = html("input", { type: "checkbox", id });
  box.checked = checked;
  box.addEventListener("change", () => choose(box.checked));
  return html("label", { class: "choice" }, box, html("span", {}, ...spoken(label)));
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string[]} values
 * @param {string | null} chosen
 * @param {(value: string, at: number) => void} choose
 */
function choice(id, label, values, chosen, choose) {
  const select = html("select", { id, translate: id === "tune-layout" ? null : "no" }, ...values.map((value) => html("option", { value }, value)));
  if (chosen === null) select.prepend(html("option", { value: "" }, "choose …"));
  select.value = chosen ?? "";
  select.addEventListener("change", () => choose(select.value, select.selectedIndex - (chosen === null ? 1 : 0)));
  return html("label", { class: "choice" }, label, select);
}

/** @param {DataReport} report */
function classes({ classes: all, texts, held_out }) {
  const most = Math.max(...all.map((one) => one.texts));
  const rows = all.map((one) =>
    html(
      "tr",
      { "data-class": one.name, "data-texts": one.texts, "data-held-out": one.held_out },
      html("th", { scope: "row", dir: "auto" }, one.name),
      numberCell(count(one.texts)),
      numberCell(count(one.held_out)),
      html("td", {}, bar(one.texts / most)),
    ),
  );
  const head = ["Class", "Texts", "Held out"].map((name) => html("th", { scope: "col" }, name));
  const foot = html("tr", {}, html("th", { scope: "row" }, "All"), ...[texts, held_out].map((number) => numberCell(count(number))), html("td"));
  const table = html("table", { class: "classes" }, html("thead", {}, html("tr", {}, ...head, html("td"))), html("tbody", {}, ...rows), html("tfoot", {}, foot));
  return scrolling("Classes", table);
}

/** @param {DataReport} report */
const remarks = ({ remarks: all }) => all.map((remark) => html("p", { class: "remark" }, ...spoken(remark)));

/** @param {DataReport} report */
function facts({ new_head, duplicates, empty, wordless, cut, read, longest, words }) {
  const lines = [
    new_head ? "These classes differ from the model’s: its head starts from scratch." : "These are the model’s own classes: its head continues to learn.",
    `The model knows ${percent(words.share)} of the words; the longest text has ${plural(longest, "word")}.`,
    duplicates > 0 && `${plural(duplicates, "duplicate")}, kept; texts of the same words are held out together.`,
    empty > 0 && `${plural(empty, "empty row")}, left out.`,
    wordless > 0 && `${plural(wordless, "text")} without a word, left out.`,
    cut > 0 && `${plural(cut, "text")} longer than the ${plural(read, "word")} that the model reads; only their beginning counts.`,
  ];
  return html("ul", { class: "facts" }, ...lines.filter((line) => line !== false).map((line) => html("li", {}, ...spoken(line))));
}

/** @param {DataReport} report */
function conflicts({ conflicting_texts, conflicts: listed }) {
  if (conflicting_texts === 0) return [];
  const rows = listed.map(({ text, labels, lines }) => html("li", { dir: "auto" }, html("b", {}, list(labels)), ` “${text}” (lines ${lines.map(count).join(", ")})`));
  return [html("details", {}, html("summary", {}, ...spoken(`${plural(conflicting_texts, "text")} under several labels`)), html("ul", { class: "lines" }, ...rows))];
}

/** @param {DataReport} report */
function unknown({ words: { unknown_words, unknown: listed } }) {
  if (unknown_words === 0) return [];
  const words = listed.map(({ word, count: times }) => `${word} (${count(times)})`).join(", ");
  return [html("details", {}, html("summary", {}, ...spoken(`${plural(unknown_words, "word")} the model does not know`)), html("p", { dir: "auto" }, words))];
}
