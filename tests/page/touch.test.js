// @ts-check
/** Parts of the model are switched off and turned up; what follows is shown, undone by one key, and kept in the address. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { accessibilityProblems, pageTest } from "./lane.js";
import { enter, ready, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/** What `safr explain --without` predicts: the probabilities by class. @param {string} model @param {string} text @param {string} without */
function byProgram(model, text, without) {
  const program = process.env.SAFR_BIN;
  assert.ok(program, "SAFR_BIN names no program to compare with");
  const directory = fileURLToPath(new URL(`../../www/models/${model}`, import.meta.url));
  const printed = execFileSync(program, ["explain", "--model", directory, text, "--without", without, "--json", "-"], { maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] });
  const { classes, probabilities } = JSON.parse(printed.toString()).prediction;
  return Object.fromEntries(classes.map((/** @type {string} */ name, /** @type {number} */ place) => [name, probabilities[place]]));
}

/** @param {Page} page @param {string} root */
const predicted = (page, root = "#prediction") =>
  page.locator(`${root} [data-class]`).evaluateAll((rows) => Object.fromEntries(rows.map(({ dataset }) => [dataset.class, Number(dataset.probability)])));

/** Waits until the prediction is that of a model so changed, and explained. @param {Page} page @param {string} without */
async function changed(page, without) {
  await page.waitForSelector(without === "" ? "#prediction:not([data-without])" : `#prediction[data-without="${without}"]`);
  await ready(page);
}

/** @param {Page} page @param {string} model @param {string} text @param {string} without */
async function agrees(page, model, text, without) {
  const [here, there] = [await predicted(page), byProgram(model, text, without)];
  for (const [name, probability] of Object.entries(there)) {
    assert.ok(Math.abs(here[name] - probability) <= 1e-5, `${model} without ${without}: ${name} ${here[name]}, not ${probability}`);
  }
}

for (const model of ["sst2-safr", "sst2-safr-published"]) {
  pageTest(
    `what is switched off in ${model} is off as in the program, and one key undoes it`,
    async (page) => {
      await ready(page);
      await enter(page, TEXT);
      const whole = await predicted(page);
      const most = Math.max(...Object.values(whole));
      const entry = page.locator("#allocation .speakers [data-neuron]").first();
      const off = `neuron:${await entry.getAttribute("data-neuron")}`;
      await entry.click();
      await changed(page, off);
      assert.equal(await page.locator("#prediction").getAttribute("data-before"), String(most));
      assert.deepEqual(await predicted(page, '[data-panel="beside"] .prediction'), whole, "the model as it is stands beside it");
      await agrees(page, model, TEXT, off);
      assert.match(await page.innerText("#change"), /What the neurons say changes by .* at the place of “.*”, and by .* at all others/);
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-neuron")), off.slice(7), "the focus stays");

      await page.locator('#heads [data-head="1"]').click();
      const both = `${off} head:1`;
      await changed(page, both);
      assert.deepEqual(await predicted(page, '[data-panel="beside"] .prediction'), whole, "it stays there, though nobody asked again");
      await page.locator("#tokens [data-place='3']").press("Enter");
      await page.locator(".pin.held button", { hasText: "Shut it out" }).click();
      const all = `${both} word:3`;
      await changed(page, all);
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Let it in again", "the focus stays");
      await agrees(page, model, TEXT, all);
      assert.equal(await page.locator('.waiting[data-panel="beside"]').count(), 0, "whatever is changed");
      await page.waitForFunction((without) => new URLSearchParams(location.hash.slice(1)).get("without") === without, all);

      await page.keyboard.press("Control+z");
      await changed(page, both);
      await page.waitForFunction((without) => new URLSearchParams(location.hash.slice(1)).get("without") === without, both);
      await page.reload();
      await changed(page, both);
      await agrees(page, model, TEXT, both);
      await page.click("#reset");
      await changed(page, "");
      assert.deepEqual(await predicted(page), whole);
      assert.ok(await page.isHidden("#change"));
      assert.equal(await page.locator("#prediction").getAttribute("data-before"), null);
    },
    { at: `#model=${model}` },
  );
}

