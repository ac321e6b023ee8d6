// @ts-check
/** The page can be used by keyboard, on a phone, in the dark, and by those who do not see it. */

import assert from "node:assert/strict";

import { accessibilityProblems, pageTest } from "./lane.js";
import { enter, ready, TEXT } from "./page.js";

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [1440, 360]) {
    pageTest(
      `axe finds nothing to object to, ${colorScheme}, ${width} pixels wide`,
      async (page) => {
        await ready(page);
        await enter(page, `${TEXT} qzxvv`);
        await page.locator("summary").evaluateAll((all) => all.forEach((summary) => /** @type {HTMLElement} */ (summary).click()));
        await page.locator("#tokens [data-place='3']").press("Enter");
        assert.ok(await page.isVisible(".pin"), "it is held");
        assert.deepEqual(await accessibilityProblems(page), []);
      },
      { browser: { colorScheme, viewport: { width, height: 800 } } },
    );
  }
}

for (const words of [0, 1, 12, 200]) {
  pageTest(
    `${words} words fit on a narrow screen`,
    async (page) => {
      await ready(page);
      await enter(page, Array.from({ length: words }, (_, place) => (place % 5 === 0 ? "extraordinarily" : "good")).join(" "));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    },
    { browser: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } },
  );
}

pageTest(
  "everything can be reached and used by keyboard",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    /** @type {string[]} */
    const reached = [];
    await page.focus(".skip");
    while (reached.length < 160 && reached.at(-1) !== "skip") {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(() => {
        const at = /** @type {HTMLElement} */ (document.activeElement);
        return at.id || at.closest("[id]")?.id || at.tagName;
      }));
    }
    for (const id of ["text", "samples", "model", "beside", "evidence", "tokens", "allocation-colour", "allocation", "interaction-colour", "interaction", "backend", "theme", "copy-link"]) {
      assert.ok(reached.includes(id), `#${id} is not reached: ${reached.join(" ")}`);
    }
    assert.equal(reached.filter((id) => id === "tokens").length, 1, "the words are one stop, whatever their number");
    assert.equal(reached.filter((id) => id === "evidence").length, 2, "so are the bars, and the summary of their table");

    await page.locator("#tokens [data-place='0']").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("End");
    assert.equal(await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.word), ".");
    await page.keyboard.press("Home");
    assert.match(await page.locator("#allocation .readout").innerText(), /^“The” owns/);
    const held = page.locator(".pin.held");
    assert.equal(await held.count(), 0);
    await page.keyboard.press("Enter");
    await page.mouse.move(5, 5);
    assert.match(await page.locator("#allocation .readout").innerText(), /^“The” owns/, "it is held");
    assert.match(await held.innerText(), /^Held: “The”/);
    await page.selectOption("#model", await page.inputValue("#beside"));
    await ready(page);
    await page.locator("#tokens [data-place='2']").focus(); // As Tab does.
    await page.keyboard.press("Tab");
    assert.match(await page.locator("#allocation .readout").innerText(), /^“The” owns/, "Tab undoes it, or another model");
    await page.keyboard.press("Escape");
    assert.doesNotMatch(await page.locator("#allocation .readout").innerText(), /owns/);
    assert.equal(await held.count(), 0);

    const neurons = page.locator("#allocation [role=slider]");
    await neurons.focus();
    await page.keyboard.press("ArrowRight");
    const first = await neurons.getAttribute("aria-valuetext");
    assert.match(first ?? "", /^Neuron \d+ .*: .* %/);
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await neurons.getAttribute("aria-valuetext"), first);
    await page.keyboard.press("End");
    assert.equal(await neurons.getAttribute("aria-valuenow"), await neurons.getAttribute("aria-valuemax"));
    await page.keyboard.press("Enter");
    const [, neuron] = (await neurons.getAttribute("aria-valuetext"))?.match(/^Neuron (\d+)/) ?? [];
    assert.match(await held.innerText(), new RegExp(`^Held: neuron ${neuron}`));
    await page.keyboard.press("Tab");
    await page.locator("#tokens [data-word]").first().hover();
    assert.match(await page.locator("#allocation .readout").innerText(), new RegExp(`^Neuron ${neuron} `));
    await held.locator("button").click();
    assert.equal(await held.count(), 0);

    await page.locator("#interaction [role=grid]").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.waitForSelector("#interaction [role=gridcell]:has-text('“The” and “plot”: sharing 0.')"); // A chart that has just come into sight follows.
  },
  { browser: { viewport: { width: 1440, height: 900 } } },
);

pageTest("each chart has a table for those who can't see it", async (page) => {
  await ready(page);
  await enter(page, TEXT);
  for (const [chart, columns] of /** @type {const} */ ([["#evidence", 2], ["#allocation", 6], ["#interaction", 6]])) {
    await page.locator(`${chart} summary`).click();
    await page.waitForSelector(`${chart} tbody tr`);
    const rows = await page.locator(`${chart} tbody tr`).count();
    assert.ok(chart === "#evidence" ? rows > 14 : rows === 14, `${rows} rows`);
    const [head, ...cells] = await page.locator(`${chart} tbody tr`).nth(1).locator("th, td").allInnerTexts();
    assert.equal(head, "plot");
    assert.ok(cells.length === columns && cells.every((cell) => cell !== ""), cells.join("|"));
  }
  const [name, contribution, evidence] = await page.locator("#evidence tbody tr").last().locator("th, td").allInnerTexts();
  assert.deepEqual([name, contribution], ["in all", evidence]);
});

pageTest("looks follow the switch, and the scale with them", async (page) => {
  await ready(page);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const shade = () => page.locator("#tokens [data-word]").first().evaluate((word) => getComputedStyle(word).backgroundColor);
  const [light, lightShade] = [await paper(), await shade()];
  await page.click("#theme");
  assert.notEqual(await paper(), light);
  assert.notEqual(await shade(), lightShade);
  assert.equal(await page.innerText("#theme"), "Light theme");
  await page.click("#theme");
  assert.equal(await paper(), light);
}, { browser: { colorScheme: "light" } });

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  pageTest(
    `the colour scale can be read without telling colours apart, ${colorScheme}`,
    async (page) => {
      const luminances = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const luminance = (/** @type {string} */ name) => {
          const [r, g, b] = style.getPropertyValue(name).match(/\d+/g)?.map(Number) ?? [];
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return ["scale", "against"].map((way) => [0, 1, 2, 3, 4].map((stop) => luminance(stop === 0 ? "--scale-0" : `--${way}-${stop}`)));
      });
      for (const ofWay of luminances) {
        const steps = ofWay.slice(1).map((luminance, stop) => (colorScheme === "light" ? -1 : 1) * (luminance - ofWay[stop]));
        assert.ok(steps.every((step) => step > 20), `steps of luminance: ${steps.map(Math.round)}`);
      }
      for (const stop of [1, 2, 3, 4]) assert.ok(Math.abs(luminances[0][stop] - luminances[1][stop]) < 15, `step ${stop} is stronger one way`);
    },
    { browser: { colorScheme } },
  );
}
