// @ts-check
/** It learns in the page: to tell TREC's six kinds of questions apart, from 500 of them. `tests/data_sets/trec.rs` does the same natively. */

import assert from "node:assert/strict";
import { join } from "node:path";

import { pageTest, told } from "../lane.js";
import { accuracy, questions } from "../questions.js";

const folder = join(told("SAFR_DATA"), "trec");
const [training, test] = ["TREC.train", "TREC.test"].map((part) => questions(join(folder, part)));

/** Five hundred questions, others for each seed. @param {number} seed */
const lessons = (seed) => training.filter((_, place) => place % 10 === seed).slice(0, 500);

pageTest(
  "five hundred questions teach it to tell six kinds apart",
  async (page, t) => {
    const mean = await accuracy(page, t, [0, 1, 2], lessons, test);
    assert.ok(mean >= 0.6, `accuracy ${mean}`);
  },
  { timeout: 900_000 },
);
