// @ts-check
/** Fine-tuning can be used by keyboard, on a phone, in the dark, and by those who do not see it. */

import assert from "node:assert/strict";

import { accessibilityProblems, pageTest } from "./lane.js";
import { ready } from "./page.js";
import { choose, csv, focused, give, reaches, run } from "./tuning.js";

/** Data in which there is something of every kind to report. */
const MANIFOLD = `${csv(24)}\npraise,A film is a film.\nblame,A film is a film.\nblame,A film is a film.\n,no label\npraise,${"extraordinarily ".repeat(30)}\n${"x".repeat(90)},a long label\n${"x".repeat(90)},a long label again`;

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [1440, 360]) {
    pageTest(
      `axe finds nothing to object to in data, run and result, ${colorScheme}, ${width} pixels wide`,
      async (page) => {
        await give(page, MANIFOLD);
        await reaches(page, "error");
        assert.deepEqual(await accessibilityProblems(page), []);
        await page.check("#tune-skip");
        await page.waitForSelector("#tune-start:enabled");
        await choose(page, { backend: "flex", epochs: 2, "batch-size": 8 });
        await page.click("#tune-start");
        await reaches(page, "running");
        assert.deepEqual(await accessibilityProblems(page), []);
        await reaches(page, "done");
        await page.click("#tune-keep");
        await page.locator("#tuning details:not([open]) summary").evaluateAll((all) => all.forEach((summary) => /** @type {HTMLElement} */ (summary).click()));
        await page.locator("#tune-preview").scrollIntoViewIfNeeded();
        await page.waitForSelector("[data-panel='after'] [data-keep]");
        assert.deepEqual(await accessibilityProblems(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      },
      { browser: { colorScheme, viewport: { width, height: 800 } }, timeout: 300_000 },
    );
  }
}

pageTest("from the first example to a model that is kept, by keyboard alone", async (page) => {
  await ready(page);
  const tab = async (/** @type {string} */ id) => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press("Tab");
      if ((await focused(page)) === id) return;
    }
    assert.fail(`#${id} is not reached`);
  };
  await page.focus("#tune-data");
  await tab("tune-text");
  await tab("tune-example");
  for (const [text, label] of [["so good", "yes"], ["so bad", "no"], ["very good", "yes"], ["very bad", "no"]]) {
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
    await page.keyboard.type(label);
    await page.keyboard.press("Enter");
  }
  await page.waitForSelector("#tune-start:enabled");
  await tab("tune-start");
  await page.keyboard.press("Enter");
  await reaches(page, "done");
  assert.equal(await focused(page), "tune-start", "the focus was on what could be pressed meanwhile");
  await tab("tune-keep");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#own-models li");
});

pageTest(
  "the curves and the result follow the theme",
  async (page) => {
    await run(page, { epochs: 1 });
    const picture = () => page.locator("#tune-curves canvas").first().evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
    const light = await picture();
    await page.click("#theme");
    assert.notEqual(await picture(), light);
  },
  { browser: { colorScheme: "light" } },
);
