// @ts-check
/** How a worker is made, and which module it runs. */

import { verbatim } from "./death.js";

/** @import { Assets, Backend, ModelAsset, ModuleAsset, Problem } from "./protocol.js" */

const absolute = (/** @type {string} */ path) => new URL(path, document.baseURI).href;

/**
 * Starts a worker that is bound by this page's content security policy. One started from its own address would be
 * bound by that response's headers instead, and a static host sends none.
 * @param {Assets} assets
 * @param {string} name for whoever looks at the browser's tools
 */
export function spawn({ worker: address, single }, name) {
  if (single) return start(address, { type: "classic", name }); // It is part of the page; a module would have to come from some origin.
  const script = new Blob([`import ${JSON.stringify(absolute(address))};`], { type: "text/javascript" });
  const blob = URL.createObjectURL(script);
  const worker = start(blob, { type: "module", name });
  worker.addEventListener("message", () => URL.revokeObjectURL(blob), { once: true });
  return worker;
}

/** @param {string} address @param {WorkerOptions} options */
function start(address, options) {
  try {
    return new Worker(address, options);
  } catch (cause) {
    /** @type {Problem} */
    const refused = {
      kind: "worker",
      message: "The browser does not let this page start a worker.",
      hint: `If the page is inside a frame of another page, open it by itself. ${verbatim(cause)}`,
    };
    throw refused;
  }
}

/** @type {Problem} */
const BEING_BUILT = { kind: "building", message: "WebGPU and NdArray are still being built.", hint: "" };

/** A model whose address is valid in a worker, too. @param {ModelAsset} model @returns {ModelAsset} */
export const addressed = (model) => ({ ...model, folder: absolute(model.folder) });

/**
 * The module that `backend` needs, by addresses that hold in a worker, too, and what it is called.
 * @param {Assets} assets
 * @param {Backend} backend
 * @returns {{module: ModuleAsset, label: string}}
 */
export function moduleFor(assets, backend) {
  const name = backend === "flex" ? "cpu" : "full";
  const module = assets.modules[name];
  if (!module) throw BEING_BUILT;
  const { js, wasm, ...rest } = module;
  return {
    module: { js: absolute(js), wasm: absolute(wasm), ...rest },
    label: name === "cpu" ? "CPU engine" : "WebGPU and NdArray engine",
  };
}
