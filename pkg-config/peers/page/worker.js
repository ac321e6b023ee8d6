// @ts-check
/** Everything that is measured in the page, in one worker and on one thread: ours, onnxruntime-web and TensorFlow.js. */

import { Onnx } from "./onnx.js";
import { Ours } from "./ours.js";
import { measure } from "./rounds.js";
import { TensorFlow } from "./tensorflow.js";
import { Training } from "./training.js";

/**
 * @typedef {{text: string, ids: number[], label: number, logits: number[]}} Text
 * @typedef {{batch: number, explain: {[length: string]: Text[]}, train: Text[], losses: number[]}} Work the losses are those of the first batch
 */

const port = /** @type {Worker} */ (/** @type {unknown} */ (self));

const say = (/** @type {string} */ line) => port.postMessage({ line });

/** Adam's step size. */
const RATE = 3e-4;

/** Repetitions in a round, and calls in a repetition. @type {{[length: string]: [number, number]}} */
const EXPLAINED = { 20: [7, 8], 128: [5, 2], 256: [5, 1] };

/** @param {ArrayLike<number>} values @param {number[]} expected @param {number} tolerance @param {string} what */
function same(values, expected, tolerance, what) {
  const apart = Array.from(expected, (value, at) => Math.abs(values[at] - value));
  if (!apart.every((distance) => distance <= tolerance)) throw new Error(`${what}: ${values}, not ${expected}`);
}

/** @param {number[]} logits */
function softmax(logits) {
  const odds = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const sum = odds.reduce((all, one) => all + one);
  return odds.map((one) => one / sum);
}

/** Fails unless all give the same answers. @param {Work} work @param {Ours} ours @param {(Onnx | TensorFlow)[]} peers */
async function check(work, ours, peers) {
  for (const text of Object.values(work.explain).flat()) {
    const { prediction, words } = await ours.explain(text);
    if (words.length !== text.ids.length || !prediction) throw new Error(`read otherwise: ${text.text}`);
    same(prediction.probabilities, softmax(text.logits), 1e-5, "our probabilities");
    for (const peer of peers) same((await peer.explain(text))[0], text.logits, 1e-4, "a peer's logits");
  }
}

/** @param {Work} work @param {Ours} ours @param {Onnx} onnx @param {TensorFlow} tensorflow @returns {import("./rounds.js").Task[]} */
function tasks(work, ours, onnx, tensorflow) {
  const explaining = Object.entries(EXPLAINED).map(([length, [repetitions, calls]]) => {
    const texts = work.explain[length];
    const of = (/** @type {{explain(text: Text): Promise<unknown>}} */ program) => (/** @type {number} */ turn) => program.explain(texts[turn % texts.length]);
    const programs = { ours: of(ours), [Onnx.title]: of(onnx), [TensorFlow.title]: of(tensorflow) };
    return { task: `explaining ${length} words`, repetitions, calls, programs };
  });
  const load = { ours: async () => ours.load(), [Onnx.title]: () => onnx.load(), [TensorFlow.title]: () => tensorflow.load() };
  return [...explaining, { task: "loading the model", repetitions: 5, calls: 1, programs: load }];
}

/** Ours and TensorFlow.js; onnxruntime-web does not train. @param {Work} work @param {Ours} ours @param {Training} training @returns {import("./rounds.js").Task} */
function trained({ batch, train }, ours, training) {
  const batches = train.length / batch;
  const programs = {
    ours: () => ours.train(),
    [TensorFlow.title]: (/** @type {number} */ turn) => training.step(train.slice((turn % batches) * batch).slice(0, batch)),
  };
  return { task: "a training step of 32 texts of 40 words", repetitions: 3, calls: 1, programs };
}

async function run() {
  const work = /** @type {Work} */ (await (await fetch("work.json")).json());
  const asset = await (await fetch("assets.json")).json();
  const ours = await Ours.start(asset, work);
  const [onnx, tensorflow] = [await Onnx.start(), await TensorFlow.start()];
  await check(work, ours, [onnx, tensorflow]);
  const measured = [];
  const training = new Training(tensorflow, RATE);
  const first = await training.losses(work.train.slice(0, work.batch));
  for (const [at, loss] of work.losses.entries()) same([first[at]], [loss], 1e-4 * Math.abs(loss), "TensorFlow.js's losses");
  for (const task of [...tasks(work, ours, onnx, tensorflow), trained(work, ours, training)]) measured.push(await measure(task, say));
  return { with: [Onnx.title, TensorFlow.title], tasks: measured };
}

run().then(
  (result) => port.postMessage({ result }),
  (cause) => port.postMessage({ error: String(cause?.stack ?? cause?.message ?? JSON.stringify(cause)) }),
);
