// @ts-check
/** Times the page: cold load to the first explanation, keystroke to painted explanation, an explanation in the Worker alone, and fine-tuning. */

import { lane, launch, url } from "./lane.js";
import { enter, keepExplanations, ready } from "./page.js";

const LOADS = 7;
const KEYSTROKES = 80;
const EXPLANATIONS = 40;
/** Seconds of fine-tuning that are measured, and the number of progress reports if that takes longer. */
const TUNED = 20;
const REPORTS = 4;

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
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
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
  await page.goto(`${url}#${new URLSearchParams({ text: TEXT, backend, beside: compare ? "auto" : "none" })}`);
  await ready(page);
  const inUse = await page.getAttribute("#backend-in-use", "data-backend");
  if (backend !== "auto" && inUse !== backend) throw new Error(`${inUse} explains, not ${backend}`);
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

/**
 * Fine-tuning on the sample set with the page's defaults, while someone types: texts trained on in a second, as the
 * run itself tells them, and the longest task of the page's main thread.
 * @param {string} backend
 */
async function tuning(backend) {
  const page = await openSettled("flex", true);
  await page.click("#tune-sample");
  await page.waitForSelector("#tune-start:enabled");
  await page.click(".choosing summary");
  await page.selectOption("#tune-backend", backend);
  for (const field of ["epochs", "patience"]) await page.fill(`#tune-${field}`, "1000");
  await page.evaluate(() => {
    const status = /** @type {HTMLElement} */ (document.querySelector("#tune-status"));
    const rates = /** @type {number[]} */ ([]);
    const tasks = [0];
    Object.assign(window, { rates, tasks });
    new MutationObserver(() => rates.push(Number(status.dataset.examplesPerSecond))).observe(status, { attributeFilter: ["data-examples-per-second"] });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
  await page.click("#tune-start");
  const reports = (/** @type {number} */ least) => page.waitForFunction((number) => /** @type {any} */ (window).rates.length >= number, least, { timeout: 1_200_000, polling: 100 });
  await reports(2); // What is compiled at the first step is no part of the others.
  await page.evaluate(() => /** @type {any} */ (window).rates.splice(0));
  await page.evaluate(() => /** @type {any} */ (window).tasks.splice(1));
  await page.locator("#tune-preview").scrollIntoViewIfNeeded();
  await page.focus("#text");
  for (const end = Date.now() + 1000 * TUNED; Date.now() < end; await page.waitForTimeout(150)) await page.keyboard.press("s");
  await reports(REPORTS);
  const { rates, tasks } = await page.evaluate(() => {
    const { rates, tasks } = /** @type {{rates: number[], tasks: number[]}} */ (/** @type {any} */ (window));
    return { rates, tasks };
  });
  const device = /on (.*?); /.exec(await page.innerText("#tune-figures"))?.[1] ?? backend;
  await page.context().close();
  return { device, rates, longest: Math.max(...tasks) };
}

/** @type {{[what: string]: ReturnType<typeof row>}} */
const results = {};
/** @type {{[what: string]: {"p50 (1/s)": number, reports: number, "longest main-thread task (ms; 0: none over 50)": number}}} */
const trained = {};
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
for (const backend of lane === "webgpu" ? ["webgpu"] : ["flex", "ndarray"]) {
  const { device, rates, longest } = await tuning(backend);
  trained[`${device}: fine-tuning, texts a second`] = {
    "p50 (1/s)": Math.round(100 * quantile(rates, 0.5)) / 100,
    reports: rates.length,
    "longest main-thread task (ms; 0: none over 50)": Math.round(longest),
  };
}
console.table(results);
console.table(trained);
await browser.close();
