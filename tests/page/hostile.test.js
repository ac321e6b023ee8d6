// @ts-check
/** Texts that break pages: each is explained in finite numbers or refused in words, and the page lives on. */

import assert from "node:assert/strict";

import { pageTest } from "./lane.js";
import { enter, ready, shown, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/** @type {{[name: string]: string}} */
const HOSTILE = {
  "nothing at all": "",
  "blanks alone": " \t\n\u00a0\u3000 ",
  "a megabyte of words": "not bad ".repeat(131_072),
  "a megabyte without a blank": "a".repeat(1_048_576),
  "emoji with joiners": "👩‍👩‍👧‍👦 loved it 👍🏽 🏳️‍🌈",
  "combining marks": `Z${"\u0335\u0321\u0348".repeat(40)}algo is g\u0308o\u0308d`,
  "right to left": "הסרט היה טוב, but العربية too.",
  "direction overrides": "\u202egnorw si siht\u202c \u2066isolated\u2069",
  "NUL and other controls": "good\0bad \u0001\u0007\u001b[31m film",
  "lone surrogates": "\ud83d good \ude00 film \udbff",
  markup: `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script> fine`,
  "noncharacters": "\ufffe\uffff film \u{10ffff}",
};

pageTest(
  "hostile texts",
  async (page, t) => {
    await ready(page);
    const title = await page.title();
    for (const [name, text] of Object.entries(HOSTILE)) {
      await t.test(name, async () => {
        await enter(page, text);
        await assertSane(page, text);
        await assertPointed(page, text);
        assert.equal(await page.title(), title);
        await enter(page, TEXT);
        assert.equal((await shown(page)).words.length, 14, "the page no longer explains");
      });
    }
  },
  { timeout: 300_000 },
);

/** Asserts that a word that one points at is named as it is, and nothing else comes of it. @param {Page} page @param {string} text */
async function assertPointed(page, text) {
  const last = page.locator("#evidence .line .word").last();
  if ((await last.count()) === 0) return;
  await last.focus();
  await page.waitForSelector("#evidence .readout[data-without]");
  assert.match(await page.innerText("#evidence .readout"), /^“.+” owns [\d.]+ neurons and .+; with the word deleted: [\d.]+ % \S+/s);
  assert.equal(await page.inputValue("#text"), text);
}

/** Asserts that the page shows slices of `text` with finite numbers, or says why it shows nothing. @param {Page} page @param {string} text */
async function assertSane(page, text) {
  const { words, prediction, evidence } = await shown(page);
  if ((await page.getAttribute("html", "data-state")) === "error") assert.notEqual(await page.locator(".notice").innerText(), "");
  let from = 0;
  for (const { word, keep, neurons, capacity } of words) {
    assert.ok(word, "a word without letters");
    const start = text.indexOf(word, from);
    assert.ok(start >= from, `${JSON.stringify(word)} is no slice`);
    from = start + word.length;
    for (const value of [keep, neurons, capacity]) assert.ok(value !== "" && Number.isFinite(Number(value)), `${word}: ${value}`);
  }
  assert.equal(prediction.length > 0, words.length > 0);
  assert.deepEqual(evidence.words.map(({ word }) => word), words.map(({ word }) => word));
  for (const { contribution } of evidence.words) assert.ok(contribution !== "" && Number.isFinite(Number(contribution)), `contribution ${contribution}`);
  assert.equal(evidence.root.margin !== undefined, words.length > 0);
  const sum = prediction.reduce((total, { probability }) => total + Number(probability), 0);
  assert.ok(prediction.length === 0 || Math.abs(sum - 1) < 1e-3, `probabilities sum to ${sum}`);
  assert.equal(await page.locator("main img, main script").count(), 0);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
}
