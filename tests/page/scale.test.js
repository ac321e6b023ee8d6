// @ts-check
/** The scale that both panels share reaches as far as their numbers do, and keeps still while they change a little. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { extentOf } from "../../www/src/charts/view.js";

/** @import { Explanation } from "../../www/src/protocol.js" */

/** An explanation of words that own `neurons`, and attend to each other with `attention`. @param {number[]} neurons @param {number[]} attention */
const explanation = (neurons, attention) =>
  /** @type {Explanation} */ (/** @type {unknown} */ ({
    words: neurons.map((number) => ({ neurons: number })),
    interaction: { attention: { values: attention } },
  }));

test("it holds the largest numbers of all panels, rounded up to one digit", () => {
  const { neurons, attention } = extentOf([explanation([96.2, 3], [0.01, 0.214]), explanation([131, 8], [0.2, 0.05])]);
  assert.equal(neurons, 200);
  assert.ok(Math.abs(attention - 0.3) < 1e-12, `${attention}`);
});

test("it keeps still while numbers change a little", () => {
  assert.deepEqual(extentOf([explanation([131], [0.214])]), extentOf([explanation([140], [0.226])]));
});

test("without words there is nothing to hold", () => assert.deepEqual(extentOf([explanation([], [])]), { neurons: 0, attention: 0 }));
