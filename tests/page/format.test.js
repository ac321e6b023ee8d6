// @ts-check
/** Words and numbers are written as people read them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { amount, change, fine, label, list, milliseconds, percent, plural, points, sentence, size } from "../../www/src/format.js";

test("labels are cut between characters, not within them", () => {
  assert.equal(label("film", 4), "film");
  assert.equal(label("extraordinary", 6), "extra…");
  assert.equal(label("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2), "👩‍👩‍👧‍👦…");
  assert.equal(label("👩‍👩‍👧‍👦", 2), "👩‍👩‍👧‍👦");
  assert.equal(label("a".repeat(1_000_000), 5), "aaaa…");
});

test("words that leave no mark are shown as code points", () => {
  assert.equal(label("\0", 10), "U+0000");
  assert.equal(label("\u200d", 10), "U+200D");
  assert.equal(label("\ud83d", 10), "U+D83D");
});

test("differences have their sign, and those of shares are in percentage points", () => {
  assert.equal(change(0.0312), "+0.031");
  assert.equal(change(-0.0312), "-0.031");
  assert.equal(points(0.0294), "+2.9 points");
  assert.equal(points(-0.5), "-50.0 points");
  assert.equal(points(-0.0001), "0.0 points");
});

test("numbers have their units", () => {
  assert.equal(percent(0.8312), "83.1 %");
  assert.equal(milliseconds(3.14159), "3.1 ms");
  assert.equal(milliseconds(1234.5), "1,235 ms");
  assert.equal(size(900), "1 kB");
  assert.equal(size(2_100_000), "2.1 MB");
  assert.equal(plural(1, "word"), "1 word");
  assert.equal(plural(1024, "neuron"), "1,024 neurons");
  assert.equal(list(["a", "b", "c"]), "a, b, and c");
});

test("amounts have a sign that is no hyphen, and nothing has none", () => {
  assert.deepEqual([2.345, -0.5, 0, -0.001].map(amount), ["+2.35", "−0.50", "0.00", "0.00"]);
  assert.deepEqual([0.0125, -0.5].map(fine), ["+0.013", "−0.500"]);
});

test("a clause becomes a sentence, once", () => {
  assert.equal(sentence("the run is over"), "The run is over.");
  assert.equal(sentence("Is it over?"), "Is it over?");
  assert.equal(sentence("model.safetensors is cut short; fetch it again"), "model.safetensors is cut short; fetch it again.");
  assert.equal(sentence(""), "");
});
