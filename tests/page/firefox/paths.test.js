// @ts-check
/** The main paths in a second browser engine: type, switch the model, fine-tune the sample set, keep, reload. */

import assert from "node:assert/strict";

import { oneFile } from "../lane.js";
import { TEXT } from "../page.js";
import { fill, firefoxTest, reaches, ready, shown } from "./firefox.js";

firefoxTest("what is typed is explained, and another model explains it otherwise", async (page) => {
  await ready(page);
  await fill(page, "#text", TEXT);
  await page.waitForFunction(() => document.querySelectorAll("#tokens [data-word]").length === 14);
  await ready(page);
  const first = await shown(page);
  const sum = first.prediction.reduce((total, { probability }) => total + Number(probability), 0);
  assert.ok(Math.abs(sum - 1) < 1e-3, `probabilities sum to ${sum}`);
  assert.equal(await page.$eval("#allocation canvas", (canvas) => /** @type {HTMLCanvasElement} */ (canvas).width > 0), true);
  const [other] = await page.$$eval("#model option:not(:checked)", (options) => options.map((option) => /** @type {HTMLOptionElement} */ (option).value));
  await page.select("#model", other);
  await page.waitForFunction((before) => {
    const [one] = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#prediction [data-class]"));
    return document.documentElement.dataset.state === "ready" && one.dataset.probability !== before;
  }, {}, first.prediction[0].probability ?? "");
  assert.deepEqual((await shown(page)).words.map(({ word }) => word), first.words.map(({ word }) => word));
});

firefoxTest("the sample set teaches a model, which is kept, and there after a reload", async (page) => {
  await ready(page);
  await page.click("#tune-sample");
  await page.waitForSelector("#tune-start:enabled");
  await page.click(".choosing summary");
  await page.select("#tune-backend", "flex");
  await fill(page, "#tune-epochs", "2");
  await page.click("#tune-start");
  await reaches(page, "done");
  const accuracy = Number(await page.$eval("#tune-status", (status) => /** @type {HTMLElement} */ (status).dataset.heldoutAccuracy));
  assert.ok(accuracy > 0 && accuracy <= 1, `held-out accuracy ${accuracy}`);
  await fill(page, "#tune-title", "Remarks");
  await page.click("#tune-keep");
  await page.waitForFunction(() => /“Remarks” is kept/.test(document.querySelector("#tune-kept")?.textContent ?? ""));

  await page.reload();
  await page.waitForSelector("#own-models li");
  await ready(page);
  assert.equal(await page.$eval("#tune-status", (status) => /** @type {HTMLElement} */ (status).dataset.state), "idle");
  const own = await page.$eval("#model option[value^='own-']", (option) => /** @type {HTMLOptionElement} */ (option).value);
  await page.select("#model", own);
  await page.waitForSelector("#prediction [data-class='story']");
  await ready(page);
  const { prediction } = await shown(page);
  assert.deepEqual(prediction.map((one) => one.class).sort(), ["acting", "music", "pictures", "story"]);
});

firefoxTest("one file explains what is typed, without a server", async (page) => {
  await ready(page);
  await fill(page, "#text", TEXT);
  await page.waitForFunction(() => document.querySelectorAll("#tokens [data-word]").length === 14);
  await ready(page);
  const { prediction } = await shown(page);
  const sum = prediction.reduce((total, { probability }) => total + Number(probability), 0);
  assert.ok(Math.abs(sum - 1) < 1e-3, `probabilities sum to ${sum}`);
}, oneFile());
