// @ts-check
/** What a visitor does to fine-tune, and small data to do it with. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { lane } from "./lane.js";
import { ready } from "./page.js";

/** @import { Page, Worker } from "playwright-core" */

/** What trains where a test is about training itself: WebGPU is software in its lane, and slow. */
export const backend = lane === "webgpu" ? "webgpu" : "flex";

const OPENINGS = ["The plot is", "The ending is", "The acting was", "The music was", "Every scene is", "This film is"];
const CLOSINGS = { praise: ["good", "great and warm", "never dull", "very funny"], blame: ["bad", "cold and dull", "never good", "very boring"] };

/** A csv file of so many texts, of the classes praise and blame in turn. @param {number} texts */
export function csv(texts) {
  const row = (/** @type {number} */ at) => {
    const label = at % 2 === 0 ? "praise" : "blame";
    const closings = CLOSINGS[label];
    return `${label},"${OPENINGS[Math.floor(at / 2) % OPENINGS.length]} ${closings[Math.floor(at / 2 / OPENINGS.length) % closings.length]}, I think."`;
  };
  return ["label,text", ...Array.from({ length: texts }, (_, at) => row(at))].join("\n");
}

/** Paths of the files of a very small model, as the program imports it: WebGPU in software takes a minute for a step of a shipped one. */
export const smallModel = (() => {
  const folder = mkdtempSync(join(tmpdir(), "safr-page-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const words = "<PAD> <UNK> the plot is ending acting was music every scene this film good great and warm never dull very funny bad cold boring i think , . a but thin not".split(" ");
  const vocabulary = join(folder, "words.json");
  writeFileSync(vocabulary, JSON.stringify(Array.from({ length: 50 }, (_, at) => words[at] ?? `word${at}`)));
  const weights = fileURLToPath(new URL("../reference/tiny.pth", import.meta.url));
  const model = join(folder, "small");
  execFileSync(/** @type {string} */ (process.env.SAFR_BIN), ["import", "--pytorch", weights, "--heads", "4", "--vocabulary", vocabulary, "--out", model]);
  return ["card.json", "config.json", "vocabulary.json", "model.safetensors"].map((name) => join(model, name));
})();

/** Loads the small model, and gives its id. @param {Page} page */
export async function loadSmall(page) {
  await ready(page);
  await page.setInputFiles("#load-model", smallModel);
  return /** @type {string} */ (await page.locator("#own-models li").last().getAttribute("data-model"));
}

/** Gives a file to the page, and waits for what it makes of it. @param {Page} page @param {string | Buffer} content @param {string} [name] */
export async function give(page, content, name = "remarks.csv") {
  await ready(page);
  await page.setInputFiles("#tune-data", { name, mimeType: "text/csv", buffer: Buffer.from(content) });
  await page.waitForSelector("#tune-report :is(.problem, .facts)");
}

/** Types one example. @param {Page} page @param {string} text @param {string} label */
export async function type(page, text, label) {
  await page.fill("#tune-example", text);
  await page.fill("#tune-label", label);
  await page.press("#tune-label", "Enter");
}

/** @param {Page} page @param {...string} states any of which will do */
export const reaches = (page, ...states) =>
  page.waitForSelector(states.map((state) => `#tune-status[data-state="${state}"]`).join(", "), { timeout: 300_000 });

/** @param {Page} page @param {{[name: string]: string | number}} choices by the part of the id behind `tune-` */
export async function choose(page, choices) {
  const details = page.locator(".choosing");
  if ((await details.getAttribute("open")) === null) await details.locator("summary").click();
  for (const [name, value] of Object.entries(choices)) {
    const field = page.locator(`#tune-${name}`);
    if ((await field.evaluate(({ tagName }) => tagName)) === "SELECT") await field.selectOption(String(value));
    else await field.fill(String(value));
  }
}

/** Starts a run that lasts until it is held. @param {Page} page @param {{[name: string]: string | number}} [choices] @param {number} [texts] */
export async function startLongRun(page, choices = {}, texts = 24) {
  const model = await loadSmall(page);
  await give(page, csv(texts));
  await choose(page, { model, backend, "batch-size": 4, epochs: 5000, patience: 5000, ...choices });
  await page.click("#tune-start");
  await reaches(page, "running");
}

/** Runs to the end, on the CPU and from the first shipped model where nothing else is chosen. @param {Page} page @param {{[name: string]: string | number}} [choices] */
export async function run(page, choices = {}) {
  await give(page, csv(24));
  await choose(page, { backend: "flex", "batch-size": 8, epochs: 2, ...choices });
  await page.click("#tune-start");
  await reaches(page, "done");
}

/** The figures of a run, as scripts read them. @param {Page} page */
export async function figures(page) {
  const { step, epoch, heldoutAccuracy } = await page.locator("#tune-status").evaluate(({ dataset }) => ({ ...dataset }));
  return { step: Number(step), epoch: Number(epoch), accuracy: heldoutAccuracy === undefined ? null : Number(heldoutAccuracy) };
}

/** The workers that fine-tune, or that help with it. @param {Page} page @param {RegExp} [name] @returns {Promise<Worker[]>} */
export async function trainers(page, name = /^The fine-tuning worker$/) {
  const named = page.workers().map(async (worker) => ({ worker, name: await worker.evaluate(() => self.name).catch(() => "") })); // It may have been stopped.
  return (await Promise.all(named)).filter((one) => name.test(one.name)).map(({ worker }) => worker);
}

/** Waits until so many steps are taken. @param {Page} page @param {number} steps */
export const stepsBeyond = (page, steps) =>
  page.waitForFunction((least) => Number(/** @type {HTMLElement} */ (document.querySelector("#tune-status")).dataset.step) > least, steps, { timeout: 300_000 });

/** Whether all of it can be seen without scrolling, once what is drawn above it has its height. @param {Page} page @param {string} selector */
export async function inSight(page, selector) {
  for (let tries = 0; tries < 50; tries += 1) {
    const isSeen = await page.locator(selector).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
    if (isSeen) return true;
    await page.waitForTimeout(100);
  }
  return false;
}

/** What the fine-tuning part of the page says. @param {Page} page */
export const notices = (page) => page.locator("#tune-notices").innerText();

/** Gives the result up, so that the next run need not ask. @param {Page} page */
export async function undo(page) {
  await page.click("#tune-undo");
  await reaches(page, "idle");
}

/** Which element has the focus. @param {Page} page */
export const focused = (page) => page.evaluate(() => document.activeElement?.id);

/** Stops the run and waits for its result. @param {Page} page */
export async function stop(page) {
  await page.click("#tune-stop");
  await reaches(page, "done");
}

/** The files that come of a click. @param {Page} page @param {string} selector */
export async function downloaded(page, selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  const path = await download.path();
  assert.ok(path, "nothing was downloaded");
  return { name: download.suggestedFilename(), path };
}
