// @ts-check
/** Models and looks are switched, and a link restores them. */

import assert from "node:assert/strict";

import { pageTest, url } from "./lane.js";
import { enter, modelIds, ready, shown, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

const BROAD = { viewport: { width: 1440, height: 900 } };

pageTest(
  "the models stand side by side, and the names belong to the selected one",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const [first, second] = [await page.inputValue("#model"), await page.inputValue("#beside")];
    const before = await shown(page);
    const besideOf = () => page.locator('[data-panel="beside"] [data-keep]').evaluateAll((words) => words.map((word) => /** @type {HTMLElement} */ (word).dataset.keep));
    const beside = await besideOf();
    await page.selectOption("#model", second);
    await ready(page);
    const after = await shown(page);
    assert.deepEqual(after.words.map(({ keep }) => keep), beside);
    assert.deepEqual(await besideOf(), before.words.map(({ keep }) => keep));
    assert.notDeepEqual(after.prediction, before.prediction);
    assert.notEqual(after.allocation, before.allocation);
    assert.notEqual(after.interaction, before.interaction);
    assert.equal(await page.locator("[id]").evaluateAll((all) => all.length - new Set(all.map(({ id }) => id)).size), 0, "an id stands twice");

    await page.selectOption("#beside", "none");
    assert.equal(await page.locator('[data-panel="beside"]:visible').count(), 0);
    await page.selectOption("#model", first);
    await ready(page);
    assert.deepEqual((await shown(page)).words, before.words);
  },
  { browser: BROAD },
);

/** Notes in `ids` of which models files are fetched, by the worker too. @param {Page} page @param {Set<string>} ids */
const note = (page, ids) =>
  page.context().on("request", (request) => {
    const [, id] = request.url().match(/models\/([^/.]+)/) ?? [];
    if (id) ids.add(id);
  });

pageTest(
  "a model is fetched when it is chosen, and one of its own task stands beside it, unless it is large",
  async (page) => {
    /** @type {Set<string>} */
    const fetched = new Set();
    note(page, fetched);
    await page.reload();
    await ready(page);
    const ids = await modelIds(page);
    const task = (/** @type {string} */ id) => id.split("-")[0];
    const inUse = async () => [await page.inputValue("#model"), await page.inputValue("#beside")];
    const large = await page.locator("#model option", { hasText: " MB" }).evaluateAll((options) => options.map((option) => /** @type {HTMLOptionElement} */ (option).value));
    assert.deepEqual(large, ids.filter((id) => task(id) === "minilm"), "a size is said before it is fetched");
    for (const id of ids) {
      await page.selectOption("#model", id);
      if (large.includes(id)) {
        await page.waitForSelector('[data-panel="main"] [data-keep]');
        await ready(page);
        assert.deepEqual(await inUse(), [id, "none"]);
        const chosen = large.slice(0, large.indexOf(id) + 1);
        assert.deepEqual([...fetched].filter((other) => large.includes(other)), chosen, "nothing large is fetched unasked");
        continue;
      }
      await page.waitForFunction(() => document.querySelectorAll('[data-panel="beside"] [data-keep]').length > 0);
      await ready(page);
      const [model, beside] = await inUse();
      assert.equal(model, id);
      assert.notEqual(beside, id);
      assert.equal(task(beside), task(id));
      assert.ok(fetched.has(model) && fetched.has(beside));
    }
  },
  { browser: BROAD },
);

/** @type {Set<string>} */
const fetchedAtFirst = new Set();

pageTest(
  "no model is fetched that is not shown",
  async (page) => {
    await ready(page);
    await page.waitForLoadState("networkidle");
    assert.deepEqual([...fetchedAtFirst], (await modelIds(page)).slice(0, 1));
  },
  { at: "#beside=none", before: async (page) => void note(page, fetchedAtFirst) },
);

