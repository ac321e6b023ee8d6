// @ts-check
/** A BERT that the command took in is explained in the page as by the command, by words that open into pieces. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { accessibilityProblems, pageTest } from "./lane.js";
import { enter, explained, keepExplanations, ready } from "./page.js";

const folder = mkdtempSync(join(tmpdir(), "safr-page-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** A very small BERT with a head of three classes, as the command imports it. @param {string} [name] of its folder */
function imported(name = "bert") {
  const program = process.env.SAFR_BIN;
  assert.ok(program, "SAFR_BIN names no program to compare with");
  const from = fileURLToPath(new URL("../reference/huggingface/bert-classifier", import.meta.url));
  const out = join(folder, name);
  execFileSync(program, ["import", "--huggingface", from, "--out", out], { stdio: "ignore" });
  const byProgram = (/** @type {string} */ text) =>
    JSON.parse(execFileSync(program, ["explain", "--model", out, text, "--json", "-"], { maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] }).toString());
  return { files: readdirSync(out).map((name) => join(out, name)), byProgram };
}

/** The files of the same BERT as its library saves them. */
const saved = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"].map((name) => fileURLToPath(new URL(`../reference/huggingface/bert-classifier/${name}`, import.meta.url)));

const TEXT = "The acting is unbelievably good, naïve cafés aside!";

pageTest(
  "its words, their pieces and special tokens are those of the command",
  async (page) => {
    await ready(page);
    const { files, byProgram } = imported();
    await page.setInputFiles("#load-model", files);
    await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value.startsWith("own-"));
    await ready(page);
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
  "the files of its library are taken in by the page, and predict the same; other kinds are refused with what is supported",
  async (page) => {
    await ready(page);
    const { byProgram } = imported("again");
    await page.setInputFiles("#load-model", saved);
    await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value.startsWith("own-"));
    await ready(page);
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
