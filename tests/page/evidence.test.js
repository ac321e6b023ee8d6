// @ts-check
/** Why this class: what a person reads off the bars, by pointer, by keyboard, and whatever the colours. */

import assert from "node:assert/strict";

import { accessibilityProblems, pageTest } from "./lane.js";
import { enter, explained, keepExplanations, ready, shown, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/** Height of the bar of a word or part, whether it goes up, and how it is filled. @param {Page} page @param {number} place */
const barAt = (page, place) =>
  page.locator(`#evidence [data-place="${place}"]`).evaluate((token) => {
    const { backgroundImage, backgroundPosition, backgroundSize } = getComputedStyle(token);
    const [size] = backgroundSize.split(", ").slice(-1);
    return { height: parseFloat(size.split(" ")[1]), up: !backgroundPosition.includes("calc"), filled: !backgroundImage.includes(", linear") };
  });

pageTest(
  "bars are as long as words contribute, and up or down; both rows of the sum are as long",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const [{ words, sentences }] = Object.values(await explained(page));
    const amounts = [...words.map(({ contribution }) => contribution), ...sentences.parts.map(({ amount }) => amount)];
    const bars = await Promise.all(amounts.map((_, place) => barAt(page, place)));
    const longest = amounts.reduce((most, amount, place) => (Math.abs(amount) > Math.abs(amounts[most]) ? place : most), 0);
    for (const [place, { height, up }] of bars.entries()) {
      const expected = (bars[longest].height * Math.abs(amounts[place])) / Math.abs(amounts[longest]);
      assert.ok(Math.abs(height - Math.max(1, expected)) < 0.6, `bar ${place} is ${height} high, not ${expected}`);
      assert.equal(up, amounts[place] >= 0, `bar ${place} goes the other way`);
    }
    const lengths = await page.locator("#evidence .stack").evaluateAll((rows) =>
      rows.map((row) => [...row.children].reduce((sum, piece) => sum + piece.getBoundingClientRect().width, 0)),
    );
    assert.ok(Math.abs(lengths[0] - lengths[1]) < 1, `${lengths}`);
    const towards = amounts.filter((amount) => amount > 0).reduce((sum, amount) => sum + amount, 0);
    const left = await page.locator("#evidence .left").evaluate((piece) => piece.getBoundingClientRect().width);
    const { root } = (await shown(page)).evidence;
    assert.ok(Math.abs(left / lengths[0] - Number(root.margin) / towards) < 0.02, "what is left is the margin");
    assert.equal(await page.innerText("#evidence .sum"), sentences.sum);
  },
  { before: keepExplanations, browser: { viewport: { width: 1440, height: 900 } } },
);

pageTest(
  "a word says in a sentence what it does, and then what is said without it; typing drops the question",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const explanations = await explained(page);
    const model = await page.inputValue("#model");
    const place = explanations[model].words.findIndex(({ text }) => text === "boring");
    const readout = page.locator("#evidence .readout");
    const says = `“boring” ${explanations[model].sentences.words[place]}`;

    await page.hover(`#evidence [data-place="${place}"]`);
    assert.ok((await readout.innerText()).startsWith(says), "it stands at once");
    await page.waitForSelector("#evidence .readout[data-without]");
    const pointed = await readout.innerText();
    const without = Number(await readout.getAttribute("data-without"));
    assert.match(pointed, new RegExp(`; with the word deleted: ${(100 * without).toFixed(1)} % (positive|negative)(, so (positive|negative))?\\.$`));
    await page.mouse.move(0, 0);
    assert.match(await readout.innerText(), /^Point at a word/);

    // By keyboard, and read aloud when it comes.
    const [first] = [page.locator("#evidence [data-place='0']")];
    await first.focus();
    await page.waitForSelector("#evidence .readout[data-without]");
    assert.match((await first.getAttribute("aria-label")) ?? "", /^“The” owns [\d.]+ neurons and /);
    assert.match(await page.locator("#evidence .readout [role=status]").innerText(), /^; with the word deleted: /);
    await page.keyboard.press("End");
    const { parts } = explanations[model].sentences;
    assert.equal((await readout.innerText()).toLowerCase(), `${parts[parts.length - 1].says}.`.toLowerCase());

    // The text without the word, typed, has the probability that was told.
    await enter(page, TEXT.replace("boring", ""));
    const { prediction } = (await explained(page))[model];
    const predicted = explanations[model].prediction?.predicted ?? 0;
    assert.ok(Math.abs((prediction?.probabilities[predicted] ?? 0) - without) < 1e-4);

    // Whoever types on is answered: a question goes behind the text that it is about, and never before another.
    await page.hover("#evidence [data-place='1']");
    await page.focus("#text");
    for (const letter of " and so on") await page.keyboard.press(letter === " " ? "Space" : letter);
    await ready(page);
    assert.equal((await shown(page)).words.at(-1)?.word, "on");
    const sent = await page.evaluate(() => /** @type {{sent: {name: string, args: string[]}[]}} */ (/** @type {unknown} */ (window)).sent);
    const questions = sent.flatMap(({ name }, at) => (name === "without" ? [at] : []));
    assert.ok(questions.length >= 2, "none was asked");
    for (const at of questions) {
      const [before] = sent.slice(0, at).filter(({ name }) => name === "explain").slice(-1);
      assert.equal(sent[at].args[1], before.args[1]);
    }
  },
  {
    at: "#beside=none",
    before: async (page) => {
      await keepExplanations(page);
      await page.addInitScript(() => {
        const sent = /** @type {unknown[]} */ ([]);
        Object.assign(window, { sent });
        const { postMessage } = Worker.prototype;
        Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
          sent.push(message);
          postMessage.call(this, message, transfer);
        };
      });
    },
    browser: { viewport: { width: 1440, height: 900 } },
  },
);

