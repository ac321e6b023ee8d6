// @ts-check
/** What a first visitor sees without scrolling, what is explained on request, and what can be tried. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { accessibilityProblems, pageTest } from "./lane.js";
import { enter, ready, shown, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/** Where an element begins, in pixels from the top of the window. @param {Page} page @param {string} selector */
const topOf = (page, selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().top);

pageTest(
  "text, prediction, the striking fact, the evidence, and the top of the allocation are seen at once",
  async (page) => {
    await ready(page);
    for (const selector of ["#text", "#prediction", ".fact", "#evidence", "#allocation-title"]) {
      const top = await topOf(page, selector);
      assert.ok(top >= 0 && top < 880, `${selector} begins at ${top}`);
    }
    const facts = await page.locator(".fact").allInnerTexts();
    assert.match(facts[0], /^“\S+” leads \d+ neurons?, and (has them nearly to itself|shares them): in effect, [\d.]+ words use each\. Right for [\d.]+ % of its dev texts\.$/);
    assert.equal(/^“\S+”/.exec(facts[1])?.[0], /^“\S+”/.exec(facts[0])?.[0], "both are about the same word");
    const { evidence } = await shown(page);
    const foremost = evidence.words.reduce((most, word) => (Math.abs(Number(word.contribution)) > Math.abs(Number(most.contribution)) ? word : most));
    assert.ok(facts[0].startsWith(`“${foremost.word}”`), facts[0]);
  },
  { browser: { viewport: { width: 1440, height: 900 } } },
);

pageTest("About is opened on request, is short, and its numbers are those of the results", async (page) => {
  await ready(page);
  assert.ok(await page.isHidden("#about"));
  await page.click("#about-open");
  assert.ok(await page.isVisible("#about"));
  assert.equal(await page.getAttribute("#about-open", "aria-expanded"), "true");
  const words = (await page.innerText("#about")).split(/\s+/).length;
  assert.ok(words <= 400, `${words} words`);
  const results = readFileSync(new URL("../../docs/results.md", import.meta.url), "utf8");
  const numbers = await page.locator("#about data").evaluateAll((all) => all.map((one) => ({ value: /** @type {HTMLDataElement} */ (one).value, says: one.textContent ?? "" })));
  assert.equal(numbers.length, 3);
  for (const { value, says } of numbers) {
    assert.ok(results.includes(value), `${value} is not in docs/results.md`);
    assert.equal(parseFloat(says), Math.round(1000 * Number(value)) / 10);
  }
  assert.deepEqual(await accessibilityProblems(page), []);
  await page.click("#about-open");
  assert.ok(await page.isHidden("#about"));
});

for (const [width, colorScheme] of /** @type {const} */ ([[1440, "light"], [360, "dark"]])) {
  pageTest(
    `the tour goes through six steps by keyboard, shows what it is about, and ends where it began, ${colorScheme}, ${width} pixels wide`,
    async (page) => {
      await ready(page);
      await enter(page, TEXT);
      assert.ok(await page.isHidden("#tour-step"));
      await page.focus("#tour");
      await page.keyboard.press("Enter");
      for (const [at, title] of ["Type", "Why", "Neurons", "Switch one off", "Compare", "Teach it yours"].entries()) {
        await page.waitForSelector(`#tour-title:has-text("${title}")`);
        assert.match(await page.innerText("#tour-step"), new RegExp(`${at + 1} of 6`));
        assert.equal(await page.locator(".toured").count(), 1);
        if (at === 0) assert.deepEqual(await accessibilityProblems(page), []);
        if (title === "Switch one off") {
          await page.click("#tour-try");
          await page.waitForSelector("#prediction[data-without^='neuron:']");
          await page.focus("#tour-next");
        }
        await page.keyboard.press("Enter");
      }
      assert.ok(await page.isHidden("#tour-step"));
      assert.equal(await page.locator(".toured").count(), 0);
      assert.equal(await page.evaluate(() => document.activeElement?.id), "tour");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      assert.ok(await page.isHidden("#tour-step"));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    },
    { browser: { colorScheme, viewport: { width, height: 800 }, reducedMotion: "reduce" } },
  );
}

pageTest("each experiment sets the page to what it says", async (page) => {
  await ready(page);
  const chip = (/** @type {string} */ name) => page.locator("#experiments button", { hasText: name });
  await chip("a “not”").click();
  await page.waitForSelector("#change:visible ins:has-text('not')");
  await chip("shared neurons").click();
  await page.waitForSelector(".pin.held:has-text('“it” and “promised”')");
  assert.ok(await page.isHidden("#change"));
  await chip("plain model").click();
  await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value === "sst2-plain");
  await ready(page);
  await chip("closing the gate").click();
  await page.waitForSelector('#prediction[data-without="word:2"]');
  await page.waitForSelector("#touched-parts:has-text('“bad” shut out')");
  assert.match(await page.innerText("#experiment-told"), /gate is closed for “bad”/);
  await chip("shared neurons").click();
  await page.waitForSelector(".pin.held");
  await chip("closing the gate").click();
  await page.waitForSelector('#prediction[data-without="word:2"]');
  assert.equal(await page.locator(".pin.held").count(), 0, "nothing of the experiment before is held");
});

/** The spacing that WCAG 2.2 asks a page to bear (1.4.12). */
const SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }";

pageTest(
  "at 400 % on a small laptop, with wide text and everything open, nothing scrolls sideways, and axe finds nothing to object to",
  async (page) => {
    await ready(page);
    await page.addStyleTag({ content: SPACED });
    await page.click("#about-open");
    const closed = page.locator("details:not([open]) > summary:visible");
    while ((await closed.count()) > 0) await closed.first().click();
    await page.waitForSelector("#neurons tbody tr");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    assert.deepEqual(await accessibilityProblems(page), []);
  },
  { browser: { viewport: { width: 320, height: 256 }, bypassCSP: true } },
);
