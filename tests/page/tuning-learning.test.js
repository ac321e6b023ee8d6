// @ts-check
/** It learns in the page: to tell TREC's six kinds of questions apart, from 500 of them; `tests/tuning/learning.rs` does the same natively. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { lane, pageTest } from "./lane.js";
import { choose, downloaded, give, reaches, undo } from "./tuning.js";

/** @import { Page } from "playwright-core" */

const SEEDS = [0, 1, 2];
const MODEL = "sst2-plain";

const data = resolve(process.env.SAFR_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url)));

/** Lines of a part of TREC (Li & Roth 2002), `CLASS:kind question` in Latin-1, as `CLASS`, tab, question. @param {string} part */
const trec = (part) =>
  readFileSync(join(data, "trec", part), "latin1")
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^(\w+):\S+ /, "$1\t"));

/** Five hundred questions, others for each seed. @param {number} seed */
const lessons = (seed) => trec("TREC.train").filter((_, place) => place % 10 === seed).slice(0, 500);

/** Fine-tunes with the page's defaults. @param {Page} page @param {number} seed */
async function learn(page, seed) {
  await give(page, lessons(seed).join("\n"), "trec.tsv");
  await choose(page, { model: MODEL, seed });
  await page.locator("#tune-seed").blur();
  await page.waitForSelector("#tune-start:enabled");
  await page.click("#tune-start");
  await reaches(page, "running");
  await reaches(page, "done");
}

/** Accuracy of the page's result on TREC's test part, as the program measures it. @param {Page} page @returns {Promise<number>} */
async function accuracy(page) {
  const { path } = await downloaded(page, "#tune-download");
  const folder = mkdtempSync(join(tmpdir(), "safr-"));
  try {
    const [zip, test, report] = ["tuned.zip", "trec.tsv", "report.json"].map((name) => join(folder, name));
    writeFileSync(zip, readFileSync(path));
    writeFileSync(test, ["label\ttext", ...trec("TREC.test")].join("\n"));
    const what = ["--model", zip, "--task", "csv", "--data", test, "--no-quotes", "--measures", "prediction", "--json", report];
    execFileSync(/** @type {string} */ (process.env.SAFR_BIN), ["evaluate", ...what]);
    const { measures } = JSON.parse(readFileSync(report, "utf8"));
    return measures.find((/** @type {{name: string}} */ { name }) => name === "accuracy").value;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// WebGPU in software would take hours.
if (lane === "cpu") {
  pageTest(
    "five hundred questions teach it to tell six kinds apart",
    async (page, t) => {
      const accuracies = [];
      for (const seed of SEEDS) {
        const start = performance.now();
        await learn(page, seed);
        t.diagnostic(`seed ${seed}: ${Math.round((performance.now() - start) / 1000)} s`);
        accuracies.push(await accuracy(page));
        await undo(page);
      }
      const mean = accuracies.reduce((sum, one) => sum + one) / SEEDS.length;
      t.diagnostic(`accuracy ${mean.toFixed(3)}, of ${accuracies.join(", ")}`);
      assert.ok(mean >= 0.7, `accuracy ${mean}`);
    },
    { timeout: 900_000 },
  );
}
