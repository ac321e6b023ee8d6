// @ts-check
/** The model written for TensorFlow.js, on its WebAssembly backend with SIMD, on one thread. */

import * as tf from "@tensorflow/tfjs-core";
import { setThreadsCount, setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";

/** @import { Text } from "./worker.js" */

/** @typedef {any} Tensor */
/** @typedef {{[name: string]: Tensor}} Weights */

const EPSILON = 1e-5;
const LEAST = 1e-30;

export class TensorFlow {
  static title = `TensorFlow.js ${version_wasm}`;

  /** @param {Uint8Array} file @param {{heads: number, d_model: number, dropout: number, winners: {correlated: number}}} config */
  constructor(file, config) {
    this.file = file;
    this.config = config;
    this.weights = weightsOf(file);
    this.positions = tf.tensor2d(sinusoids(256, config.d_model));
  }

  static async start() {
    setWasmPaths(new URL("tensorflow/", self.location.href).href);
    setThreadsCount(1);
    if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js has no WebAssembly backend here");
    if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("TensorFlow.js finds no SIMD here");
    const file = new Uint8Array(await (await fetch("weights.safetensors")).arrayBuffer());
    return new TensorFlow(file, await (await fetch("model/config.json")).json());
  }

  async load() {
    tf.dispose(weightsOf(this.file));
  }

  /** Logits, attention and neurons. @param {Text} text */
  async explain({ ids }) {
    const parts = tf.tidy(() => this.#forward(tf.tensor1d(ids, "int32"), ids.length));
    const values = await Promise.all(parts.map((/** @type {Tensor} */ part) => part.data()));
    tf.dispose(parts);
    return values;
  }

  /** @param {string} name @param {Tensor} x @param {"linear" | "relu"} [activation] */
  #linear(name, x, activation = "linear") {
    const [weight, bias] = [this.weights[`${name}.weight`], this.weights[`${name}.bias`]];
    return tf.fused.matMul({ a: x, b: weight, bias, activation });
  }

  /** @param {Tensor} ids @param {number} length */
  #forward(ids, length) {
    const { heads, d_model: width } = this.config;
    const rows = this.#linear("embedding.projection", tf.gather(this.weights["embedding.weight"], ids));
    const keep = tf.gather(this.weights["vmask.keep"], ids);
    const gated = tf.mul(rows, tf.expandDims(tf.mul(keep, Math.sqrt(width)), 1));
    const x = tf.add(gated, tf.slice(this.positions, [0, 0], [length, width]));
    const split = (/** @type {Tensor} */ y) => tf.transpose(tf.reshape(y, [length, heads, width / heads]), [1, 0, 2]);
    const [query, key, value] = ["query", "key", "value"].map((part) => split(this.#linear(`layers.0.attention.${part}`, x)));
    const attention = tf.softmax(tf.matMul(tf.div(query, Math.sqrt(width / heads)), key, false, true));
    const mixed = tf.reshape(tf.transpose(tf.matMul(attention, value), [1, 0, 2]), [length, width]);
    const normalised = this.#norm(tf.add(x, this.#linear("layers.0.attention.out", mixed)));
    const u = this.#linear("layers.0.ff.linear1", normalised, "relu");
    const neurons = tf.mul(u, this.#mayTake(u, attention, length));
    const read = tf.div(tf.sum(neurons, 0, true), 2);
    return [this.#linear("fc", read), attention, neurons];
  }

  /** @param {Tensor} x */
  #norm(x) {
    const { mean, variance } = tf.moments(x, 1, true);
    const normalised = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(normalised, this.weights["layers.0.norm1.weight"]), this.weights["layers.0.norm1.bias"]);
  }

  /** 1 for the word that drives a neuron most, and for the second if the two are correlated. @param {Tensor} u @param {Tensor} attention @param {number} length */
  #mayTake(u, attention, length) {
    const first = tf.cast(tf.greaterEqual(u, tf.max(u, 0, true)), "float32");
    const among = tf.mul(u, tf.sub(1, first));
    const second = tf.cast(tf.greaterEqual(u, tf.max(among, 0, true)), "float32");
    const itself = tf.eye(length);
    const others = tf.mul(tf.mean(attention, 0), tf.sub(1, itself));
    const either = tf.maximum(others, tf.transpose(others));
    const strongest = tf.maximum(tf.max(either), LEAST);
    const pairs = tf.add(tf.div(either, strongest), itself);
    const correlated = tf.cast(tf.greaterEqual(pairs, this.config.winners.correlated), "float32");
    const beside = tf.greater(tf.matMul(correlated, first), 0.5);
    return tf.mul(second, tf.cast(beside, "float32"));
  }
}

/** Tensors of the bytes of a safetensors file of 32-bit floats. @param {Uint8Array} file @returns {Weights} */
function weightsOf(file) {
  const view = new DataView(file.buffer, file.byteOffset);
  const begin = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, begin)));
  delete header.__metadata__;
  const entries = Object.entries(header).map(([name, { shape, data_offsets: [from, to] }]) => {
    const values = new Float32Array(file.slice(begin + from, begin + to).buffer);
    return [name, tf.tensor(values, shape, "float32")];
  });
  return Object.fromEntries(entries);
}

/** @param {number} length @param {number} width */
function sinusoids(length, width) {
  const angle = (/** @type {number} */ place, /** @type {number} */ column) => place / 10000 ** ((column - (column % 2)) / width);
  return Array.from({ length }, (_, place) =>
    Array.from({ length: width }, (_, column) => (column % 2 === 0 ? Math.sin(angle(place, column)) : Math.cos(angle(place, column)))),
  );
}
