// @ts-check
/** Whatever a person gives as data is reported on in words, before anything is trained. */

import assert from "node:assert/strict";

import { pageTest } from "./lane.js";
import { ready } from "./page.js";
import { choose, csv, focused, give, inSight, notices, reaches, type } from "./tuning.js";

/** @import { Page } from "playwright-core" */

/** @param {Page} page */
const classes = (page) =>
  page.locator("#tune-report [data-class]").evaluateAll((rows) => rows.map((row) => [row.getAttribute("data-class"), Number(row.getAttribute("data-texts"))]));

/** @param {Page} page */
const report = (page) => page.locator("#tune-report").innerText();

/** Says yes where others would take the place of the data. @param {Page} page */
const replace = (page) => page.click("#data-notices button:has-text('Replace')");

/** Drops files somewhere on the page; true if the browser would have left the page for them. @param {Page} page @param {string} at @param {{[name: string]: string}} files */
const drop = (page, at, files) =>
  page.locator(at).evaluate((element, files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, content] of Object.entries(files)) dataTransfer.items.add(new File([content], name));
    const [over, drop] = ["dragover", "drop"].map((name) => element.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true })));
    return over || drop;
  }, files);

/** @param {Page} page @param {string} kind @param {RegExp} words */
async function refused(page, kind, words) {
  await reaches(page, "error");
  assert.equal(await page.locator("#tune-report .problem").getAttribute("data-problem"), kind);
  assert.match(await page.locator("#tune-report .problem").innerText(), words);
  assert.ok(await page.isDisabled("#tune-start"));
}

pageTest("the sample set is recognised: four classes, a tenth of each held out", async (page) => {
  await ready(page);
  await page.click("#tune-sample");
  await page.waitForSelector("#tune-start:enabled");
  assert.deepEqual(await classes(page), ["acting", "music", "pictures", "story"].map((name) => [name, 50]));
  assert.equal(await page.inputValue("#tune-layout"), "comma-separated");
  assert.deepEqual([await page.inputValue("#tune-text-column"), await page.inputValue("#tune-label-column")], ["text", "about"]);
  assert.equal(await page.locator("[data-class='music']").getAttribute("data-held-out"), "5");
  assert.match(await report(page), /These classes differ from the model’s/);
  assert.match(await report(page), /The model knows \d\d\.\d % of the words/);
});

pageTest("a byte order mark, CRLF and quotes change nothing", async (page) => {
  await give(page, csv(24));
  const plain = await report(page);
  await give(page, `\u{feff}${csv(24).replaceAll("\n", "\r\n")}\r\n`);
  await page.waitForSelector("#tune-start:enabled");
  assert.equal(await report(page), plain);
  await give(page, 'text,label\n"Good, and ""very"" good,\nfrom the start",yes\nbad,no\n"good",yes\nbad one,no');
  await page.waitForSelector("#tune-start:enabled");
  assert.deepEqual(await classes(page), [["no", 2], ["yes", 2]]);
});

pageTest("rows that cannot be used are listed, and skipped only after a yes", async (page) => {
  const rows = csv(24).split("\n");
  rows.splice(3, 0, ",a text without a label");
  rows.splice(8, 0, "praise,");
  await give(page, rows.join("\n"));
  await refused(page, "broken-rows", /2 rows cannot be used/);
  assert.deepEqual(await page.locator("#tune-report .lines b").allInnerTexts(), ["Line 4:", "Line 9:"]);
  await page.check("#tune-skip");
  await page.waitForSelector("#tune-start:enabled");
  assert.deepEqual(await classes(page), [["blame", 12], ["praise", 12]]);
  await page.uncheck("#tune-skip");
  await refused(page, "broken-rows", /2 rows/);
});

/** @type {{[what: string]: {content: string | Buffer, kind: string, words: RegExp}}} */
const REFUSED = {
  "one class only": { content: "text,label\ngood,yes\nvery good,yes\n", kind: "too-few-classes", words: /^All texts have the label “yes”/ },
  "10,001 rows": { content: csv(10_001), kind: "too-many-rows", words: /10001 rows.*at most 10000/ },
  "binary rubbish": { content: Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7919 + at * at) % 256)), kind: "not-text", words: /\.$/ },
  "an empty file": { content: "", kind: "empty", words: /\.$/ },
  "texts without labels": { content: "text,label\ngood,\nbad,\n", kind: "no-texts", words: /no row holds a text with a label/i },
};

