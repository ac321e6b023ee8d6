// @ts-check
/** Of a model with several layers, any one's neurons are shown; only the last one's can be switched off. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { imported, saved, takeIn, TEXT } from "./bert.js";
import { accessibilityProblems, pageTest } from "./lane.js";
import { enter, explained, keepExplanations, ready } from "./page.js";

/** @import { Page } from "playwright-core" */

/** Waits until a layer is shown, and chosen in a panel. @param {Page} page @param {number} layer from 1 @param {string} panel */
async function shows(page, layer, panel = "main") {
  await page.waitForSelector(`[data-panel="${panel}"] .layers .remark span:text-matches("^Layer ${layer} of 3: ")`);
  await page.waitForSelector(`[data-panel="${panel}"] .layers input[value="${layer}"]:checked`);
  await ready(page);
}

/** Waits until the address names a layer, or none. @param {Page} page @param {string | null} layer */
const addressed = (page, layer) => page.waitForFunction((layer) => new URLSearchParams(location.hash.slice(1)).get("layer") === layer, layer);

/** Opens the model and a text. @param {Page} page @param {string[]} files */
async function open(page, files) {
  await ready(page);
  await takeIn(page, files);
  await enter(page, TEXT);
  await page.waitForSelector('#prediction [data-class="so-so"]');
  await shows(page, 3);
}

pageTest(
  "each layer’s neurons are those of the command, on the page and taken home; the address brings them back",
  async (page) => {
    const { files, byProgram } = imported();
    await open(page, files);
    for (const [layer, written] of /** @type {const} */ ([[1, "1"], [2, "2"], [3, null]])) {
      await page.check(`#allocation .layers input[value="${layer}"]`);
      await shows(page, layer);
      await addressed(page, written);
      const [here] = Object.values(await explained(page));
      const there = byProgram(TEXT, "--layer", String(layer));
      assert.deepEqual([here.layer, here.allocation.neurons], [layer - 1, there.allocation.neurons]);
      for (const [at, { text, neurons, evidence }] of here.words.entries()) {
        assert.ok(Math.abs(neurons - there.words[at].neurons) < 1e-3, `${text} has ${neurons} neurons in layer ${layer}, not ${there.words[at].neurons}`);
        assert.ok(Math.abs(evidence - there.words[at].evidence) < 1e-4, `at ${text}, layer ${layer} says ${evidence}, not ${there.words[at].evidence}`);
      }
      const strip = await page.locator("#allocation .layer").evaluateAll((all) => all.map(({ dataset }) => [Number(dataset.active), Number(dataset.sharing)]));
      for (const [at, [active, sharing]] of strip.entries()) {
        assert.equal(active, there.layers[at].active);
        assert.ok(Math.abs(sharing - there.layers[at].sharing) < 1e-4);
      }
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export-json")]);
      const taken = JSON.parse(readFileSync(await download.path()).toString());
      assert.deepEqual([taken.layer, taken.allocation.neurons], [layer - 1, here.allocation.neurons]);
      assert.equal(new URLSearchParams(new URL(taken.origin.address).hash.slice(1)).get("layer"), written);
    }
    await page.goBack();
    await shows(page, 2);
    await page.goBack();
    await shows(page, 1);
    await page.reload();
    await shows(page, 1);
    await addressed(page, "1");
  },
  { at: "#beside=none", before: keepExplanations },
);