pageTest(
  "what charts show by colour is chosen by keyboard, and stands in the address",
  async (page) => {
    await ready(page);
    await enter(page, TEXT);
    const first = await shown(page);
    const legends = () => page.locator(".legend[data-while]:visible").evaluateAll((all) => all.map((legend) => /** @type {HTMLElement} */ (legend).dataset.while));
    assert.deepEqual(await legends(), ["evidence", "sharing"]);
    await page.focus("#allocation-colour");
    await page.keyboard.press("ArrowDown");
    await page.focus("#interaction-colour");
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await legends(), ["share", "contribution"]);
    const second = await shown(page);
    assert.notEqual(second.allocation, first.allocation);
    assert.notEqual(second.interaction, first.interaction);
    assert.deepEqual(second.evidence, first.evidence);
    await page.waitForFunction(() => location.hash.includes("allocation=share") && location.hash.includes("interaction=contribution"));

    const words = first.words.length;
    await page.locator("#interaction [role=grid]").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    const [explanation] = Object.values(await explained(page));
    const brought = explanation.interaction.contribution.values[1];
    const signed = `${brought < 0 ? "−" : "+"}${Math.abs(brought).toFixed(2)}`;
    const said = Math.abs(brought) < 0.005 ? "0.00" : signed;
    assert.ok((await page.innerText("#interaction [role=gridcell]")).includes(`“plot” brings ${said} to the place of “The”`));
    assert.equal(explanation.interaction.contribution.values.length, words * words);

    await page.selectOption("#interaction-colour", "sharing");
    await page.selectOption("#allocation-colour", "evidence");
    await page.waitForFunction(() => !/allocation|interaction/.test(location.hash));
    await page.mouse.move(0, 0);
    await page.locator("#interaction [role=grid]").blur();
    assert.deepEqual(await shown(page), first);
  },
  { at: "#beside=none", before: keepExplanations, browser: { viewport: { width: 1440, height: 900 } } },
);

pageTest(
  "where colours are the reader's own, up and down and filled and hollow are left, on a phone, too",
  async (page) => {
    await ready(page);
    await enter(page, Array.from({ length: 128 }, (_, place) => ["wonderful", "dull", "the"][place % 3]).join(" "));
    const { words } = (await shown(page)).evidence;
    const [up, down] = [1, -1].map((way) => words.findIndex(({ contribution }) => way * Number(contribution) > 0.01));
    assert.ok(up >= 0 && down >= 0, "some words go either way");
    const [filled, hollow] = [await barAt(page, up), await barAt(page, down)];
    assert.deepEqual([filled.up, filled.filled, hollow.up, hollow.filled], [true, true, false, false]);
    assert.ok(filled.height >= 1 && hollow.height >= 1);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    assert.deepEqual(await accessibilityProblems(page), []);
  },
  { at: "#beside=none", browser: { forcedColors: "active", viewport: { width: 360, height: 740 } } },
);
