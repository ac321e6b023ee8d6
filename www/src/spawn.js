// @ts-check
/** How a worker is made, and what it is told first. */

/** @import { Assets, Backend, ModelAsset, Problem, ToWorker } from "./protocol.js" */

const absolute = (/** @type {string} */ path) => new URL(path, document.baseURI).href;

/**
 * Starts a worker that is bound by this page's content security policy. One started from its own address would be
 * bound by that response's headers instead, and a static host sends none.
 * @param {Assets} assets
 */
export function spawn({ worker: address }) {
  const script = new Blob([`import ${JSON.stringify(absolute(address))};`], { type: "text/javascript" });
  const blob = URL.createObjectURL(script);
  const worker = start(blob);
  worker.addEventListener("message", () => URL.revokeObjectURL(blob), { once: true });
  return worker;
}

/** @param {string} address */
function start(address) {
  try {
    return new Worker(address, { type: "module" });
  } catch (cause) {
    /** @type {Problem} */
    const refused = {
      kind: "worker",
      message: `The browser lets this page start no worker (${/** @type {Error} */ (cause).message}).`,
      hint: "Where the page stands in a frame of another, open it by itself.",
    };
    throw refused;
  }
}

/** @type {Problem} */
const BEING_BUILT = { kind: "building", message: "WebGPU and NdArray are still being built.", hint: "" };

/** A model whose address holds in a worker, too. @param {ModelAsset} model @returns {ModelAsset} */
export const addressed = (model) => ({ ...model, folder: absolute(model.folder) });

/**
 * Has a worker run the module that `backend` needs, and load the models one after another.
 * @param {Assets} assets
 * @param {Backend} backend
 * @param {ModelAsset[]} models
 * @returns {ToWorker}
 */
export function startMessage(assets, backend, models) {
  const name = backend === "flex" ? "cpu" : "full";
  const module = assets.modules[name];
  if (!module) throw BEING_BUILT;
  const { js, wasm, bytes } = module;
  return {
    type: "start",
    module: { js: absolute(js), wasm: absolute(wasm), bytes },
    label: name === "cpu" ? "CPU engine" : "WebGPU and NdArray engine",
    backend,
    models: models.map(addressed),
  };
}
