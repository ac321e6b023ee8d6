// @ts-check
/** Waits for the larger module: `cargo xtask serve` shows the page before it has built that. The published page has both. */

/** @import { Assets, ModuleAsset, Problem } from "./protocol.js" */

/** The state of the module, as `pkg-config/xtask/src/late.rs` writes it. @typedef {{state: "building"} | {state: "built", module: ModuleAsset} | {state: "failed", reason: string}} News */

/** @typedef {Problem & {lacking: string}} Lack why there is no such module, also as the reason for what runs instead */

const NEWS = "wasm/full.json";

/** Milliseconds between checks, and until one of them has failed. */
const PAUSE = 2000;
const ANSWER_WITHIN = 10_000;

/** Checks after which nobody waits any longer: for a server that does not answer, two minutes; for the module, an hour. */
export const SILENT_CHECKS = 60;
export const CHECKS = 1800;

/**
 * Says what is lacking where the page came with the CPU's module alone: in one file for good, under `cargo xtask serve`
 * until the other one is among `assets`.
 * @param {Assets} assets
 * @param {{lacking: string}} explainer
 * @param {(problem: Problem) => void} told
 */
export async function complete(assets, explainer, told) {
  if (assets.single) {
    explainer.lacking = "This file holds no other engine; the page on a server has WebGPU, too.";
    return;
  }
  explainer.lacking = "WebGPU and NdArray are still being built; either can be chosen now, and takes over when it is ready.";
  try {
    assets.modules.full = await built();
    explainer.lacking = "";
  } catch (cause) {
    const lack = /** @type {Lack} */ (cause);
    told(lack);
    explainer.lacking = lack.lacking;
  }
}

/** Resolves when the module is there; rejects with a `Lack` when it can't be built, or is waited for no longer. @returns {Promise<ModuleAsset>} */
export async function built() {
  let silent = 0;
  for (let checks = 0; checks < CHECKS; checks += 1) {
    const news = await look();
    silent = news ? 0 : silent + 1;
    if (news?.state === "built") return news.module;
    if (news?.state === "failed") throw failed(news.reason);
    if (silent === SILENT_CHECKS) throw SILENT;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw LATE;
}

/** Null if the server does not answer: it may be restarted. @returns {Promise<News | null>} */
async function look() {
  try {
    return await (await fetch(NEWS, { signal: AbortSignal.timeout(ANSWER_WITHIN) })).json();
  } catch {
    return null;
  }
}

/** @param {string} reason @returns {Lack} */
const failed = (reason) => ({
  kind: "building",
  message: `WebGPU and NdArray could not be built: ${reason}.`,
  hint: "The terminal says why. Texts are explained on the CPU (Flex).",
  lacking: "WebGPU and NdArray could not be built.",
});

/** @type {Lack} */
const SILENT = {
  kind: "building",
  message: "The server that builds WebGPU and NdArray has not answered for two minutes.",
  hint: "Start cargo xtask serve again, and load the page again. Until then, texts are explained on the CPU (Flex).",
  lacking: "The server that builds WebGPU and NdArray does not answer.",
};

/** @type {Lack} */
const LATE = {
  kind: "building",
  message: "WebGPU and NdArray are not built after an hour.",
  hint: "The terminal says why. Load the page again once they are. Until then, texts are explained on the CPU (Flex).",
  lacking: "WebGPU and NdArray took more than an hour to build.",
};
