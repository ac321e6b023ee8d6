// @ts-check
/**
 * How much faster fine-tuning is in several workers: writes, as JSON, how many texts a second are learned from in one
 * worker and in one for each core, round by round, to the file that is named.
 */

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

import { launch, url } from "./lane.js";
import { ready } from "./page.js";
import { choose, give, reaches } from "./tuning.js";

/** @import { Browser, Page } from "playwright-core" */

const ROUNDS = 7;
/** Length of a turn, in milliseconds. */
const TURN = 5000;

/** @typedef {{what: string, data: string | null, choices: {[name: string]: number}}} Work on the sample set, if there are no data */

const WORDS = "the plot is thin and the jokes are old but the two sisters are so good that I liked it".split(" ");

/** A csv file of texts of 40 words. */
const LONG = ["label,text", ...Array.from({ length: 320 }, (_, at) => `${at % 2 ? "praise" : "blame"},${Array.from({ length: 40 }, (_, word) => WORDS[(at * 7 + word * (1 + (at % 5))) % WORDS.length]).join(" ")}`)].join("\n");

/** @type {Work[]} */
const WORKS = [
  { what: "32 texts of 40 words a step, in Chromium", data: LONG, choices: { "batch-size": 32 } },
  { what: "the sample set in steps of 16, in Chromium", data: null, choices: {} },
];

/** A run on so many cores that waits for its turn. @param {Browser} browser @param {number} cores @param {Work} work */
async function open(browser, cores, { data, choices }) {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript((count) => void Object.defineProperty(navigator, "hardwareConcurrency", { get: () => count }), cores);
  await page.goto(url);
  await ready(page);
  if (data) await give(page, data);
  else await page.click("#tune-sample");
  await page.waitForSelector("#tune-start:enabled");
  await choose(page, { backend: "flex", epochs: 5000, patience: 5000, ...choices });
  await page.click("#tune-start");
  await reaches(page, "running");
  await page.waitForSelector(`#tune-status[data-workers="${cores}"]`);
  await page.click("#tune-pause");
  await reaches(page, "paused");
  return page;
}

/** Texts a second in a turn, as the run itself tells them. @param {Page} page */
async function turn(page) {
  await page.evaluate(() => {
    const status = /** @type {HTMLElement} */ (document.querySelector("#tune-status"));
    const rates = /** @type {number[]} */ ([]);
    const observer = new MutationObserver(() => rates.push(Number(status.dataset.examplesPerSecond)));
    observer.observe(status, { attributeFilter: ["data-examples-per-second"] });
    Object.assign(window, { rates, observer });
  });
  await page.click("#tune-pause");
  await page.waitForTimeout(TURN);
  await page.click("#tune-pause");
  await reaches(page, "paused");
  return page.evaluate(() => {
    const { rates, observer } = /** @type {{rates: number[], observer: MutationObserver}} */ (/** @type {any} */ (window));
    observer.disconnect();
    return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)];
  });
}

const [file] = process.argv.slice(2);
const workers = Math.min(cpus().length, 8);
const browser = await launch();
const reports = [];
for (const work of WORKS) {
  const pages = [await open(browser, 1, work), await open(browser, workers, work)];
  /** @type {[number[], number[]]} */
  const [one, all] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [page, rates] of /** @type {const} */ ([[pages[0], one], [pages[1], all]])) {
      const rate = await turn(page);
      if (round > 0) rates.push(rate); // The first round warms up.
    }
  }
  for (const page of pages) await page.context().close();
  reports.push({ what: work.what, workers, one, all });
}
await browser.close();
writeFileSync(file, JSON.stringify(reports));
