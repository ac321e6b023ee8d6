// @ts-check
/** A BERT that the command took in is explained in the page as by the command, by words that open into pieces. */

import assert from "node:assert/strict";

import { imported, saved, takeIn, TEXT } from "./bert.js";
import { accessibilityProblems, pageTest } from "./lane.js";
import { enter, explained, keepExplanations, ready } from "./page.js";
import { choose, csv, figures, give, reaches } from "./tuning.js";

pageTest(
  "its words, their pieces and special tokens are those of the command",
  async (page) => {
    await ready(page);
    const { files, byProgram } = imported();
    await takeIn(page, files);
    await enter(page, TEXT);
    await page.waitForSelector('#prediction [data-class="so-so"]');
    await ready(page);
    const model = await page.inputValue("#model");
    const here = (await explained(page))[model];
    const there = byProgram(TEXT);
    assert.deepEqual(here.words.map(({ text, start, end }) => [text, start, end]), there.words.map((/** @type {any} */ word) => [word.text, word.start, word.end]));
    for (const [at, word] of here.words.entries()) {
      assert.ok(Math.abs(word.contribution - there.words[at].contribution) < 1e-4, `${word.text}: ${word.contribution}, not ${there.words[at].contribution}`);
      assert.deepEqual(word.pieces?.map(({ text }) => text), there.words[at].pieces.map((/** @type {any} */ piece) => piece.text));
    }
    const { dataset } = await page.locator("#evidence").evaluate((root) => ({ dataset: { .../** @type {HTMLElement} */ (root).dataset } }));
    const words = await page.locator("#evidence [data-contribution]").evaluateAll((all) => all.reduce((sum, word) => sum + Number(/** @type {HTMLElement} */ (word).dataset.contribution), 0));
    const sum = words + ["bias", "positions", "padding"].reduce((total, name) => total + Number(dataset[name]), 0);
    assert.ok(Math.abs(sum - Number(dataset.margin)) < 1e-3, `${sum} is not ${dataset.margin}`);

    const opened = here.words.findIndex(({ pieces = [] }) => pieces.length > 1);
    await page.locator(`#evidence [data-place="${opened}"]`).hover();
    const piece = here.words[opened].pieces?.[1].text;
    await page.locator("#evidence .readout", { hasText: `“${piece}”` }).waitFor();
    await page.locator("#evidence .part", { hasText: "special tokens" }).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
  },
  { at: "#beside=none", before: keepExplanations },
);

pageTest(
  "how much a large model takes is said before it is read",
  async (page) => {
    await ready(page);
    await page.setInputFiles("#load-model", { name: "large.zip", mimeType: "application/zip", buffer: Buffer.alloc(25e6) });
    const notice = page.locator('#own-notices .notice[data-kind="load-model"]');
    await notice.filter({ hasText: "“large.zip” has 25.0 MB." }).filter({ hasText: "of memory" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Load it");
    await page.keyboard.press("Enter");
    await notice.filter({ hasText: "“large.zip” cannot be loaded" }).waitFor();
  },
  { at: "#beside=none" },
);

pageTest(
  "the files of its library are taken in by the page, and predict the same; other kinds are refused with what is supported",
  async (page) => {
    await ready(page);
    const { byProgram } = imported();
    await takeIn(page, saved);
    await enter(page, TEXT);
    await page.waitForSelector('#prediction [data-class="so-so"]');
    const { classes, probabilities } = byProgram(TEXT).prediction;
    for (const [at, name] of classes.entries()) {
      const here = Number(await page.locator(`#prediction [data-class="${name}"]`).getAttribute("data-probability"));
      assert.ok(Math.abs(here - probabilities[at]) < 1e-5, `${name}: ${here}, not ${probabilities[at]}`);
    }
    const config = { name: "config.json", mimeType: "application/json", buffer: Buffer.from('{"model_type": "gpt2", "n_layer": 2}') };
    const vocabulary = { name: "vocab.txt", mimeType: "text/plain", buffer: Buffer.from("[PAD]") };
    await page.setInputFiles("#load-model", [config, vocabulary]);
    await page.waitForSelector("#own-notices .notice:has-text('model_type = gpt2'):has-text('BERT or DistilBERT')");
  },
  { at: "#beside=none" },
);

pageTest(
  "it is fine-tuned: its last layer by default, everything if that is chosen",
  async (page) => {
    await ready(page);
    await takeIn(page, saved);
    const model = await page.inputValue("#model");
    await give(page, csv(24));
    await choose(page, { model });
    await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#tune-learns")).value === "last");
    await choose(page, { backend: "flex", "batch-size": 8, epochs: 2 });
    for (const [at, learns] of ["last", "all"].entries()) {
      const kept = at + 1; // Behind the model that was taken in.
      await choose(page, { learns });
      await page.click("#tune-start");
      await reaches(page, "done");
      assert.equal((await figures(page)).epoch, 2);
      await page.click("#tune-keep");
      await page.locator("#own-models li").nth(kept).waitFor();
      const tuned = await page.locator("#own-models li").nth(kept).getAttribute("data-model");
      await page.selectOption("#model", tuned);
      await page.waitForSelector('#prediction [data-class="praise"]');
      await page.selectOption("#model", model);
      await ready(page);
    }
  },
  { at: "#beside=none", timeout: 300_000 },
);