for (const [what, { content, kind, words }] of Object.entries(REFUSED)) {
  pageTest(`${what}: refused with the reason, and other data are taken after it`, async (page) => {
    await give(page, content);
    await refused(page, kind, words);
    await page.fill("#tune-text", csv(24));
    if (what === "one class only") await replace(page); // The others held no text that could be lost.
    await page.waitForSelector("#tune-start:enabled");
  });
}

pageTest("10,000 rows are taken", async (page) => {
  await give(page, csv(10_000));
  await page.waitForSelector("#tune-start:enabled");
  assert.deepEqual(await classes(page), [["blame", 5000], ["praise", 5000]]);
  assert.match(await report(page), /9,952 duplicates, kept; texts of the same words are held out together\./);
});

pageTest("what makes the result worth less is said, and nothing hindered", async (page) => {
  await give(page, `${csv(24)}\nrare,the only one\npraise,${"very ".repeat(300)}good`);
  await page.waitForSelector("#tune-start:enabled");
  const remarks = await page.locator("#tune-report .remark").allInnerTexts();
  assert.equal(remarks.length, 2);
  assert.match(remarks[0], /^No text of “rare” is held out/);
  assert.match(remarks[1], /^With 2 texts held out, the accuracy is no more than a hint/);
  assert.match(await report(page), /1 text longer than the \d+ words that the model reads/);
});

pageTest("a quote that nothing closes is a character, which is said, and quotes can be characters altogether", async (page) => {
  await give(page, 'label,text\npraise,good\nblame,bad\npraise,"so, so good"\nblame,so bad\npraise,"very good\nblame,very bad');
  await page.waitForSelector("#tune-start:enabled");
  assert.deepEqual(await classes(page), [["blame", 3], ["praise", 3]]);
  assert.match(await report(page), /The quote in line 6 opens a field that its row does not close; it is read as a character like any other\./);
  await page.selectOption("#tune-layout", "comma-separated, quotes as plain characters");
  await refused(page, "broken-rows", /1 row cannot be used/);
  await page.selectOption("#tune-layout", "comma-separated");
  await page.waitForSelector("#tune-start:enabled");
});

pageTest("a file in another encoding, with labels spelled in several ways, is read as it is meant", async (page) => {
  const rows = csv(24).split("\n").map((row, at) => row.replace(/^praise/, at % 4 === 1 ? "Praise" : "praise").replaceAll("film", "cliché"));
  await give(page, Buffer.from(rows.join("\n"), "latin1"));
  await page.waitForSelector("#tune-start:enabled");
  assert.equal(await page.inputValue("#tune-encoding"), "windows-1252");
  assert.match(await report(page), /read as windows-1252; check that accents and signs are right\./);
  assert.equal((await classes(page)).length, 3);
  assert.match(await report(page), /The labels “\w+” and “\w+” look like one class/);
  await page.check("#tune-merge");
  await page.waitForFunction(() => document.querySelectorAll("#tune-report [data-class]").length === 2);
  await page.selectOption("#tune-encoding", "UTF-16LE");
  await reaches(page, "error");
  await page.selectOption("#tune-encoding", "windows-1252");
  await page.waitForSelector("#tune-start:enabled");
});

pageTest("a file that was left for other texts, or is not taken yet, can be chosen again", async (page) => {
  const files = () => page.locator("#tune-data").evaluate((input) => /** @type {HTMLInputElement} */ (input).files?.length);
  const taken = (/** @type {RegExp} */ name) => page.locator("#tune-report h4", { hasText: name }).waitFor();
  await give(page, csv(24));
  await taken(/^remarks/);
  assert.equal(await files(), 1);
  await page.click("#tune-sample");
  await replace(page);
  await taken(/^film-remarks/);
  assert.equal(await files(), 0);
  await give(page, csv(24));
  await page.waitForSelector("#data-notices .notice");
  assert.equal(await files(), 0);
  await replace(page);
  await taken(/^remarks/);
});

