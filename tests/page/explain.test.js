// @ts-check
/** A text is typed, and everything on the page follows it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { pageTest } from "./lane.js";
import { enter, explained, keepExplanations, ready, shown, TEXT } from "./page.js";
import { luminanceAt } from "./pixels.js";

/** @import { Page } from "playwright-core" */

/** Lets the held modules of the first test go. @type {(value?: unknown) => void} */
let release = () => {};
const released = new Promise((resolve) => (release = resolve));

pageTest(
  "the page is never empty: while the engine is on its way, there are the text and what is loading",
  async (page) => {
    await page.waitForFunction(() => /\d (kB|MB) of \d/.test(document.querySelector("#progress-bytes")?.textContent ?? ""));
    assert.match(await page.locator("#status").innerText(), /^Loading .*CPU engine/);
    const text = await page.inputValue("#text");
    assert.ok(text.length > 20);
    assert.ok((await page.locator('[data-panel="main"] .sentence').innerText()).includes(text));
    release();
    await ready(page);
  },
  {
    before: async (page) => {
      await page.route("**/wasm/*.wasm", async (route) => {
        await released;
        await route.continue();
      });
    },
  },
);

pageTest("typing changes the words, the prediction and both charts", async (page) => {
  await ready(page);
  const before = await shown(page);
  await page.fill("#text", "");
  await page.locator("#text").pressSequentially(TEXT);
  await ready(page);
  const after = await shown(page);
  assert.deepEqual(
    after.words.map(({ word }) => word),
    ["The", "plot", "is", "thin", ",", "but", "the", "acting", "is", "good", "and", "never", "boring", "."],
  );
  assert.notDeepEqual(after.prediction, before.prediction);
  assert.notEqual(after.allocation, before.allocation);
  assert.notEqual(after.interaction, before.interaction);
  const measured = await page.evaluate(() => performance.getEntriesByName("explain").length);
  assert.ok(measured >= 1 && measured <= TEXT.length + 1, `${measured} measures for ${TEXT.length + 1} keystrokes`);
});

pageTest("the newest text wins, however fast one types", async (page) => {
  await ready(page);
  for (let burst = 0; burst < 30; burst += 1) {
    await page.evaluate((count) => {
      const box = /** @type {HTMLTextAreaElement} */ (document.querySelector("#text"));
      for (let word = 0; word <= count; word += 1) {
        box.value = `text ${count} word ${word}`;
        box.dispatchEvent(new InputEvent("input"));
      }
    }, burst);
  }
  await ready(page);
  assert.deepEqual((await shown(page)).words.map(({ word }) => word), ["text", "29", "word", "29"]);
});

pageTest("a text that is too long is cut visibly, and the page says where", async (page) => {
  await ready(page);
  await enter(page, `${"good ".repeat(400)}end`);
  const words = (await shown(page)).words.length;
  assert.ok(words > 0 && words < 401);
  const sentence = page.locator('[data-panel="main"] [data-chart="words"]');
  assert.match(await sentence.locator(".remark").innerText(), new RegExp(`reads at most ${words} words.*the other ${401 - words} words`));
  assert.ok((await sentence.locator(".rest").innerText()).trim().startsWith("good good"));
});

pageTest("unknown words are marked, and named", async (page) => {
  await ready(page);
  await enter(page, "A qzxvv film");
  assert.deepEqual(await page.locator("#tokens .unknown").allInnerTexts(), ["qzxvv"]);
  assert.match(await page.locator('[data-panel="main"] [data-chart="words"] .remark').innerText(), /not in the vocabulary.*“qzxvv”/);
  assert.match((await page.locator("#tokens .unknown").getAttribute("aria-label")) ?? "", /\(unknown\)/);
});

pageTest("where little is known of a text its prediction is no verdict, and saying so moves nothing", async (page) => {
  await ready(page);
  const below = () => page.locator("#samples").evaluate((row) => Math.round(row.getBoundingClientRect().top));
  const place = await below();
  const weight = () => page.locator("#prediction .predicted").evaluate((row) => getComputedStyle(row).fontWeight);
  for (const [text, known, says] of /** @type {const} */ ([
    ["asdfgh qwertz uiopü", 0, /^The model knows none of these words: /],
    ["这部电影很好看。", 0, /^The model knows none of these words: /],
    ["หนังเรื่องนี้ดีมาก", 0, /^The model knows none of these words: /],
    ["👍👍👍", 0, /^There is no word here: /],
    ["qzxvv good zxqvv, zzxq!", 1 / 4, /^The model knows only 1 of these 4 words: /],
  ])) {
    await enter(page, text);
    assert.equal(Number(await page.getAttribute("#prediction", "data-known")), known, text);
    assert.match(await page.innerText("#prediction .doubt"), says);
    await page.locator("#status", { hasText: says }).waitFor(); // It is said once the typing rests.
    assert.equal(await weight(), "400", "the verdict is bold");
    assert.equal(await page.locator("#prediction [data-probability]").count(), 2);
    assert.equal(await below(), place, "the page moves");
  }
  await enter(page, "A qzxvv film!");
  assert.equal(Number(await page.getAttribute("#prediction", "data-known")), 2 / 3);
  assert.equal(await page.locator("#prediction .doubt").count(), 0);
  assert.equal(await weight(), "600");
  await enter(page, "");
  assert.equal(await page.getAttribute("#prediction", "data-known"), null);
});

