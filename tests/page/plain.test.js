// @ts-check
/** The page keeps its meaning on paper, in the reader's own colours, and when the browser translates it. */

import assert from "node:assert/strict";

import { pageTest } from "./lane.js";
import { enter, modelIds, ready, shown, TEXT, translatable } from "./page.js";

/** @import { Page } from "playwright-core" */

/** Asserts that the words have lines that are the thicker, the more of them is kept. @param {Page} page */
async function assertLined(page) {
  const words = await page.locator("#tokens [data-keep]").evaluateAll((tokens) =>
    tokens.map((token) => {
      const { borderBottomWidth, backgroundColor, color } = getComputedStyle(token);
      return { keep: Number(/** @type {HTMLElement} */ (token).dataset.keep), width: parseFloat(borderBottomWidth), backgroundColor, color };
    }),
  );
  const byKeep = words.sort((a, b) => a.keep - b.keep);
  assert.ok(byKeep.length > 10 && byKeep[byKeep.length - 1].keep - byKeep[0].keep > 0.3);
  for (const [at, { width }] of byKeep.entries()) assert.ok(at === 0 || width >= byKeep[at - 1].width);
  assert.ok(byKeep[byKeep.length - 1].width - byKeep[0].width >= 1.5);
  assert.equal(new Set(byKeep.map(({ color }) => color)).size, 1, "a word's ink depends on its shade");
}

/** Computed values of an element, or of what stands before it. @param {Page} page @param {string} selector @param {string} [before] */
const styleOf = (page, selector, before) =>
  page.locator(selector).first().evaluate((element, pseudo) => {
    const { backgroundColor, borderTopWidth, outlineStyle, outlineWidth, textDecorationStyle } = getComputedStyle(element, pseudo);
    return { backgroundColor, borderTopWidth, outlineStyle, outlineWidth, textDecorationStyle };
  }, before);

pageTest(
  "on paper and in forced colours kept words, bars and marks are told apart",
  async (page) => {
    await ready(page);
    await enter(page, `${TEXT} qzxvv`);
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.getAttribute("html", "data-theme"), "light", "charts are drawn anew, dark on light");
    await assertLined(page);
    assert.ok(await page.locator(".lined").first().isVisible());
    assert.ok(!(await page.locator("#samples").isVisible()) && !(await page.locator("#tune-setup").isVisible()));
    await page.setViewportSize({ width: 700, height: 900 });
    const wide = await page.locator("canvas:visible").evaluateAll((all) => all.filter((canvas) => canvas.getBoundingClientRect().right > innerWidth).length);
    assert.equal(wide, 0, "a chart is wider than the paper");
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await page.getAttribute("html", "data-theme"), "auto");

    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ media: "screen", forcedColors: "active", colorScheme });
      assert.equal(await scheme(), "light dark");
      await assertLined(page);
      await page.locator("#tokens .token").first().focus();
      assert.deepEqual([(await styleOf(page, "#tokens .chosen")).outlineStyle, (await styleOf(page, "#tokens .unknown")).textDecorationStyle], ["solid", "dashed"]);
      const bar = await styleOf(page, "#prediction .bar");
      const filled = await styleOf(page, "#prediction .bar", "::before");
      assert.notEqual(bar.backgroundColor, filled.backgroundColor, "a bar is as long as its ground");
      assert.equal(bar.borderTopWidth, "1px");
      assert.equal((await styleOf(page, ".chip")).borderTopWidth, "1px");
    }
  },
  { browser: { viewport: { width: 1440, height: 900 } } },
);

/** What browsers do that translate: each text stands in elements of their own, and in other words. @param {Page} page */
const translate = (page) =>
  page.evaluate(() => {
    const within = (/** @type {Node} */ root) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const texts = /** @type {Text[]} */ ([]);
      while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
      for (const text of texts) {
        if (!text.data.trim() || text.parentElement?.closest('[translate="no"], script, style, textarea, font')) continue;
        const [outer, inner] = [document.createElement("font"), document.createElement("font")];
        inner.textContent = `«${text.data}»`;
        outer.append(inner);
        text.replaceWith(outer);
      }
    };
    within(document.body);
    new MutationObserver((changes) => {
      for (const added of changes.flatMap(({ addedNodes }) => [...addedNodes])) if (added.nodeName !== "FONT") within(added);
    }).observe(document.body, { childList: true, subtree: true });
  });

pageTest(
  "a browser's translation leaves words, classes and numbers alone, and the page goes on",
  async (page) => {
    await ready(page);
    await translate(page);
    assert.match(await page.innerText("h1"), /^«.*»$/);
    await page.locator("details:has(tbody) > summary").evaluateAll((all) => all.forEach((summary) => /** @type {HTMLElement} */ (summary).click()));
    const ids = await modelIds(page);
    for (const [text, model] of [[TEXT, ids[1]], ["A good qzxvv.", ids[0]]]) {
      await page.selectOption("#model", model);
      await ready(page);
      await enter(page, text);
      await page.locator("#tokens [data-place='1']").hover();
      await page.waitForSelector("#evidence .readout[data-without]");
      assert.equal((await page.locator("#tokens").innerText()).trim(), text);
      assert.equal((await shown(page)).words.length, text === TEXT ? 14 : 4);
      await page.locator("#status", { hasText: `${text === TEXT ? 14 : 4} words on ` }).waitFor();
      const own = "#prediction ul, .line, .balance, .sentence, .readout .name, tbody, .model-name, #model, #allocation .readout, #interaction .readout";
      for (const said of await page.locator(own).allInnerTexts()) assert.doesNotMatch(said, /[«»]/);
      assert.equal(await page.locator("#prediction .name").first().innerText(), "negative");
      const sentences = "#status, #backend-in-use, #evidence .readout, .sum, .figure .remark";
      assert.deepEqual(await translatable(page, sentences, /(?<!\p{L})\d|negative|positive|qzxvv/iu), []);
    }
  },
  { browser: { viewport: { width: 1440, height: 900 } } },
);
