// @ts-check
/**
 * The files that the page loads besides itself: a stand-in for type checks,
 * which the build replaces by the list of what it wrote.
 */

/** @type {import("./protocol.js").Assets} */
export const assets = {
  worker: "src/worker.js",
  modules: {
    cpu: { js: "wasm/cpu/safr.js", wasm: "wasm/cpu/safr_bg.wasm", bytes: 0 },
    full: { js: "wasm/full/safr.js", wasm: "wasm/full/safr_bg.wasm", bytes: 0 },
  },
  models: [],
  build: "unbuilt",
};
