// @ts-check
/** The page as one file, opened by a double click: everything is in it, and nothing is asked for. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { accessibilityProblems, oneFile, pageTest } from "./lane.js";
import { enter, ready, shown, TEXT } from "./page.js";
import { choose, downloaded, reaches } from "./tuning.js";

/** Addresses that were asked for. @type {string[]} */
const asked = [];

const ONE_FILE = {
  before: (/** @type {import("playwright-core").Page} */ page) => void page.context().on("request", (request) => asked.push(request.url())),
  open: (/** @type {import("playwright-core").Page} */ page) => page.goto(`${oneFile()}#text=${encodeURIComponent(TEXT)}`),
};

pageTest(
  "a file explains what is typed as the site does, shows cards and samples, and saves a picture",
  async (page) => {
    await ready(page);
    const { words, prediction, evidence } = await shown(page);
    assert.equal(words.length, 14, "the text of its address");
    const sum = prediction.reduce((total, { probability }) => total + Number(probability), 0);
    assert.ok(Math.abs(sum - 1) < 1e-3, `probabilities sum to ${sum}`);
    assert.equal(evidence.words.length, words.length);
    await enter(page, "Dull, dull, dull.");
    assert.equal((await shown(page)).words.length, 6);
    await page.selectOption("#model", "sst2-plain");
    await ready(page);
    await page.locator("#allocation .speakers [data-neuron]").first().focus();
    await page.waitForSelector("#neuron-card .firing mark", { timeout: 60_000 });
    assert.match(await page.innerText("#neuron-card-text"), /Over [\d,]+ texts/);
    const { path } = await downloaded(page, "#export-svg");
    assert.match(readFileSync(path, "utf8"), /SST-2, plain/);
    await page.selectOption("#backend", "webgpu");
    await page.waitForSelector("#backend-in-use:has-text('no other engine')");
    await ready(page);
    assert.deepEqual(await accessibilityProblems(page), []);
    assert.deepEqual(asked.filter((address) => !/^(file|blob|data):/.test(address)), []);
  },
  ONE_FILE,
);

pageTest(
  "a file fine-tunes, too",
  async (page) => {
    await ready(page);
    await page.click("#tune-sample");
    await page.waitForSelector("#tune-start:enabled");
    await choose(page, { epochs: 2, backend: "flex" });
    await page.click("#tune-start");
    await reaches(page, "done");
    const accuracy = Number(await page.locator("#tune-status").getAttribute("data-heldout-accuracy"));
    assert.ok(accuracy > 0 && accuracy <= 1, `held-out accuracy ${accuracy}`);
  },
  { ...ONE_FILE, timeout: 300_000 },
);