pageTest("a file can be dropped, and columns and layout be chosen", async (page) => {
  await ready(page);
  const rows = csv(24).split("\n").slice(1).map((row) => row.replace(",", "\t").replaceAll('"', "") + "\tx");
  await drop(page, "#tune-data", { "table.tsv": ["first\tsecond\tthird", ...rows].join("\n") });
  await page.waitForSelector("#tune-text-column");
  await page.selectOption("#tune-text-column", "second");
  await page.focus("#tune-label-column");
  await page.selectOption("#tune-label-column", "first");
  await page.waitForSelector("#tune-start:enabled");
  assert.equal(await page.inputValue("#tune-layout"), "tab-separated");
  assert.deepEqual(await classes(page), [["blame", 12], ["praise", 12]]);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "tune-label-column", "the choice keeps the focus");
  await page.selectOption("#tune-layout", "JSON lines");
  await reaches(page, "error");
});

pageTest("files are taken or refused wherever they are dropped, and never navigated to", async (page) => {
  await ready(page);
  const data = { "remarks.csv": csv(24) };
  assert.equal(await drop(page, ".masthead", data), false);
  await page.waitForSelector("#tune-start:enabled");
  assert.ok(await inSight(page, "#tune-data"), "one sees where they went");
  assert.equal(await drop(page, "#text", { ...data, "others.csv": csv(12) }), false);
  await page.locator("#data-notices .notice", { hasText: "Only one file of labelled texts can be used at a time." }).waitFor();
  assert.equal(await drop(page, "#evidence", { "model.zip": "this is no zip" }), false);
  await page.locator("#own-notices .notice", { hasText: "“model.zip” cannot be loaded" }).waitFor();
  assert.ok(await inSight(page, "#own-notices .notice"));
  assert.equal(await drop(page, "#load-model", { "model.bin": "no model either" }), false);
  await page.locator("#own-notices .notice", { hasText: "“model.bin” cannot be loaded" }).waitFor();
  assert.deepEqual(await classes(page), [["blame", 12], ["praise", 12]], "the data are those that were taken");

  await choose(page, { backend: "flex", epochs: 5000, patience: 5000 });
  await page.click("#tune-start");
  await reaches(page, "running");
  assert.equal(await drop(page, "body", data), false);
  await page.locator("#data-notices .notice", { hasText: "The data cannot be changed during a run." }).waitFor();
});

pageTest("typed examples add to a file, and what would take its place asks first", async (page) => {
  await give(page, csv(60), "film-remarks.csv"); // The sample set's file is called the same.
  await type(page, "a marvel", "praise");
  await page.locator("#tune-report h4", { hasText: "remarks.csv and 1 typed example" }).waitFor();
  assert.deepEqual(await classes(page), [["blame", 30], ["praise", 31]]);

  await page.click("#tune-sample");
  assert.match(await page.innerText("#data-notices"), /The sample set would replace “film-remarks\.csv”\. The typed examples stay\./);
  assert.equal(await page.innerText(":focus"), "Replace");
  await page.click("#data-notices .close");
  assert.equal(await focused(page), "tune-sample");
  await page.setInputFiles("#tune-data", { name: "others.csv", mimeType: "text/csv", buffer: Buffer.from(csv(12)) });
  await page.locator("#data-notices .notice", { hasText: "“others.csv” would replace “film-remarks.csv”." }).waitFor();
  await page.fill("#tune-text", csv(24));
  await page.locator("#data-notices .notice", { hasText: "The pasted texts would replace “film-remarks.csv”." }).waitFor();
  assert.equal(await focused(page), "tune-text", "one can type on");
  assert.deepEqual(await classes(page), [["blame", 30], ["praise", 31]], "nothing is replaced before a yes");
  await replace(page);
  await page.locator("#tune-report h4", { hasText: "pasted texts and 1 typed example" }).waitFor();
  assert.deepEqual(await classes(page), [["blame", 12], ["praise", 13]]);
  await page.fill("#tune-text", "");
  await page.locator("#tune-report h4", { hasText: "typed examples" }).waitFor();
  assert.deepEqual(await classes(page), [["praise", 1]]);
});

