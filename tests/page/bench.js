// @ts-check
/** Times the page: cold load to the first explanation, and keystroke to painted explanation. */

import { lane, launch, url } from "./lane.js";
import { ready } from "./page.js";

/** @import { Page } from "playwright-core" */

const LOADS = 7;
const KEYSTROKES = 80;

const browser = await launch();

/** Twenty words. */
const TEXT = "The plot is thin and the jokes are old, but the two sisters are so good that I liked it";

/** @param {number[]} times @param {number} part */
const quantile = (times, part) => [...times].sort((a, b) => a - b)[Math.ceil(part * times.length) - 1];

/** @param {number[]} times in milliseconds */
const row = (times) => ({ "p50 (ms)": Math.round(10 * quantile(times, 0.5)) / 10, "p95 (ms)": Math.round(10 * quantile(times, 0.95)) / 10, samples: times.length });

/** A page on `backend` in a browser profile of its own, with nothing in its cache. @param {string} backend */
async function open(backend) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.documentElement.dataset.state === "ready") performance.mark("first-ready");
    }).observe(document, { subtree: true, attributeFilter: ["data-state"] });
  });
  await page.goto(`${url}#${new URLSearchParams({ text: TEXT, backend })}`);
  await ready(page);
  return page;
}

/** Time from the start of the navigation to the first explanation. @param {string} backend */
async function coldLoads(backend) {
  const times = [];
  for (let load = 0; load < LOADS; load += 1) {
    const page = await open(backend);
    times.push(await page.evaluate(() => performance.getEntriesByName("first-ready")[0].startTime));
    await page.context().close();
  }
  return times;
}

/** Time from each keystroke to its painted explanation. @param {string} backend */
async function keystrokes(backend) {
  const page = await open(backend);
  await page.waitForTimeout(3000); // until the second model is there and the backend is settled
  await page.focus("#text");
  await page.keyboard.press("End");
  for (let key = 0; key < KEYSTROKES; key += 1) {
    const painted = await paintedExplanations(page);
    await page.keyboard.press(key % 8 < 4 ? "s" : "Backspace");
    await page.waitForFunction((before) => performance.getEntriesByName("explain").length > before, painted, { timeout: 60_000 });
    await page.waitForTimeout(30 + (key % 7) * 5); // People do not type in step with the screen.
  }
  const times = await page.evaluate(() => performance.getEntriesByName("explain").map(({ duration }) => duration));
  await page.context().close();
  return times;
}

/** @param {Page} page */
const paintedExplanations = (page) => page.evaluate(() => performance.getEntriesByName("explain").length);

/** @type {{[what: string]: ReturnType<typeof row>}} */
const results = {};
for (const backend of lane === "webgpu" ? ["webgpu"] : ["auto", "ndarray"]) {
  results[`${backend}: cold load to first explanation`] = row(await coldLoads(backend));
  results[`${backend}: keystroke to painted explanation, 20 words, two models`] = row(await keystrokes(backend));
}
console.table(results);
await browser.close();
