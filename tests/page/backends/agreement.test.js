// @ts-check
/** The page says of a text what `safr explain` says of it. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { lane, pageTest } from "../lane.js";
import { enter, explained, keepExplanations, modelIds, ready, shown, TEXT } from "../page.js";

/** @import { Page } from "playwright-core" */
/** @import { Explanation } from "../../../www/src/protocol.js" */

/** Largest difference, relative to max(1, |value|). */
const TOLERANCE = 1e-4;

const TEXTS = [TEXT, "Not good. Not good at all; isn't it?", "Unknown wordlings like qzxvv share one id with squonk."];

/** What the program says. @param {string} model @param {string} text @returns {Explanation} */
function byProgram(model, text) {
  const program = process.env.SAFR_BIN;
  assert.ok(program, "SAFR_BIN names no program to compare with");
  const folder = mkdtempSync(join(tmpdir(), "safr-"));
  const file = join(folder, "explanation.json");
  const directory = fileURLToPath(new URL(`../../../www/models/${model}`, import.meta.url));
  try {
    execFileSync(program, ["explain", "--model", directory, text, "--json", file]);
    return JSON.parse(readFileSync(file, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {number} here @param {number} there @param {string} what */
function close(here, there, what) {
  assert.ok(Math.abs(here - there) <= TOLERANCE * Math.max(1, Math.abs(there)), `${what}: ${here}, not ${there}`);
}

/** @param {ArrayLike<number>} here @param {ArrayLike<number>} there @param {string} what */
function allClose(here, there, what) {
  assert.equal(here.length, there.length, what);
  for (let place = 0; place < there.length; place += 1) close(here[place], there[place], `${what} ${place}`);
}

/**
 * Shares and evidence by neuron, since neurons with all but equal shares may stand in either order.
 * @param {Explanation} explanation
 */
function byNeuron({ allocation: { neurons, shares, evidence, votes } }) {
  const columns = neurons.map((neuron, column) => {
    const [share, says] = [shares, evidence].map(({ rows, cols, values }) => Array.from({ length: rows }, (_, row) => values[row * cols + column]));
    return { neuron, share, says, vote: votes[column] };
  });
  return columns.sort((a, b) => a.neuron - b.neuron);
}

/** @param {Explanation} here @param {Explanation} there */
function assertSame(here, there) {
  assert.equal(here.text, there.text);
  close(here.known, there.known, "known");
  assert.deepEqual(here.prediction?.classes, there.prediction?.classes);
  allClose(here.prediction?.probabilities ?? [], there.prediction?.probabilities ?? [], "probability");
  assert.equal(here.words.length, there.words.length);
  for (const [place, word] of there.words.entries()) {
    const { text, start, end, id, known, owned, pieces: _, ...numbers } = word;
    const mine = here.words[place];
    assert.deepEqual({ text: mine.text, start: mine.start, end: mine.end, id: mine.id, known: mine.known }, { text, start, end, id, known });
    for (const [name, value] of Object.entries(numbers)) close(/** @type {any} */ (mine)[name], value, `${name} of ${text}`);
  }
  assert.equal(here.allocation.width, there.allocation.width);
  const [mine, theirs] = [byNeuron(here), byNeuron(there)];
  assert.deepEqual(mine.map(({ neuron, vote }) => [neuron, vote]), theirs.map(({ neuron, vote }) => [neuron, vote]), "active neurons and votes");
  for (const [place, { neuron, share, says }] of theirs.entries()) {
    allClose(mine[place].share, share, `shares of neuron ${neuron}, word`);
    allClose(mine[place].says, says, `evidence of neuron ${neuron}, word`);
  }
  for (const name of /** @type {const} */ (["sharing", "evidence_sharing", "contribution", "cosine", "attention"])) {
    allClose(here.interaction[name].values, there.interaction[name].values, name);
  }
}

/**
 * The bars add up to the margin, which is that of the program and that of the probability shown.
 * @param {{root: DOMStringMap, words: DOMStringMap[]}} evidence
 * @param {Explanation} there
 * @param {number[]} probabilities
 */
function assertWhole({ root, words }, there, probabilities) {
  const margin = there.evidence?.margin;
  assert.ok(margin);
  const names = /** @type {const} */ (["bias", "positions", "padding", "past"]);
  for (const name of names) close(Number(root[name]), margin[name], `data-${name}`);
  close(Number(root.margin), margin.total, "data-margin");
  assert.equal(root.class, there.prediction?.classes[margin.class]);
  for (const name of /** @type {const} */ (["contribution", "evidence"])) {
    allClose(words.map((word) => Number(word[name])), there.words.map((word) => word[name]), `data-${name}`);
  }
  const bars = [...words.map(({ contribution }) => Number(contribution)), ...["bias", "positions", "padding"].map((name) => Number(root[name]))];
  const [sum, size] = bars.reduce(([sum, size], bar) => [sum + bar, size + Math.abs(bar)], [0, 0]);
  assert.ok(Math.abs(sum - margin.total) <= TOLERANCE * Math.max(1, size), `the bars add up to ${sum}, not ${margin.total}`);
  close(1 / (1 + Math.exp(-sum)), probabilities[margin.class], "probability of the sum");
}

/** Each column of the table behind the bars adds up to its last row, but for what rounding does. @param {Page} page */
async function assertTable(page) {
  const rows = await page.locator("#evidence details tbody tr").evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => Number((textContent ?? "").replace("−", "-")))));
  const last = rows.pop();
  assert.ok(last && rows.length > 2, "there is no table");
  for (const [column, total] of last.entries()) {
    const sum = rows.reduce((sum, row) => sum + row[column], 0);
    assert.ok(Math.abs(sum - total) <= 0.005 * (rows.length + 1) + 1e-9, `column ${column} adds up to ${sum}, not ${total}`);
  }
}

pageTest(
  "every number of every model agrees, and so does what stands on the page",
  async (page) => {
    await ready(page);
    await page.locator("#evidence details summary").click();
    for (const model of await modelIds(page)) {
      await page.selectOption("#model", model);
      const large = /MB$/.test((await page.locator("#model option:checked").textContent()) ?? ""); // Nothing stands beside it unasked.
      await page.waitForSelector(`[data-panel="${large ? "main" : "beside"}"] [data-keep]:visible`);
      await ready(page); // It is busy once more when the model beside arrives.
      for (const text of TEXTS) {
        await enter(page, text);
        const explanations = await explained(page);
        const shownModels = [model, await page.inputValue("#beside")].filter((id) => id !== "none");
        assert.equal(shownModels.length, large ? 1 : 2);
        assert.deepEqual(Object.keys(explanations).sort(), shownModels.sort());
        for (const [id, explanation] of Object.entries(explanations)) assertSame(explanation, byProgram(id, text));

        const there = byProgram(model, text);
        const { words, prediction, evidence } = await shown(page);
        assert.deepEqual(words.map(({ word }) => word), there.words.map(({ text: word }) => word));
        allClose(words.map(({ keep }) => Number(keep)), there.words.map(({ keep }) => keep), "data-keep");
        allClose(words.map(({ neurons }) => Number(neurons)), there.words.map(({ neurons }) => neurons), "data-neurons");
        allClose(words.map(({ capacity }) => Number(capacity)), there.words.map(({ capacity }) => capacity), "data-capacity");
        await assertTable(page);
        assertWhole(evidence, there, prediction.map(({ probability }) => Number(probability)));
        allClose(prediction.map(({ probability }) => Number(probability)), there.prediction?.probabilities ?? [], "data-probability");
      }
    }
  },
  { before: keepExplanations, browser: { viewport: { width: 1440, height: 900 } } },
);

for (const backend of lane === "webgpu" ? ["webgpu", "ndarray"] : ["ndarray"]) {
  pageTest(
    `so it does on ${backend}`,
    async (page) => {
      await page.waitForSelector(`#backend-in-use[data-backend="${backend}"]`, { timeout: 120_000 });
      await ready(page);
      const [selected] = await modelIds(page);
      await enter(page, TEXT);
      assertSame((await explained(page))[selected], byProgram(selected, TEXT));
    },
    { at: `#backend=${backend}&beside=none`, before: keepExplanations, timeout: 240_000 },
  );
}
