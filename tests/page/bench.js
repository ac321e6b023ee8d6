// @ts-check
/** Times the page: cold load to the first explanation, keystroke to painted explanation, and an explanation in the Worker alone. */

import { lane, launch, url } from "./lane.js";
import { enter, keepExplanations, ready } from "./page.js";

const LOADS = 7;
const KEYSTROKES = 80;
const EXPLANATIONS = 40;

const browser = await launch();

/** Twenty words. */
const TEXT = "The plot is thin and the jokes are old, but the two sisters are so good that I liked it";

/** A text of `length` words; another `turn`, another text. @param {number} length @param {number} turn */
const textOf = (length, turn) => {
  const words = TEXT.replace(",", "").split(" ");
  return Array.from({ length }, (_, place) => words[(place + turn) % words.length]).join(" ");
};

/** @param {number[]} times @param {number} part */
const quantile = (times, part) => [...times].sort((a, b) => a - b)[Math.ceil(part * times.length) - 1];

/** @param {number[]} times in milliseconds */
const row = (times) => ({ "p50 (ms)": Math.round(10 * quantile(times, 0.5)) / 10, "p95 (ms)": Math.round(10 * quantile(times, 0.95)) / 10, samples: times.length });

/** A page on `backend` in a browser profile of its own, with nothing in its cache. @param {string} backend @param {boolean} compare */
async function open(backend, compare) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.documentElement.dataset.state === "ready") performance.mark("first-ready");
    }).observe(document, { subtree: true, attributeFilter: ["data-state"] });
    document.addEventListener("input", ({ timeStamp }) => {
      document.addEventListener("explained", () => performance.measure("explain-all", { start: timeStamp }), { once: true });
    });
  });
  await keepExplanations(page);
  await page.goto(`${url}#${new URLSearchParams({ text: TEXT, backend, compare: compare ? "1" : "0" })}`);
  await ready(page);
  return page;
}

/** Time from the start of the navigation to the first explanation. @param {string} backend */
async function coldLoads(backend) {
  const times = [];
  for (let load = 0; load < LOADS; load += 1) {
    const page = await open(backend, true);
    times.push(await page.evaluate(() => performance.getEntriesByName("first-ready")[0].startTime));
    await page.context().close();
  }
  return times;
}

/** A page on which all models are there and the backend is settled. @param {string} backend @param {boolean} compare */
async function openSettled(backend, compare) {
  const page = await open(backend, compare);
  await page.waitForTimeout(3000);
  return page;
}

/**
 * Time from each keystroke to the painted explanation of the selected model, and of all models that are shown.
 * @param {string} backend
 * @param {boolean} compare
 */
async function keystrokes(backend, compare) {
  const page = await openSettled(backend, compare);
  await page.focus("#text");
  await page.keyboard.press("End");
  for (let key = 0; key < KEYSTROKES; key += 1) {
    await page.keyboard.press(key % 8 < 4 ? "s" : "Backspace");
    await page.evaluate(untilMeasured, key);
    await page.waitForTimeout(30 + (key % 7) * 5); // People do not type in step with the screen.
  }
  const [selected, all] = await page.evaluate(() =>
    ["explain", "explain-all"].map((name) => performance.getEntriesByName(name).map(({ duration }) => duration)),
  );
  await page.context().close();
  return { selected, all };
}

/** In the page: waits for more than `before` fully explained keystrokes, without asking for frames, as polling would. @param {number} before */
const untilMeasured = (before) =>
  new Promise((resolve) => {
    new PerformanceObserver((_, observer) => {
      if (performance.getEntriesByName("explain-all").length <= before) return;
      observer.disconnect();
      resolve(undefined);
    }).observe({ type: "measure", buffered: true });
  });

/** Time of each explanation of `length` words by one model, as its Worker tells it. @param {string} backend @param {number} length */
async function explanations(backend, length) {
  const page = await openSettled(backend, false);
  const times = [];
  for (let turn = 0; turn < EXPLANATIONS; turn += 1) {
    await enter(page, textOf(length, turn));
    times.push(await page.evaluate(() => /** @type {any} */ (window).lastExplained.milliseconds));
  }
  await page.context().close();
  return times;
}

/** @type {{[what: string]: ReturnType<typeof row>}} */
const results = {};
for (const backend of lane === "webgpu" ? ["webgpu"] : ["auto", "ndarray"]) {
  results[`${backend}: cold load to first explanation`] = row(await coldLoads(backend));
  results[`${backend}: keystroke to painted explanation, 20 words, one model`] = row((await keystrokes(backend, false)).selected);
  const { selected, all } = await keystrokes(backend, true);
  results[`${backend}: the same beside another model`] = row(selected);
  results[`${backend}: until the other one is there too`] = row(all);
  for (const length of [20, 128]) {
    results[`${backend}: explanation in the Worker, ${length} words`] = row(await explanations(backend, length));
  }
}
console.table(results);
await browser.close();
