// @ts-check
/** The scale that both panels share reaches as far as their numbers do, and keeps still while they change a little. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { extentOf } from "../../www/src/charts/view.js";

/** @import { Explanation } from "../../www/src/protocol.js" */

/**
 * An explanation of words that own `neurons`.
 * @param {number[]} neurons
 * @param {number[]} [signed] what words contribute, neurons say and words bring
 * @param {number} [amount] of what else has a part in the prediction
 */
const explanation = (neurons, signed = neurons.map(() => 0), amount = 0) =>
  /** @type {Explanation} */ (/** @type {unknown} */ ({
    words: neurons.map((number, word) => ({ neurons: number, contribution: signed[word] })),
    sentences: { parts: [{ amount }] },
    allocation: { evidence: { values: signed } },
    interaction: { contribution: { values: signed } },
  }));

test("it holds the largest numbers of all panels, rounded up to one digit", () => {
  const { neurons, evidence } = extentOf([explanation([96.2, 3], [0.01, 0.214]), explanation([131, 8], [0.2, 0.05])]);
  assert.equal(neurons, 200);
  assert.ok(Math.abs(evidence - 0.3) < 1e-12, `${evidence}`);
});

test("of what has a sign it holds the largest size", () => {
  const { contribution, evidence, brought } = extentOf([explanation([1, 1], [0.5, -2.1], 0.1), explanation([1], [0.2], -4)]);
  assert.deepEqual([contribution, evidence, brought], [4, 3, 3]);
});

test("it keeps still while numbers change a little", () => {
  assert.deepEqual(extentOf([explanation([131], [0.214])]), extentOf([explanation([140], [0.226])]));
});

test("without words there is nothing to hold", () => {
  assert.deepEqual(extentOf([explanation([])]), { neurons: 0, contribution: 0, evidence: 0, brought: 0 });
});
