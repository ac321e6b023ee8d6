// @ts-check
/** A long text stays readable: rows without neurons are folded, rows can be sorted, columns drawn apart and moved. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { rowsOf } from "../../www/src/charts/rows.js";
import { pageTest } from "./lane.js";
import { enter, explained, keepExplanations, ready } from "./page.js";

/** @import { Page } from "playwright-core" */
/** @import { Explanation } from "../../www/src/protocol.js" */

const LONG = `${"The film begins slowly, with a hero who has nothing to lose and a voice that explains far too much. ".repeat(2)}Then
  something remarkable happens: what seemed a dull thriller turns into a gentle, funny and moving portrait of a family,
  and although the ending is bad, the acting is superb.`;

/** Words that own so many neurons and say so much. @param {number[]} neurons @param {number[]} [evidence] */
const words = (neurons, evidence = neurons) =>
  /** @type {Explanation} */ (/** @type {unknown} */ ({ words: neurons.map((number, word) => ({ neurons: number, evidence: evidence[word] })) }));

/** @type {import("../../www/src/charts/view.js").Look} */
const USUAL = { allocation: "evidence", interaction: "sharing", rows: "text", folded: "yes", zoom: "1" };

test("rows without neurons are folded in long texts only, and only if nobody wants to see them", () => {
  const short = words([3, 0, 0.04, 0.05]);
  assert.deepEqual(rowsOf(short, USUAL).words, [0, 1, 2, 3]);
  assert.equal(rowsOf(short, USUAL).without, 0);
  const long = words(Array.from({ length: 31 }, (_, word) => (word % 3 === 0 ? 0.04 : 1)));
  const folded = rowsOf(long, USUAL);
  assert.deepEqual([folded.words.length, folded.without], [20, 11]);
  assert.deepEqual([folded.place(0), folded.place(1), folded.place(4)], [null, 0, 2]);
  const shown = rowsOf(long, { ...USUAL, folded: "no" });
  assert.deepEqual([shown.words.length, shown.without], [31, 11]);
});

test("rows are ordered by neurons or by the size of the evidence; equals stay in the order of the text", () => {
  const some = words([2, 5, 2, 9], [0.1, -3, 1, 0.1]);
  assert.deepEqual(rowsOf(some, { ...USUAL, rows: "neurons" }).words, [3, 1, 0, 2]);
  assert.deepEqual(rowsOf(some, { ...USUAL, rows: "evidence" }).words, [1, 2, 0, 3]);
});

/** What is said when a place of the allocation is pointed at. @param {Page} page @param {(box: {x: number, y: number, width: number, height: number}) => [number, number]} at */
async function pointed(page, at) {
  const canvas = page.locator("#allocation canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  assert.ok(box);
  await page.mouse.move(...at(box));
  return page.locator("#allocation .readout").innerText();
}

/** Height of the rows above the fold, and of the part above them. */
const HEAD = 47;

pageTest(
  "rows are folded, shown and sorted, and the address holds how",
  async (page) => {
    await ready(page);
    await enter(page, LONG);
    const [{ words: all }] = Object.values(await explained(page));
    const without = all.filter(({ neurons }) => neurons < 0.05).length;
    assert.ok(all.length > 40 && without > 3, `${without} of ${all.length} words have no neurons`);
    const fold = page.locator("#allocation .layout > button");
    await fold.getByText(`Show the ${without} rows of words without neurons`).waitFor();
    const height = () => page.locator("#allocation canvas").evaluate((canvas) => canvas.getBoundingClientRect().height - 47);
    const folded = await height();
    await fold.click();
    await fold.getByText(`Fold the ${without} rows of words without neurons`).waitFor();
    const whole = await height();
    assert.ok(Math.abs(folded / (all.length - without) - whole / all.length) < 6 && folded < whole, `${folded} of ${whole}`);
    assert.equal(await page.locator("#interaction [role='grid']").getAttribute("aria-rowcount"), String(all.length));
    await page.selectOption("#rows", "neurons");
    const most = all.reduce((best, word) => (word.neurons > best.neurons ? word : best));
    assert.ok((await pointed(page, ({ x, y }) => [x + 4, y + HEAD + 4])).startsWith(`“${most.text}” owns`));
    await page.waitForFunction(() => location.hash.includes("rows=neurons") && location.hash.includes("folded=no"));
    await page.reload();
    await ready(page);
    assert.equal(await page.inputValue("#rows"), "neurons");
    assert.ok((await pointed(page, ({ x, y }) => [x + 4, y + HEAD + 4])).startsWith(`“${most.text}” owns`));
  },
  { at: "#beside=none", before: keepExplanations, browser: { viewport: { width: 1440, height: 900 } } },
);

pageTest(
  "columns are drawn apart, dragged, and brought into sight by the keyboard; a drag holds nothing",
  async (page) => {
    await ready(page);
    await enter(page, LONG);
    const zoom = page.locator("#allocation .zoom");
    const said = zoom.locator("output");
    for (const times of ["2×", "4×", "8×"]) {
      await zoom.getByRole("button", { name: "Draw the columns wider" }).click();
      await said.getByText(times).waitFor();
    }
    const middle = async () => (await pointed(page, ({ x, y, width }) => [x + width / 2, y + HEAD + 4])).match(/^Neuron \d+/)?.[0];
    const before = await middle();
    assert.ok(before);
    const box = await page.locator("#allocation canvas").boundingBox();
    assert.ok(box);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 150, box.y + HEAD + 4, { steps: 5 });
    await page.mouse.up();
    assert.equal(await page.locator(".pin.held").count(), 0, "what was dragged was not clicked");
    assert.equal(await page.locator("#touched").isHidden(), true, "and nothing is switched off");
    assert.notEqual(await middle(), before);

    const plot = page.locator("#allocation [role='slider']");
    await plot.focus();
    await page.keyboard.press("Home");
    const slider = zoom.locator("input");
    assert.equal(Number(await slider.inputValue()), 0, "the first neuron is in sight");
    await page.keyboard.press("End");
    assert.equal(Number(await slider.inputValue()), 1000, "and so is the last");
    const [{ allocation }] = Object.values(await explained(page));
    assert.equal(await plot.getAttribute("aria-valuenow"), String(allocation.neurons.length));
    await page.waitForFunction(() => location.hash.includes("zoom=8%401000%2C500"));
    await page.reload();
    await ready(page);
    assert.equal(Number(await slider.inputValue()), 1000, "a link leads to the same part");
    for (const times of ["4×", "2×", "1×"]) {
      await zoom.getByRole("button", { name: "Show more columns at once" }).click();
      await said.getByText(times).waitFor();
    }
    assert.equal(await slider.isHidden(), true);
  },
  { at: "#beside=none", before: keepExplanations, browser: { viewport: { width: 1440, height: 900 } } },
);
