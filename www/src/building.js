// @ts-check
/** Waits for the larger module: `cargo xtask serve` shows the page before it has built that. The published page has both. */

/** @import { ModuleAsset, Problem } from "./protocol.js" */

/** The state of the module, as `pkg-config/xtask/src/late.rs` writes it. @typedef {{state: "building"} | {state: "built", module: ModuleAsset} | {state: "failed", reason: string}} News */

const NEWS = "wasm/full.json";

/** Milliseconds between checks. */
const PAUSE = 2000;

/** Resolves when the module is there; rejects with a problem when it can't be built. @returns {Promise<ModuleAsset>} */
export async function built() {
  for (;;) {
    const news = await look();
    if (news?.state === "built") return news.module;
    if (news?.state === "failed") throw failed(news.reason);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Null if the server does not answer: it may be restarted. @returns {Promise<News | null>} */
async function look() {
  try {
    return await (await fetch(NEWS)).json();
  } catch {
    return null;
  }
}

/** @param {string} reason @returns {Problem} */
const failed = (reason) => ({
  kind: "building",
  message: `WebGPU and NdArray could not be built: ${reason}.`,
  hint: "The terminal says why. Texts are explained on the CPU (Flex).",
});
