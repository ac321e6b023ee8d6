// @ts-check
/** Fine-tuning in the page on questions of six kinds in TREC's layout (Li & Roth 2002); `tests/common/questions.rs` does it natively. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { choose, downloaded, give, reaches, undo } from "./tuning.js";

/** @import { Page } from "playwright-core" */
/** @import { TestContext } from "node:test" */

const MODEL = "sst2-plain";

/** Lines of a file, `CLASS:kind question` in Latin-1, as `CLASS`, tab, question. @param {string} path */
export const questions = (path) =>
  readFileSync(path, "latin1")
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^(\w+):\S+ /, "$1\t"));

/** Fine-tunes with the page's defaults. @param {Page} page @param {string[]} training @param {number} seed */
async function learn(page, training, seed) {
  await give(page, training.join("\n"), "questions.tsv");
  await choose(page, { model: MODEL, seed });
  await page.locator("#tune-seed").blur();
  await page.waitForSelector("#tune-start:enabled");
  await page.click("#tune-start");
  await reaches(page, "running");
  await reaches(page, "done");
}

/** Accuracy of the page's result on other questions, as the program measures it. @param {Page} page @param {string[]} test @returns {Promise<number>} */
async function measure(page, test) {
  const { path } = await downloaded(page, "#tune-download");
  const folder = mkdtempSync(join(tmpdir(), "safr-"));
  try {
    const [zip, table, report] = ["tuned.zip", "test.tsv", "report.json"].map((name) => join(folder, name));
    writeFileSync(zip, readFileSync(path));
    writeFileSync(table, ["label\ttext", ...test].join("\n"));
    const what = ["--model", zip, "--task", "csv", "--data", table, "--layout", "quotes=no", "--measures", "prediction", "--json", report];
    execFileSync(/** @type {string} */ (process.env.SAFR_BIN), ["evaluate", ...what]);
    const { measures } = JSON.parse(readFileSync(report, "utf8"));
    return measures.find((/** @type {{name: string}} */ { name }) => name === "accuracy").value;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Mean accuracy on `test` after fine-tuning on what `training` gives for each seed.
 * @param {Page} page
 * @param {TestContext} t
 * @param {number[]} seeds
 * @param {(seed: number) => string[]} training
 * @param {string[]} test
 */
export async function accuracy(page, t, seeds, training, test) {
  const accuracies = [];
  for (const seed of seeds) {
    const start = performance.now();
    await learn(page, training(seed), seed);
    t.diagnostic(`seed ${seed}: ${Math.round((performance.now() - start) / 1000)} s`);
    accuracies.push(await measure(page, test));
    await undo(page);
  }
  const mean = accuracies.reduce((sum, one) => sum + one) / seeds.length;
  t.diagnostic(`accuracy ${mean.toFixed(3)}, of ${accuracies.join(", ")}`);
  return mean;
}
