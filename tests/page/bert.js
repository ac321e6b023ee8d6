// @ts-check
/** A very small BERT of three layers, with a head of three classes: as its library saves it, and as the command takes it in. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { ready } from "./page.js";

/** @import { Page } from "playwright-core" */

const from = fileURLToPath(new URL("../reference/huggingface/bert-classifier", import.meta.url));

/** A text that it knows something of. */
export const TEXT = "The acting is unbelievably good, naïve cafés aside!";

/** Its files as its library saves them. */
export const saved = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"].map((name) => join(from, name));

/** Its files as the command imports them, and what the command says of a text. */
export function imported() {
  const program = process.env.SAFR_BIN;
  assert.ok(program, "SAFR_BIN names no program to compare with");
  const folder = mkdtempSync(join(tmpdir(), "safr-page-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const out = join(folder, "bert");
  execFileSync(program, ["import", "--huggingface", from, "--out", out], { stdio: "ignore" });
  const byProgram = (/** @type {string} */ text, /** @type {string[]} */ ...options) =>
    JSON.parse(execFileSync(program, ["explain", "--model", out, text, "--json", "-", ...options], { maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] }).toString());
  return { files: readdirSync(out).map((name) => join(out, name)), byProgram };
}

/** Has the page take in a model, and waits until it is the selected one. @param {Page} page @param {string[]} files */
export async function takeIn(page, files) {
  await page.setInputFiles("#load-model", files);
  await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value.startsWith("own-"));
  await ready(page);
}