pageTest("a neuron is steered without a pass, by slider and by keyboard", async (page) => {
  await ready(page);
  await enter(page, TEXT);
  await page.locator("#allocation [role=slider]").focus();
  await page.keyboard.press("ArrowRight");
  const chosen = page.locator('#allocation [role=slider][aria-valuetext^="Neuron"]');
  const [, neuron] = /^Neuron (\d+)/.exec((await chosen.getAttribute("aria-valuetext")) ?? "") ?? [];
  await page.waitForSelector(`#neuron-card[data-neuron="${neuron}"] #neuron-card-text :text("Over")`);
  await page.keyboard.press("Enter");
  await changed(page, `neuron:${neuron}`);
  const strength = page.locator("#strength");
  assert.equal(await strength.inputValue(), "0");
  assert.equal(await page.locator("#neuron-off").getAttribute("aria-pressed"), "true");
  await page.waitForSelector("#neuron-card .firing mark", { timeout: 60_000 });
  await strength.focus();
  await page.keyboard.press("ArrowRight");
  await changed(page, `neuron:${neuron}=0.1`); // What was explained in between does not end the change.
  for (let step = 1; step < 25; step += 1) await page.keyboard.press("ArrowRight");
  await changed(page, `neuron:${neuron}=2.5`);
  await agrees(page, "sst2-safr", TEXT, `neuron:${neuron}=2.5`);
  await page.locator("#allocation [role=slider]").focus();
  for (const without of [`neuron:${neuron}`, ""]) {
    await page.keyboard.press("Control+z");
    await changed(page, without);
  }
});

pageTest("what flips the class is found, and does", async (page) => {
  await ready(page);
  await enter(page, "The plot is thin, but the acting is good.");
  const best = async () => Object.entries(await predicted(page)).sort(([, a], [, b]) => b - a)[0][0];
  const before = await best();
  await page.click("#flip");
  const neurons = page.locator('#flip-answers [data-question="flip-neurons"][data-found]');
  await neurons.waitFor();
  const off = (await neurons.getAttribute("data-found"))?.split(" ").map(Number).sort((a, b) => a - b).map((neuron) => `neuron:${neuron}`).join(" ") ?? "";
  const words = page.locator('#flip-answers [data-question="flip-words"][data-found]');
  await words.waitFor({ timeout: 60_000 });
  await neurons.locator("button").click();
  await changed(page, off);
  assert.notEqual(await best(), before);
  assert.match(await page.innerText("#change"), /, so (negative|positive);/);
  await page.click("#reset");
  await changed(page, "");
  await page.keyboard.press("Control+z");
  await changed(page, off);
  await page.keyboard.press("Control+z");
  await changed(page, "");
  await words.locator("button").click();
  await page.waitForSelector("#change:visible del");
  await ready(page);
  assert.notEqual(await best(), before, "without these words, too");
  assert.match(await page.innerText("#change"), /gone “/);
  await page.keyboard.press("Control+z");
  await ready(page);
  assert.equal(await page.inputValue("#text"), "The plot is thin, but the acting is good.");
});

