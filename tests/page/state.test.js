// @ts-check
/** The address and the state say the same. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isNewer, missingModels, notHere, readState, writeState } from "../../www/src/state.js";

/** @import { State } from "../../www/src/state.js" */

const MODELS = ["safr", "plain"];

/** @type {State} */
const USUAL = { text: "Usual text.", model: "safr", without: "", held: "", pinned: "", beside: "auto", backend: "auto", theme: "auto", allocation: "evidence", interaction: "sharing", rows: "text", folded: "yes", zoom: "1", layer: "", seed: "" };

test("what is written is read back", () => {
  /** @type {State[]} */
  const states = [
    USUAL,
    { text: "", model: "plain", without: "", held: "pair:2,14", pinned: "", beside: "none", backend: "webgpu", theme: "dark", allocation: "share", interaction: "contribution", rows: "neurons", folded: "no", zoom: "16@0,1000", layer: "2", seed: "7" },
    { text: "a&b=c #d %41\n\"e\" 👩‍👧 שלום", model: "safr", without: "neuron:3 word:1", held: "word:0", pinned: "", beside: "plain", backend: "ndarray", theme: "light", allocation: "share", interaction: "sharing", rows: "evidence", folded: "yes", zoom: "2@250,500", layer: "12", seed: "" },
  ];
  for (const state of states) {
    assert.deepEqual(readState(writeState(state, USUAL, MODELS), USUAL, MODELS), state);
    assert.deepEqual(readState(writeState(state, {}, MODELS), { ...USUAL, model: "plain" }, MODELS), state);
  }
});

test("the usual view has a short address", () => {
  assert.equal(writeState(USUAL, USUAL, MODELS), "");
  assert.equal(writeState({ ...USUAL, theme: "dark" }, USUAL, MODELS), "#theme=dark&v=1");
});

test("what makes no sense is passed over", () => {
  const hash = "#model=other&beside=maybe&backend=GPU&theme=&allocation=&interaction=none&held=word:x&rows=up&folded=&zoom=4@1001,0&layer=0&seed=-1&unknown=1&text=%F0%9F";
  assert.deepEqual(readState(hash, USUAL, MODELS), { ...USUAL, text: "\ufffd" });
  assert.deepEqual(readState("", USUAL, MODELS), USUAL);
});

test("a text too long for a link stays out of it, and is read whole where one brings it", () => {
  const long = "a".repeat(2001);
  assert.equal(writeState({ ...USUAL, text: long }, USUAL, MODELS), "");
  assert.equal(readState(`#text=${long}`, USUAL, MODELS).text, long);
});

test("a link of a newer version is told from those that this one knows", () => {
  assert.equal(isNewer(""), false);
  assert.equal(isNewer("#theme=dark&v=1"), false);
  assert.equal(isNewer("#theme=dark&v=2"), true);
  assert.equal(isNewer("#theme=dark&v=x"), false);
});

test("lone surrogates do not keep a link from being written", () => {
  assert.equal(writeState({ ...USUAL, text: "\ud83d" }, USUAL, MODELS), "#text=%EF%BF%BD&v=1");
});

test("an address that names a model that is not there is told from one that does not", () => {
  for (const hash of ["", "#model=", "#model=plain&beside=safr", "#beside=auto", "#beside=none&text=own-1"]) {
    assert.deepEqual(missingModels(hash, MODELS), [], hash);
  }
  assert.deepEqual(missingModels("#model=own-12345678&theme=dark", MODELS), [{ as: "model", id: "own-12345678" }]);
  assert.deepEqual(missingModels("#beside=own-12345678&model=own-2", MODELS), [{ as: "model", id: "own-2" }, { as: "beside", id: "own-12345678" }]);
});

test("of models that are not there it is said which are used instead", () => {
  const one = notHere(["own-1"], ["Plain"]);
  assert.equal(one.message, "The address names a model, “own-1”, that is not here.");
  assert.match(one.hint, /^“Plain” is used instead\. /);
  const two = notHere(["own-1", "own-2"], ["SAFR", "Plain"]);
  assert.equal(two.message, "The address names two models, “own-1” and “own-2”, that are not here.");
  assert.match(two.hint, /^“SAFR” and “Plain” are used instead\. /);
});

/** Numbers from 0 to below 1 that are the same each time (mulberry32). @param {number} seed */
const numbers = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

test("whatever an address says, it gives a state, which is written and read back as it is", () => {
  const choices = {
    model: MODELS,
    beside: ["auto", "none", ...MODELS],
    backend: ["auto", "webgpu", "flex", "ndarray"],
    theme: ["auto", "light", "dark"],
    allocation: ["evidence", "share"],
    interaction: ["sharing", "contribution"],
  };
  const pieces = ["#", "&", "=", "%", "%00", "%F0%9F", "+", ";", "text", "__proto__", "constructor", "<b>", "\ud83d", "é", " ", "a".repeat(3000), ...Object.entries(choices).flat(2)];
  const next = numbers(1);
  const pick = () => pieces[Math.floor(next() * pieces.length)];
  for (let mutant = 0; mutant < 50_000; mutant++) {
    const parts = Array.from({ length: Math.floor(next() * 12) }, () => (next() < 0.5 ? `${pick()}=${pick()}&` : pick()));
    const state = readState(`#${parts.join("")}`, USUAL, MODELS);
    assert.deepEqual(Object.keys(state), Object.keys(USUAL));
    for (const [name, values] of Object.entries(choices)) assert.ok(values.includes(state[/** @type {keyof State} */ (name)]), name);
    const again = readState(writeState(state, USUAL, MODELS), USUAL, MODELS);
    assert.deepEqual(again, { ...state, text: state.text.length <= 2000 ? state.text : USUAL.text });
  }
});
