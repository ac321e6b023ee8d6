// @ts-check
/** A worker repeats what it did last only while nobody waits for it, and only until that has been done often enough. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { WarmUp } from "../../www/src/warm-up.js";

/** Resolves when all timers of no delay that are set by now, and by what they do, have run. */
const settled = async () => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setTimeout(resolve));
};

/** A task that takes `milliseconds` of a clock that only it moves, and how often it was done. @param {import("node:test").TestContext} t @param {number} milliseconds */
function taskOf(t, milliseconds) {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  return t.mock.fn(async () => {
    now += milliseconds;
  });
}

/** @template T @param {() => Promise<T>} task */
const atOnce = (task) => task();

test("it repeats a task for half a second in all", async (t) => {
  const task = taskOf(t, 100);
  const warmUp = new WarmUp(atOnce, () => true, assert.ifError);
  warmUp.repeat(task);
  await settled();
  assert.equal(task.mock.callCount(), 5);
  warmUp.repeat(task);
  await settled();
  assert.equal(task.mock.callCount(), 5);
});

test("it stops while something is to be done, and goes on with what was done last", async (t) => {
  const task = taskOf(t, 100);
  let idle = false;
  const warmUp = new WarmUp(atOnce, () => idle, assert.ifError);
  const earlier = t.mock.fn(async () => undefined);
  warmUp.repeat(earlier);
  await settled();
  idle = true;
  warmUp.repeat(earlier);
  warmUp.repeat(task);
  await settled();
  assert.equal(earlier.mock.callCount(), 0);
  assert.equal(task.mock.callCount(), 5);
});

test("a task that fails is told of, and not repeated", async (t) => {
  const failed = t.mock.fn();
  const task = t.mock.fn(() => Promise.reject(new Error("no memory")));
  new WarmUp(atOnce, () => true, failed).repeat(task);
  await settled();
  assert.equal(task.mock.callCount(), 1);
  assert.equal(failed.mock.calls[0].arguments[0].message, "no memory");
});