pageTest(
  "an address that switches off what is not there says so, and the way back is at hand",
  async (page) => {
    await page.waitForSelector("#notices .notice[data-kind='text']");
    assert.match(await page.innerText("#notices"), /8 heads, and none has the number 99/);
    assert.equal(await page.locator("#prediction [data-probability]").count(), 0, "nothing is said to be its answer");
    await page.click("#notices button:has-text('Put everything back')");
    await changed(page, "");
    await page.goto(page.url().replace(/#.*|$/, "#without=neurone"));
    await page.reload();
    await page.waitForSelector("#notices .notice[data-kind='address']");
    assert.match(await page.innerText("#notices"), /make no sense: “neurone”/);
    await ready(page);
  },
  { at: "#without=head:99" },
);

pageTest("an explanation is checked when nothing else is to be done, and an edited text is compared with the earlier one", async (page) => {
  await ready(page);
  await enter(page, TEXT);
  await page.waitForSelector("#faithfulness[data-done]", { timeout: 60_000 });
  const [contribution, random] = await page.locator("#faithfulness").evaluate(({ dataset }) => [Number(dataset.contributionComprehensiveness), Number(dataset.randomComprehensiveness)]);
  assert.ok(contribution > random, `${contribution} is not above ${random}`);
  assert.match(await page.innerText("#faithfulness"), /on average .* Silencing a word’s neurons/s);
  await page.click("#pin-text");
  await enter(page, TEXT.replace("never boring", "dull"));
  await page.waitForSelector("#change:visible ins");
  assert.deepEqual(await page.locator("#change del").allInnerTexts(), ["never", "boring"]);
  assert.deepEqual(await page.locator("#change ins").allInnerTexts(), ["dull"]);
  assert.equal(await page.locator("#faithfulness[data-done]").count(), 0, "the curve was of another text");
  await page.waitForSelector("#faithfulness[data-done]", { timeout: 60_000 });
  await page.click("#pin-text");
  await page.waitForSelector("#change", { state: "hidden" });
});

for (const [width, colorScheme] of /** @type {const} */ ([[1440, "light"], [360, "dark"]])) {
  pageTest(
    `neurons are found by a word, ${colorScheme}, ${width} pixels wide, and axe finds nothing to object to`,
    async (page) => {
      await ready(page);
      await page.click("#all-neurons summary");
      await page.waitForSelector("#neurons tbody tr");
      await page.fill("#neuron-search", "dull");
      await page.waitForSelector("#neurons-said:has-text('dull')");
      const rows = await page.locator("#neurons tbody tr").allInnerTexts();
      assert.ok(rows.length > 0 && rows.every((row) => row.includes("dull")), rows[0]);
      const first = page.locator("#neurons [data-neuron]").first();
      await first.click();
      await changed(page, `neuron:${await first.getAttribute("data-neuron")}`);
      assert.equal(await first.getAttribute("aria-pressed"), "true");
      await page.click("#flip");
      await page.waitForSelector('#flip-answers [data-question="flip-words"][data-found]', { timeout: 60_000 });
      await page.waitForSelector("#faithfulness[data-done]", { timeout: 60_000 });
      assert.deepEqual(await accessibilityProblems(page), []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    },
    { browser: { colorScheme, viewport: { width, height: 800 } } },
  );
}

pageTest("the address holds what is held; back and forward go from one view to another", async (page) => {
  await ready(page);
  await enter(page, TEXT);
  await page.locator("#tokens [data-place='5']").press("Enter");
  await page.waitForSelector(".pin.held:has-text('but')");
  await page.waitForFunction(() => location.hash.includes("held=word%3A5"));
  await page.reload();
  await ready(page);
  await page.waitForSelector(".pin.held:has-text('but')");
  await page.selectOption("#model", "sst2-plain");
  await page.waitForFunction(() => location.hash.includes("model=sst2-plain"));
  await page.selectOption("#allocation-colour", "share");
  await page.waitForFunction(() => location.hash.includes("allocation=share"));
  await page.goBack();
  await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#allocation-colour")).value === "evidence");
  assert.equal(await page.inputValue("#model"), "sst2-plain");
  await page.goBack();
  await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value === "sst2-safr");
  await ready(page);
  await page.waitForSelector(".pin.held:has-text('but')");
  assert.equal(await page.inputValue("#text"), TEXT);
  await page.goForward();
  await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value === "sst2-plain");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !location.hash.includes("held"));
});
