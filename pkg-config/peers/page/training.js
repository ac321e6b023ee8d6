// @ts-check
/**
 * Training steps in TensorFlow.js, as model.py has them.
 *
 * Its WebAssembly backend lacks the kernel that a lookup's gradient takes (UnsortedSegmentSum), so what belongs to words is
 * spread over their places by a product with a matrix of zeros and ones.
 */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";

/** @import { Tensor, TensorFlow } from "./tensorflow.js" */
/** @import { Text } from "./worker.js" */

const EPSILON = 1e-8;
const LEAST = 1e-30;

/** What `of` makes of `inputs`, without a slope. @param {(...inputs: Tensor[]) => Tensor} of @param {...Tensor} inputs */
const given = (of, ...inputs) =>
  tf.customGrad((/** @type {any[]} */ ...all) => ({ value: of(...all.slice(0, -1)), gradFunc: () => inputs.map(tf.zerosLike) }))(...inputs);

/** 1 where there is 0, and 0 elsewhere. @param {Tensor} x */
const none = (x) => given((of) => tf.cast(tf.equal(of, 0), "float32"), x);

/** values / whole, and 0 where the whole is. @param {Tensor} values @param {Tensor} whole */
const relative = (values, whole) => tf.div(values, tf.add(whole, none(whole)));

/** √`squares`; value and slope are 0 where a square is. @param {Tensor} squares */
const root = (squares) => tf.mul(tf.sqrt(tf.add(squares, none(squares))), tf.sub(1, none(squares)));

/** @param {Tensor} attention @param {Tensor} pairs [B, L, L] each */
function correlation(attention, pairs) {
  const kept = tf.mul(attention, pairs);
  const either = tf.maximum(kept, tf.transpose(kept, [0, 2, 1]));
  return tf.div(either, tf.maximum(tf.max(either, [1, 2], true), LEAST));
}

/**
 * A product of matrices whose slope takes plain products, too: that backend has a fast kernel for these, and multiplies what
 * is to be transposed on the way ten times as slowly.
 * @type {(x: Tensor, y: Tensor) => Tensor}
 */
const product = tf.customGrad((/** @type {Tensor} */ x, /** @type {Tensor} */ y, /** @type {any} */ save) => {
  save([x, y]);
  const gradFunc = (/** @type {Tensor} */ slope, /** @type {Tensor[]} */ [x, y]) => [tf.matMul(slope, tf.transpose(y)), tf.matMul(tf.transpose(x), slope)];
  return { value: tf.matMul(x, y), gradFunc };
});

/** The random part of a step, or none of it. */
export class Noise {
  /** @param {number} dropout */
  constructor(dropout) {
    this.dropout = dropout;
  }

  /** @param {number[]} shape */
  logistic(shape) {
    const draw = () => Math.min(Math.max(Math.random(), 1e-7), 1 - 1e-7);
    return filled(shape, () => (this.dropout > 0 ? ((u) => Math.log(u / (1 - u)))(draw()) : 0));
  }

  /** @param {Tensor} x */
  drop(x) {
    if (this.dropout === 0) return x;
    const kept = 1 / (1 - this.dropout);
    return tf.mul(x, filled(x.shape, () => (Math.random() < this.dropout ? 0 : kept)));
  }
}

/** @param {number[]} shape @param {() => number} draw */
function filled(shape, draw) {
  const values = new Float32Array(shape.reduce((count, side) => count * side, 1));
  for (let at = 0; at < values.length; at += 1) values[at] = draw();
  return tf.tensor(values, shape);
}

export class Training {
  /** @param {TensorFlow} model @param {number} rate */
  constructor(model, rate) {
    const { ["embedding.weight"]: table, ["vmask.keep"]: _, ...dense } = model.weights;
    this.model = model;
    this.rate = rate;
    this.steps = 0;
    this.table = tf.clone(table);
    this.moments = [tf.zerosLike(table), tf.zerosLike(table)];
    /** @type {{[name: string]: Tensor}} */
    this.weights = Object.fromEntries(Object.entries(dense).map(([name, value]) => [name, tf.variable(value)]));
    this.adam = tf.train.adam(rate, 0.9, 0.999, EPSILON);
  }