pageTest(
  "what is compared stands side by side, or one below the other, at every width",
  async (page) => {
    await ready(page);
    await page.waitForSelector('[data-panel="beside"] [data-keep]');
    await ready(page); // Again: it is busy once more when the model beside arrives.
    const explained = () => page.locator('[data-panel="beside"] [data-keep]').count();
    const words = await explained();
    for (const width of [1440, 1099, 800, 360]) {
      await page.setViewportSize({ width, height: 800 });
      assert.equal(await explained(), words, "the comparison is gone");
      const pairs = await page.locator("main .pair:visible").evaluateAll((all) => all.map((pair) => [...pair.children].map((slot) => slot.getBoundingClientRect().toJSON())));
      assert.equal(pairs.length, 6);
      for (const [at, [main, beside]] of pairs.entries()) {
        assert.ok(main.width > 0 && beside.width > 0 && beside.height > 0);
        if (width === 1440 || (at === 0 && width >= 760)) assert.ok(beside.left >= main.right && beside.top === main.top);
        else assert.ok(beside.left === main.left && beside.top >= main.bottom);
      }
      // Where they are columns, the names above the fact are those of the evidence below it, too.
      assert.equal(await page.locator(".pair .model-name:visible").count(), width >= 1100 ? 10 : 12, "each panel has its model’s name");
      assert.ok(await page.isVisible("#beside"));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      if (width < 760) continue;
      // Nothing with the focus hides under the text box that stays on top.
      await page.waitForFunction(() => {
        const bench = /** @type {HTMLElement} */ (document.querySelector(".bench"));
        return parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) >= bench.getBoundingClientRect().height;
      });
    }
    await page.selectOption("#beside", "none");
    assert.equal(await page.locator('[data-panel="beside"]:visible').count(), 0);
  },
  { browser: BROAD },
);

pageTest(
  "what is ready belongs to the text in both panels, and the panel that is behind can be pointed at",
  async (page) => {
    await ready(page);
    await page.fill("#text", "Good");
    await ready(page);
    await page.evaluate(() => {
      const words = (/** @type {string} */ panel) =>
        [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-panel="${panel}"] [data-keep]`))];
      const seen = /** @type {string[][][]} */ ([]);
      Object.assign(window, { seen });
      new MutationObserver(() => {
        if (document.documentElement.dataset.state === "ready") seen.push(["main", "beside"].map((panel) => words(panel).map(({ dataset }) => dataset.word ?? "")));
      }).observe(document, { subtree: true, attributeFilter: ["data-state"] });
      const point = new MutationObserver(() => {
        for (const panel of ["main", "beside"]) words(panel).at(-1)?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
      });
      for (const sentence of document.querySelectorAll(".sentence > :first-child")) point.observe(sentence, { childList: true });
    });
    for (const letter of " and bad and ugly") {
      await page.keyboard.press(letter === " " ? "Space" : letter);
      await ready(page);
    }
    const seen = await page.evaluate(() => /** @type {{seen: string[][][]}} */ (/** @type {unknown} */ (window)).seen);
    assert.ok(seen.length >= 5, `ready ${seen.length} times`);
    for (const [main, beside] of seen) assert.deepEqual(beside, main);
    assert.deepEqual(seen.at(-1)?.[0], ["Good", "and", "bad", "and", "ugly"]);
  },
  { browser: BROAD },
);

pageTest(
  "a link restores the view",
  async (page) => {
    await ready(page);
    const [, second] = await modelIds(page);
    await page.selectOption("#model", second);
    await page.selectOption("#beside", "none");
    await page.selectOption("#backend", "ndarray");
    await page.selectOption("#allocation-colour", "share");
    await page.selectOption("#interaction-colour", "contribution");
    await page.click("#theme");
    await enter(page, "Grüße & “quotes” #1\nα+β");
    await page.waitForSelector('#backend-in-use[data-backend="ndarray"]', { timeout: 60_000 });
    await ready(page);
    await page.click("#copy-link");
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const before = await shown(page);
    await page.goto("about:blank");
    await page.goto(link);
    await page.waitForSelector('#backend-in-use[data-backend="ndarray"]', { timeout: 60_000 });
    await ready(page);
    assert.equal(await page.inputValue("#text"), "Grüße & “quotes” #1\nα+β");
    assert.equal(await page.inputValue("#model"), second);
    assert.equal(await page.inputValue("#beside"), "none");
    assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    assert.equal(await page.inputValue("#allocation-colour"), "share");
    assert.equal(await page.inputValue("#interaction-colour"), "contribution");
    assert.deepEqual(await shown(page), before);
  },
  { browser: { ...BROAD, colorScheme: "light", permissions: ["clipboard-read", "clipboard-write"] } },
);

pageTest("nonsense in the address is passed over", async (page) => {
  await ready(page);
  assert.equal(await page.inputValue("#backend"), "auto");
  assert.equal(await page.inputValue("#text"), "Still here");
  await page.goto(`${url}#text=${"a".repeat(5000)}`);
  await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector("#text")).value.length === 5000);
  await ready(page);
  // The page writes the address when it goes out of sight: never over one that it has not read yet.
  await page.evaluate(() => {
    location.hash = "#text=Elsewhere";
    dispatchEvent(new PageTransitionEvent("pagehide"));
  });
  await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector("#text")).value === "Elsewhere");
}, { at: "#model=none&backend=abacus&beside=perhaps&theme=%zz&allocation=heat&text=Still+here&other=1" });
