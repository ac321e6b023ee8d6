// @ts-check
/** The model's graph in onnxruntime-web, on one thread. */

import * as ort from "onnxruntime-web/wasm";

/** @import { Text } from "./worker.js" */

export class Onnx {
  static title = `onnxruntime-web ${ort.env.versions.web}`;

  /** @param {Uint8Array} graph @param {any} session */
  constructor(graph, session) {
    this.graph = graph;
    this.session = session;
  }

  static async start() {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL("onnxruntime/", self.location.href).href;
    const graph = new Uint8Array(await (await fetch("model.onnx")).arrayBuffer());
    return new Onnx(graph, await Onnx.#session(graph));
  }

  /** @param {Uint8Array} graph */
  static #session(graph) {
    return ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
  }

  async load() {
    const session = await Onnx.#session(this.graph);
    await session.release();
  }

  /** Logits, attention and neurons. @param {Text} text */
  async explain({ ids }) {
    const input = new ort.Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
    const { logits, attention, neurons } = await this.session.run({ ids: input });
    return [logits.data, attention.data, neurons.data];
  }
}
