// @ts-check
/** A panel shows what its model says, or that it waits for it: never another model's numbers. */

import assert from "node:assert/strict";

import { pageTest } from "./lane.js";
import { enter, ready, shown, TEXT } from "./page.js";

/** @import { Page, Route } from "playwright-core" */

const WEIGHTS = /\/models\/imdb-plain\.[^/]*\/.*safetensors/;

/** Asserts that no number of any model is to be seen in the main panel. @param {Page} page */
async function assertNothingShown(page) {
  assert.equal(await page.locator("#prediction [data-probability]").count(), 0, "a probability");
  assert.equal(await page.getAttribute("#prediction", "data-known"), null);
  assert.equal(await page.locator('[data-panel="main"] [data-chart] > :visible').count(), 0, "a chart");
  assert.equal(await page.locator(".ticks [data-of]:visible").count(), 0, "the end of a scale");
}

pageTest(
  "while a model is on its way, or not to be had, its panels are empty and say so",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const before = await shown(page);
    const [worker] = page.workers();
    assert.equal((await page.locator('[data-panel="main"] [data-chart] > :visible').count()) > 0, true);

    await page.route(WEIGHTS, (route) => route.abort());
    await page.selectOption("#model", "imdb-plain");
    await assertNothingShown(page);
    await page.waitForSelector('html[data-state="error"]');
    const notice = page.locator(".notice");
    assert.match(await notice.innerText(), /The model “IMDB, plain” could not be loaded\. .*could not be fetched\. .*\./s);
    await assertNothingShown(page);
    assert.ok(!(await page.locator('[data-panel="beside"]').first().isVisible()), "there is nothing to compare");
    assert.ok(!(await page.isVisible("#progress")), "something is still on its way");
    assert.equal(await page.textContent("#prediction"), "The model “IMDB, plain” could not be loaded.");
    assert.match(await page.innerText("#status"), /^The model “IMDB, plain” could not be loaded\. /);

    /** @type {((route: Route) => void)} */
    let held = () => {};
    const arrives = new Promise((resolve) => (held = resolve));
    await page.unroute(WEIGHTS);
    await page.route(WEIGHTS, held);
    await notice.locator("button:has-text('Try again')").click();
    const route = /** @type {Route} */ (await arrives);
    assert.equal(await notice.count(), 0);
    await assertNothingShown(page);
    assert.equal(await page.textContent("#prediction"), "Waiting for “IMDB, plain” …");
    assert.match(await page.innerText("#status"), /^Loading IMDB, plain/);
    await page.locator("#text").press("End");
    await page.keyboard.type(" Again.");
    await assertNothingShown(page);
    await page.click("#theme"); // What is drawn in other colours is not drawn again.
    await assertNothingShown(page);

    await route.continue();
    await ready(page);
    const after = await shown(page);
    assert.equal(after.words.length, before.words.length + 2);
    assert.notDeepEqual(after.prediction, before.prediction);
    assert.equal(await page.locator(".outdated, .waiting:visible").count(), 0);
    assert.equal(page.workers()[0], worker, "what could explain was thrown away");
  },
  { browser: { viewport: { width: 1440, height: 900 } } },
);