  /** Takes a step, and returns the four losses before it. @param {Text[]} texts */
  async step(texts) {
    const { types, places, pairs } = wordsOf(texts);
    const rows = tf.tidy(() => tf.variable(tf.gather(this.table, tf.tensor1d(types, "int32"))));
    const noise = new Noise(this.model.config.dropout);
    /** @type {Tensor} */
    let parts;
    const { value, grads } = tf.variableGrads(() => {
      parts = tf.keep(this.#losses(rows, types.length, places, pairs, texts, noise));
      return tf.sum(parts);
    }, [rows, ...Object.values(this.weights)]);
    const { [rows.name]: ofRows, ...others } = grads;
    this.steps += 1;
    this.adam.applyGradients(others);
    this.#moveRows(types, rows, ofRows);
    const losses = await parts.data();
    tf.dispose([value, grads, rows, parts]);
    return losses;
  }

  /** The losses of a step without noise. @param {Text[]} texts */
  async losses(texts) {
    const { types, places, pairs } = wordsOf(texts);
    const parts = tf.tidy(() => this.#losses(tf.gather(this.table, tf.tensor1d(types, "int32")), types.length, places, pairs, texts, new Noise(0)));
    const losses = await parts.data();
    parts.dispose();
    return losses;
  }

  /** Adam on the rows of the table alone. @param {number[]} types @param {Tensor} rows @param {Tensor} gradient */
  #moveRows(types, rows, gradient) {
    const [table, first, second] = tf.tidy(() => {
      const at = tf.tensor2d(types, [types.length, 1], "int32");
      const [m, v] = this.moments.map((moment) => tf.gather(moment, tf.reshape(at, [-1])));
      const first = tf.add(tf.mul(m, 0.9), tf.mul(gradient, 0.1));
      const second = tf.add(tf.mul(v, 0.999), tf.mul(tf.square(gradient), 0.001));
      const size = this.rate / (1 - 0.9 ** this.steps);
      const root = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - 0.999 ** this.steps)), EPSILON);
      const moved = tf.sub(rows, tf.div(tf.mul(first, size), root));
      const put = (/** @type {Tensor} */ whole, /** @type {Tensor} */ part) => tf.tensorScatterUpdate(whole, at, part);
      return [put(this.table, moved), put(this.moments[0], first), put(this.moments[1], second)];
    });
    tf.dispose([this.table, ...this.moments]);
    [this.table, this.moments] = [table, [first, second]];
  }

  /** @param {string} name @param {Tensor} x @param {"linear" | "relu"} [activation] */
  #linear(name, x, activation = "linear") {
    const [weight, bias] = [this.weights[`${name}.weight`], this.weights[`${name}.bias`]];
    const moved = bias ? tf.add(product(x, weight), bias) : product(x, weight);
    return activation === "relu" ? tf.relu(moved) : moved;
  }

  /**
   * Means of cross-entropy, L_imp, L_int and the gate's guard.
   * @param {Tensor} rows @param {number} count @param {number[]} places @param {Float32Array} pairs @param {Text[]} texts @param {Noise} noise
   */
  #losses(rows, count, places, pairs, texts, noise) {
    const [batch, length, width] = [texts.length, texts[0].ids.length, this.model.config.d_model];
    const spread = tf.cast(tf.oneHot(tf.tensor1d(places, "int32"), count), "float32");
    const x0 = tf.mul(this.#linear("embedding.projection", rows), Math.sqrt(width));
    const scores = this.#linear("vmask.hidden2p", tf.tanh(this.#linear("vmask.linear_layer", x0)));
    const logOdds = product(spread, product(scores, tf.tensor2d([[-1], [1]])));
    const noisy = tf.sigmoid(tf.add(logOdds, noise.logistic([batch * length, 1])));
    const gate = tf.add(noisy, given((soft) => tf.sub(tf.cast(tf.greater(soft, 0.5), "float32"), soft), noisy));
    const gated = tf.mul(product(spread, x0), gate);
    const { logits, attention, neurons } = this.#encode(gated, batch, length, noise);

    const eligible = tf.tensor3d(pairs, [batch, length, length]);
    const attended = given((of) => meanOverHeads(of, eligible), attention);
    const apart = given((of) => tf.mul(tf.sub(1, correlation(of, eligible)), eligible), attended);
    const votes = tf.sub(this.weights["fc.weight"], tf.mean(this.weights["fc.weight"], 1, true));
    const cosine = cosines(tf.mul(neurons, root(tf.sum(tf.square(votes), 1))));
    const among = tf.sum(apart, 2, true);
    const overlap = tf.squeeze(relative(tf.sum(tf.mul(apart, tf.square(cosine)), 2, true), among), [2]);
    const weight = given((of) => tf.reshape(of, [batch, length]), gate);
    const importance = tf.div(tf.sum(tf.mul(weight, overlap), 1), tf.maximum(tf.sum(weight, 1), 1e-6));
    const contrasted = tf.add(tf.mul(relative(apart, among), cosine), tf.mul(attended, tf.sub(1, cosine)));
    const interaction = tf.div(tf.mean(tf.sum(contrasted, 2)), 2);
    const keep = tf.clipByValue(tf.sigmoid(logOdds), 1e-6, 1 - 1e-6);
    const drop = tf.sub(1, keep);
    const guard = tf.mean(tf.add(tf.mul(keep, tf.log(keep)), tf.mul(drop, tf.log(drop))));
    const chosen = tf.oneHot(tf.tensor1d(texts.map(({ label }) => label), "int32"), 2);
    const entropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.cast(chosen, "float32")), 1)));
    return tf.stack([entropy, tf.mean(importance), interaction, guard]);
  }

  /** @param {Tensor} gated [B·L, E] @param {number} batch @param {number} length @param {Noise} noise */
  #encode(gated, batch, length, noise) {
    const { heads, d_model: width } = this.model.config;
    const places = tf.tile(tf.slice(this.model.positions, [0, 0], [length, width]), [batch, 1]);
    const x = noise.drop(tf.add(gated, places));
    const split = (/** @type {Tensor} */ y) => tf.transpose(tf.reshape(y, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
    const [query, key, value] = ["query", "key", "value"].map((part) => split(this.#linear(`layers.0.attention.${part}`, x)));
    const attention = tf.softmax(tf.matMul(tf.div(query, Math.sqrt(width / heads)), key, false, true));
    const mixed = tf.reshape(tf.transpose(tf.matMul(attention, value), [0, 2, 1, 3]), [batch * length, width]);
    const attended = tf.add(x, noise.drop(this.#linear("layers.0.attention.out", mixed)));
    const { mean, variance } = tf.moments(attended, 1, true);
    const normalised = tf.mul(tf.sub(attended, mean), tf.rsqrt(tf.add(variance, 1e-5)));
    const shifted = tf.add(tf.mul(normalised, this.weights["layers.0.norm1.weight"]), this.weights["layers.0.norm1.bias"]);
    const u = tf.reshape(this.#linear("layers.0.ff.linear1", shifted, "relu"), [batch, length, -1]);
    const winners = given((of, by) => this.#mayTake(of, by, length), u, attention);
    const neurons = tf.mul(u, winners);
    const logits = this.#linear("fc", tf.div(tf.sum(noise.drop(neurons), 1), 2));
    return { logits, attention, neurons };
  }

  /** As tensorflow.js has it, for several texts. @param {Tensor} u @param {Tensor} attention @param {number} length */
  #mayTake(u, attention, length) {
    const first = tf.cast(tf.greaterEqual(u, tf.max(u, 1, true)), "float32");
    const second = tf.cast(tf.greaterEqual(u, tf.max(tf.mul(u, tf.sub(1, first)), 1, true)), "float32");
    const itself = tf.eye(length);
    const pairs = tf.add(correlation(tf.mean(attention, 1), tf.sub(1, itself)), itself);
    const correlated = tf.cast(tf.greaterEqual(pairs, this.model.config.winners.correlated), "float32");
    return tf.mul(second, tf.cast(tf.greater(tf.matMul(correlated, first), 0.5), "float32"));
  }
}

/** Attention over eligible pairs, rows summing to 1 again, as a mean over heads. @param {Tensor} attention @param {Tensor} eligible */
function meanOverHeads(attention, eligible) {
  const kept = tf.mul(attention, tf.expandDims(eligible, 1));
  return tf.mean(relative(kept, tf.sum(kept, 3, true)), 1);
}

/** @param {Tensor} z [B, L, F] */
function cosines(z) {
  const scaled = relative(z, given((of) => tf.max(tf.abs(of), 2, true), z));
  const products = tf.matMul(scaled, scaled, false, true);
  const squares = tf.sum(tf.mul(products, tf.eye(z.shape[1])), 2, true);
  const lengths = tf.sqrt(tf.add(squares, none(squares)));
  return tf.div(tf.div(products, lengths), tf.transpose(lengths, [0, 2, 1]));
}

/** The different words of some texts, where each stands, and 1 for pairs of different words. @param {Text[]} texts */
function wordsOf(texts) {
  const ids = texts.flatMap((text) => text.ids);
  const types = [...new Set(ids)].sort((a, b) => a - b);
  const at = new Map(types.map((id, place) => [id, place]));
  const pairs = texts.flatMap((text) => text.ids.flatMap((a) => text.ids.map((b) => Number(a !== b))));
  return { types, places: ids.map((id) => /** @type {number} */ (at.get(id))), pairs: Float32Array.from(pairs) };
}