pageTest(
  "pointing at a word shows its values, its neurons and its partners",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const idle = await shown(page);
    const [explanation] = Object.values(await explained(page));
    const place = explanation.words.findIndex(({ text }) => text === "boring");
    await page.hover(`#tokens [data-place="${place}"]`);
    const { keep, neurons } = explanation.words[place];
    const values = page.locator('[data-panel="main"] [data-chart="words"] .readout');
    await values.filter({ hasText: "“boring”" }).waitFor();
    await page.locator("#evidence .readout", { hasText: "“boring” owns" }).waitFor();
    await page.locator("#allocation .readout", { hasText: "“boring” owns" }).waitFor();
    assert.match(await values.innerText(), new RegExp(`“boring”.*keep ${keep.toFixed(3)}, N ${neurons.toFixed(1)}`));
    assert.match(await page.innerText("#evidence .readout"), new RegExp(`^“boring” owns ${neurons.toFixed(1)} neurons and `));
    assert.match(await page.locator("#allocation .readout").innerText(), /“boring” owns .*Shares most neurons with/s);
    await page.locator("#interaction .readout .name").first().waitFor(); // What is out of sight follows a frame later.
    const pointed = await shown(page);
    assert.notEqual(pointed.allocation, idle.allocation, "its neurons stand out");
    assert.notEqual(pointed.interaction, idle.interaction, "its pairs stand out");
    const partners = await page.locator("#interaction .readout div").first().locator(".name").allInnerTexts();
    const sharing = explanation.words.map((_, other) => ({ other, s: explanation.interaction.faded.values[place * explanation.words.length + other] }));
    const [best] = sharing.filter(({ other }) => other !== place).sort((a, b) => b.s - a.s);
    assert.equal(partners[0], explanation.words[best.other].text);
    await page.mouse.move(0, 0);
    assert.equal((await shown(page)).allocation, idle.allocation);

    // A word of which little is kept can own many neurons: it is said who drives them.
    const [told] = explanation.sentences.places;
    assert.match(told, /^At its place the neurons say .* from the word itself, .* from the others, which attention brings there, and .* from positions and biases\.$/);
    await page.hover("#tokens [data-place='0']");
    await page.locator("#allocation .readout", { hasText: told }).waitFor();
  },
  { before: keepExplanations },
);

pageTest(
  "pointing at a neuron shows its owners and their shares",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const [{ allocation, words }] = Object.values(await explained(page));
    await page.locator("#allocation canvas").hover();
    const readout = page.locator("#allocation .readout");
    const [, id] = (await readout.innerText()).match(/^Neuron (\d+)/) ?? [];
    const column = allocation.neurons.indexOf(Number(id));
    assert.ok(column >= 0, `${id} is no active neuron`);
    assert.match(await readout.innerText(), / votes for (positive|negative) and serves /);
    const [name] = await readout.locator(".owners .name").allInnerTexts();
    const [share] = await readout.locator(".owners .number").allInnerTexts();
    const { owner, shares } = allocation;
    assert.equal(name, words[owner[column]].text);
    assert.equal(share, `${(100 * shares.values[owner[column] * shares.cols + column]).toFixed(1)} %`);
  },
  { before: keepExplanations },
);

pageTest(
  "the matrix is the darker, the more two words share",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const [{ interaction, words }] = Object.values(await explained(page));
    const [box, lefts, tops] = await matrixEdges(page);
    assert.equal(lefts.size, words.length - 1, "one column after the other is pointed at");
    const { values, cols } = interaction.faded;
    const pairs = [...tops.keys()].flatMap((row) => [...lefts.keys()].map((column) => ({ row, column })).filter(({ column }) => column !== row));
    // Near the corners of the cells, where no dot is.
    const points = pairs.map(({ row, column }) => [(lefts.get(column) ?? 0) + 2 - box.x, (tops.get(row) ?? 0) + 2 - box.y]);
    darkensWith(pairs.map(({ row, column }) => values[row * cols + column]), await luminanceAt(page, "#interaction canvas", points));

    const [first, last] = [Math.min(...lefts.keys()), Math.max(...lefts.keys())];
    const side = ((lefts.get(last) ?? 0) - (lefts.get(first) ?? 0)) / (last - first);
    for (const attention of [0.05, 0.25, 1]) {
      const dot = await page.locator(`.dots [data-part="${attention}"]`).evaluate((one) => parseFloat(getComputedStyle(one, "::before").width));
      const drawn = 0.92 * (side - 1) * Math.sqrt(attention); // What is between the cells is a pixel wide.
      assert.ok(Math.abs(dot - drawn) < 0.5, `the legend’s dot for ${attention} is ${dot} wide, the chart’s ${drawn}`);
    }
  },
  { at: "#beside=none", before: keepExplanations, browser: { colorScheme: "light", viewport: { width: 1440, height: 1200 } } },
);

