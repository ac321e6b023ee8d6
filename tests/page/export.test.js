// @ts-check
/** What is taken home is what the program draws, and holds what the page shows. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pageTest, told } from "./lane.js";
import { enter, ready, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/** Saves as `form`, and gives the file. @param {Page} page @param {string} form */
async function saved(page, form) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#export-${form}`)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Width and height of a PNG. @param {Buffer} png */
const sizeOf = (png) => [png.readUInt32BE(16), png.readUInt32BE(20)];

// Chromium lets no page save more than ten files in a row.
for (const charts of [["explanation", "evidence", "words"], ["allocation", "interaction", "faithfulness"]]) {
  pageTest(`${charts.join(", ")} are saved as the program draws them, with model, day and address`, async (page) => {
    await ready(page);
    await enter(page, TEXT);
    await page.waitForSelector("#faithfulness[data-done]", { timeout: 60_000 });
    const folder = mkdtempSync(join(tmpdir(), "safr-"));
    try {
      const json = await saved(page, "json");
      assert.equal(json.name, "sst2-safr-explanation.json");
      writeFileSync(join(folder, "page.json"), json.bytes);
      const explanation = JSON.parse(json.bytes.toString());
      assert.equal(explanation.text, TEXT);
      assert.equal(explanation.origin.title, "SST-2, SAFR");
      assert.match(explanation.origin.date, /^\d{4}-\d\d-\d\d$/);
      const view = new URLSearchParams(new URL(explanation.origin.address).hash.slice(1));
      assert.deepEqual([view.get("text"), view.get("model")], [TEXT, "sst2-safr"]);
      const shown = await page.locator("#prediction [data-class]").evaluateAll((rows) => rows.map((row) => Number(/** @type {HTMLElement} */ (row).dataset.probability)));
      assert.deepEqual(explanation.prediction.probabilities.map(Math.fround), shown.map(Math.fround));

      for (const chart of charts) {
        await page.selectOption("#export-chart", chart);
        const [svg, csv] = [await saved(page, "svg"), await saved(page, "csv")];
        assert.equal(csv.name, `sst2-safr-${chart}.csv`);
        execFileSync(told("SAFR_BIN"), ["explain", "--from", "page.json", "--chart", chart, "--svg", "a.svg", "--csv", "a.csv"], { cwd: folder, stdio: "ignore" });
        assert.ok(svg.bytes.equals(readFileSync(join(folder, "a.svg"))), `${chart} is drawn otherwise by the program`);
        assert.ok(csv.bytes.equals(readFileSync(join(folder, "a.csv"))), `${chart} has other numbers in the program`);
        if (chart !== charts[2]) continue;
        const [width, height] = [...svg.bytes.toString().matchAll(/(?:width|height)="(\d+)"/g)].map(([, size]) => Number(size));
        assert.deepEqual(sizeOf((await saved(page, "png")).bytes), [2 * width, 2 * height]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

pageTest("the other model and a changed one are taken as they are shown", async (page) => {
  await ready(page);
  await enter(page, TEXT);
  await page.selectOption("#export-model", { index: 1 });
  const other = JSON.parse((await saved(page, "json")).bytes.toString());
  assert.equal(other.model, "sst2-plain");
  await page.selectOption("#export-chart", "faithfulness");
  await page.click("#export-svg");
  await page.waitForSelector("#export-told:has-text('only for the selected model')");
  await page.locator("[data-take=allocation]").click();
  assert.equal(await page.inputValue("#export-chart"), "allocation");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "export-chart");

  const entry = page.locator("#allocation .speakers [data-neuron]").first();
  const off = `neuron:${await entry.getAttribute("data-neuron")}`;
  await entry.click();
  await page.waitForSelector(`#prediction[data-without="${off}"]`);
  await ready(page);
  const changed = await saved(page, "json");
  const { changes, origin } = JSON.parse(changed.bytes.toString());
  assert.deepEqual(changes, { neurons: { [off.slice(7)]: 0 }, heads: {}, words: [] });
  assert.equal(new URLSearchParams(new URL(origin.address).hash.slice(1)).get("without"), off);
});

pageTest(
  "a picture is copied where the browser can",
  async (page) => {
    await ready(page);
    await page.click("#export-copy");
    await page.waitForSelector("#export-told:has-text('in the clipboard')");
    const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap(({ types }) => [...types]));
    assert.deepEqual(types, ["image/png"]);
  },
  { browser: { permissions: ["clipboard-read", "clipboard-write"] } },
);
