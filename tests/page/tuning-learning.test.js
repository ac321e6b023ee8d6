// @ts-check
/** It learns in the page: to tell six kinds of questions apart. `tests/tuning/learning.rs` does the same natively. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { lane, pageTest } from "./lane.js";
import { accuracy, questions } from "./questions.js";

const SEEDS = [0, 1];

/** @param {string} part */
const part = (part) => questions(fileURLToPath(new URL(`../sets/trec/${part}`, import.meta.url)));

/** The rows with each other's classes. They are in random order, so that a class then says nothing of the question. @param {string[]} rows */
function shuffled(rows) {
  const pairs = rows.map((row) => row.split("\t"));
  return pairs.map(([, question], at) => `${pairs[(at + 7) % pairs.length][0]}\t${question}`);
}

// WebGPU in software would take hours.
if (lane === "cpu") {
  pageTest(
    "questions teach it to tell six kinds apart, and shuffled classes do not",
    async (page, t) => {
      const [training, test] = ["TREC.train", "TREC.test"].map(part);
      const taught = await accuracy(page, t, SEEDS, () => training, test);
      const control = await accuracy(page, t, SEEDS, () => shuffled(training), test);
      assert.ok(taught >= 0.55, `accuracy ${taught}`);
      assert.ok(control <= 0.35, `with shuffled classes accuracy ${control}`);
    },
    { timeout: 900_000 },
  );
}