pageTest(
  "the allocation is the darker, the more of a neuron a word holds",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const [{ allocation, words }] = Object.values(await explained(page));
    const canvas = page.locator("#allocation canvas");
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    assert.ok(box);
    const head = 47;
    const rowHeight = (box.height - head) / words.length;
    const pointed = async (/** @type {number} */ x) => {
      await page.mouse.move(box.x + x, box.y + head + 5);
      return (await page.locator("#allocation .readout").innerText()).match(/^Neuron (\d+)/)?.[1];
    };
    let compared = 0;
    for (let x = 0.15 * box.width; x < 0.85 * box.width; x += 0.05 * box.width) {
      const id = await pointed(x);
      // Where two neurons meet, a pixel shows both.
      if ((await pointed(x - 0.4)) !== id || (await pointed(x + 0.4)) !== id) continue;
      const column = allocation.neurons.indexOf(Number(id));
      assert.ok(column >= 0, `${id} is no active neuron`);
      await page.mouse.move(0, 0);
      const shares = words.map((_, row) => allocation.shares.values[row * allocation.shares.cols + column]);
      darkensWith(shares, await luminanceAt(page, "#allocation canvas", words.map((_, row) => [x, head + (row + 0.4) * rowHeight])));
      compared += 1;
    }
    assert.ok(compared >= 3, `only ${compared} neurons stand clear of their neighbours`);
  },
  // Several of the screen's pixels a neuron, so that one of them shows it alone.
  { at: "#beside=none&allocation=share", before: keepExplanations, browser: { colorScheme: "light", deviceScaleFactor: 4, viewport: { width: 1480, height: 900 } } },
);

/** Where the matrix begins, and the first places at which one points at each of its columns and rows. @param {Page} page */
async function matrixEdges(page) {
  const grid = page.locator("#interaction [role=grid]");
  await grid.scrollIntoViewIfNeeded();
  const box = await grid.boundingBox();
  assert.ok(box);
  const pointed = async (/** @type {number} */ x, /** @type {number} */ y) => {
    await page.mouse.move(x, y);
    return grid.evaluate((element) => {
      const cell = /** @type {HTMLElement} */ (element.querySelector("[role=gridcell]"));
      const row = /** @type {HTMLElement} */ (cell.parentElement);
      if (!cell.textContent?.includes("sharing")) return null;
      return { column: Number(cell.getAttribute("aria-colindex")) - 1, row: Number(row.getAttribute("aria-rowindex")) - 1 };
    });
  };
  /** @type {Map<number, number>} */
  const lefts = new Map();
  /** @type {Map<number, number>} */
  const tops = new Map();
  for (let x = box.x; x < box.x + box.width; x += 2) {
    const pair = await pointed(x, box.y + 0.6 * box.height);
    if (pair && !lefts.has(pair.column)) lefts.set(pair.column, x);
  }
  for (let y = box.y; y < box.y + box.height; y += 2) {
    const pair = await pointed(box.x + 0.6 * box.width, y);
    if (pair && !tops.has(pair.row)) tops.set(pair.row, y);
  }
  await page.mouse.move(0, 0);
  return /** @type {const} */ ([box, lefts, tops]);
}

/** Asserts that the larger a value, the darker its place, up to the rounding of colours. @param {number[]} values @param {number[]} luminances */
function darkensWith(values, luminances) {
  const order = values.map((_, place) => place).sort((a, b) => values[a] - values[b]);
  for (const [step, place] of order.slice(1).entries()) {
    const before = order[step];
    assert.ok(luminances[place] <= luminances[before] + 2, `${values[place]} is lighter than ${values[before]}`);
  }
  const [least, most] = [order[0], order[order.length - 1]];
  assert.ok(values[most] - values[least] < 0.05 || luminances[most] < luminances[least] - 5, "the colours hardly differ");
}

test("the check of colours can fail", () => {
  assert.throws(() => darkensWith([0, 0.5, 1], [240, 250, 20]));
  assert.throws(() => darkensWith([0, 1], [240, 240]));
});