pageTest(
  "a lower layer’s neurons are looked at and held, but not switched off",
  async (page) => {
    await open(page, saved);
    await page.locator("#allocation .layers input:checked").focus();
    await page.keyboard.press("ArrowRight"); // From the last to the first.
    await shows(page, 1);
    const neurons = page.locator("#allocation [role=slider]");
    await neurons.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".pin.held:has-text('Held: neuron')");
    await page.keyboard.press("Escape");
    await neurons.click();
    await page.waitForSelector(".pin.held:has-text('Held: neuron')");
    await page.waitForSelector("#neuron-card:has-text('Only the last layer’s neurons can be switched off.')");
    await page.waitForFunction(() => /held=neuron/.test(location.hash));
    const listed = page.locator("#allocation .speakers button").last();
    const held = await listed.getAttribute("data-neuron");
    await listed.click();
    await page.waitForSelector(`.pin.held:has-text('Held: neuron ${held}')`);
    for (const off of ["#strength-control", "#all-neurons", "#touched"]) assert.ok(await page.isHidden(off), off);
    assert.ok(await page.locator("#heads button").evaluateAll((heads) => heads.length > 0 && heads.every((head) => /** @type {HTMLButtonElement} */ (head).disabled)));
    await page.waitForSelector("#heads:has-text('Only the last layer’s heads can be switched off.')");
    assert.equal(new URLSearchParams(await page.evaluate(() => location.hash.slice(1))).get("without"), null);
    await page.locator("#evidence [data-place='4']").click();
    assert.deepEqual(await page.locator(".pin.held .actions button").allInnerTexts(), ["Shut it out"]);
    await page.keyboard.press("Escape");
    assert.deepEqual(await accessibilityProblems(page), []);

    await listed.click();
    await page.waitForFunction((held) => location.hash.includes(`held=neuron%3A${held}&`), held);
    await page.check('#allocation .layers input[value="3"]');
    await shows(page, 3);
    await page.waitForSelector(".pin.held", { state: "detached" }); // Another layer's neuron of this number is another one.
    await addressed(page, null);
    await page.goBack();
    await shows(page, 1);
    await page.waitForSelector(`.pin.held:has-text('Held: neuron ${held}')`);
    await page.check('#allocation .layers input[value="3"]');
    await shows(page, 3);
    assert.ok(await page.isVisible("#all-neurons"));
    await neurons.focus();
    await page.keyboard.press("End");
    const [, off] = /^Neuron (\d+)/.exec((await neurons.getAttribute("aria-valuetext")) ?? "") ?? [];
    await page.keyboard.press("Enter");
    await page.waitForSelector(`#prediction[data-without="neuron:${off}"]`);
    await shows(page, 3, "beside");
    const did = await page.innerText("#change [role=status]");
    assert.match(did, /log-odds|centred logit/);
    await page.check('[data-panel="beside"] .layers input[value="2"]');
    await shows(page, 2, "beside");
    await shows(page, 2);
    assert.equal(await page.innerText("#change [role=status]"), did, "it is told by the last layer, which was changed");
    assert.equal(await page.innerText("#touched-parts"), `last layer’s neuron ${off} off`);
    await page.locator("#touched-parts button").click();
    await page.waitForSelector("#touched", { state: "hidden" });
  },
  { at: "#beside=none" },
);

pageTest(
  "on a narrow screen, in the dark, the layers fit and are large enough to tap",
  async (page) => {
    await open(page, saved);
    await page.check('#allocation .layers input[value="2"]');
    await shows(page, 2);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    const sizes = await page.locator("#allocation .layers input").evaluateAll((all) => all.map((radio) => radio.getBoundingClientRect().toJSON()));
    for (const { width, height } of sizes) assert.ok(width >= 24 && height >= 24, `${width} × ${height}`);
    assert.deepEqual(await accessibilityProblems(page), []);
  },
  { at: "#beside=none", browser: { colorScheme: "dark", viewport: { width: 320, height: 740 } } },
);

pageTest(
  "a model of one layer has no layers to choose from, whatever the address says",
  async (page) => {
    await ready(page);
    assert.equal(await page.locator(".layers:visible").count(), 0);
    const entry = page.locator("#allocation .speakers [data-neuron]").first();
    const off = await entry.getAttribute("data-neuron");
    await entry.click();
    await page.waitForSelector(`#prediction[data-without="neuron:${off}"]`);
  },
  { at: "#layer=2" },
);