pageTest("Enter that ends what an input method composes adds nothing; the next one does", async (page) => {
  await ready(page);
  await page.fill("#tune-label", "praise");
  /** What is composed and confirmed by Enter, in the order of Safari's events or of others'. @param {boolean} safari */
  const compose = (safari) =>
    page.locator("#tune-example").evaluate((field, safari) => {
      const input = /** @type {HTMLInputElement} */ (field);
      input.value = "最高の映画";
      const enter = (/** @type {boolean} */ isComposing) => {
        const event = new KeyboardEvent("keydown", { key: "Enter", isComposing, bubbles: true, cancelable: true });
        Object.defineProperty(event, "keyCode", { value: 229 });
        input.dispatchEvent(event);
      };
      input.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
      if (!safari) enter(true);
      input.dispatchEvent(new CompositionEvent("compositionend", { data: input.value, bubbles: true }));
      if (safari) enter(false);
      return input.value;
    }, safari);
  for (const [safari, before] of /** @type {const} */ ([[true, 0], [false, 1]])) {
    assert.equal(await compose(safari), "最高の映画");
    assert.equal(await page.locator("#tune-typed li").count(), before, "the first Enter ends the composition");
    await page.press("#tune-example", "Enter");
    assert.equal(await page.locator("#tune-typed li").count(), before + 1);
  }
});

pageTest("examples can be typed one by one, and taken back", async (page) => {
  await ready(page);
  for (const [text, label] of [["so good", "yes"], ["so bad", "no"], ["very good", "yes"], ["very bad", "no"], ["a mistake", "no"]]) await type(page, text, label);
  await page.waitForSelector("#tune-start:enabled");
  await page.getByRole("button", { name: "Remove “a mistake”" }).click();
  await page.waitForFunction(() => document.querySelector("[data-class='no']")?.getAttribute("data-texts") === "2");
  assert.deepEqual(await classes(page), [["no", 2], ["yes", 2]]);
  assert.deepEqual(await page.locator("#tune-labels option").evaluateAll((all) => all.map((one) => one.getAttribute("value"))), ["yes", "no"]);
});

pageTest("what is held out is examined anew with each choice, and one that cannot be used is said at once", async (page) => {
  await give(page, csv(24));
  await choose(page, { "hold-out": 0 });
  await page.locator("#tune-hold-out").blur();
  await reaches(page, "error");
  assert.match(await notices(page), /Held out, in %: /);
  assert.ok(await page.isDisabled("#tune-start"));
  await choose(page, { "hold-out": 50 });
  await page.locator("#tune-hold-out").blur();
  await page.waitForSelector("#tune-start:enabled");
  assert.equal(await page.locator("[data-class='praise']").getAttribute("data-held-out"), "6");
  assert.equal(await notices(page), "");
});

pageTest("a choice that is left empty keeps no data from being looked at", async (page) => {
  await give(page, csv(24));
  await choose(page, { epochs: "" });
  await page.fill("#tune-text", csv(12));
  await replace(page);
  await page.waitForFunction(() => document.querySelector("[data-class='praise']")?.getAttribute("data-texts") === "6");
  await page.waitForSelector("#tune-start:enabled");
});

pageTest("what stands in a choice and cannot be used is said, and nothing starts", async (page) => {
  await give(page, csv(24));
  await page.locator(".choosing summary").click();
  for (const [field, value, words] of /** @type {const} */ ([["epochs", "", /Epochs: /], ["learning-rate", "0", /learning rate must be more than 0/], ["seed", "1.5", /Seed: /]])) {
    const before = await page.inputValue(`#tune-${field}`);
    await page.fill(`#tune-${field}`, value);
    await page.click("#tune-start");
    await page.waitForSelector("#tune-notices .notice");
    assert.match(await page.innerText("#tune-notices"), words);
    await page.fill(`#tune-${field}`, before);
    await page.click("#tune-notices .close");
  }
});
