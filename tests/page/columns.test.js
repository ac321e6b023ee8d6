// @ts-check
/** The columns of the allocation stand where one points at them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf } from "../../www/src/charts/columns.js";

/** Owners of `sizes` neurons each, with words without any left out. @param {number[]} sizes */
const owners = (sizes) => sizes.flatMap((size, word) => Array.from({ length: size }, () => word));

const CASES = [
  { name: "a few", owner: owners([3, 0, 1, 5]), width: 300 },
  { name: "one", owner: owners([1]), width: 300 },
  { name: "more neurons than pixels", owner: owners([400, 1, 500, 99]), width: 300 },
  { name: "more words than gaps fit", owner: owners(Array.from({ length: 128 }, () => 2)), width: 200 },
];

for (const { name, owner, width } of CASES) {
  test(`${name}: in order, within the width, a group for each owner`, () => {
    const { groups, left, step, at } = columnsOf(owner, width);
    assert.deepEqual(groups.map(({ word }) => word), [...new Set(owner)]);
    assert.equal(groups.reduce((sum, { from, to }) => sum + to - from, 0), owner.length);
    let end = 0;
    for (let column = 0; column < owner.length; column += 1) {
      assert.ok(left(column) >= end - 1e-9, `column ${column} overlaps the one before`);
      end = left(column) + step;
      assert.equal(at(left(column) + step / 2), column);
    }
    assert.ok(Math.abs(end - width) < 1e-6, `ends at ${end}`);
    assert.equal(at(-10), 0);
    assert.equal(at(width + 10), owner.length - 1);
  });
}

test("those that stand first in their group are where one points at them, in the order that they had", () => {
  const isFirst = (/** @type {number} */ column) => column % 2 === 1;
  const { order, place, left, step, at } = columnsOf(owners([3, 2]), 100, isFirst);
  assert.deepEqual(order, [1, 0, 2, 3, 4]);
  for (const [stands, column] of order.entries()) {
    assert.equal(place(column), stands);
    assert.equal(at(left(column) + step / 2), column);
  }
});

test("no neurons, no groups", () => assert.deepEqual(columnsOf([], 300).groups, []));
