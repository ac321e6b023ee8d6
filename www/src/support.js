// @ts-check
/** Finds out what the browser lacks before anything is loaded. */

import { list } from "./format.js";

/** @import { Remedy } from "./notices.js" */
/** @import { Problem } from "./protocol.js" */

/** The smallest module that needs SIMD: one function returning `i32x4.splat 0`, lane 0 dropped. */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, // magic and version
  1, 5, 1, 96, 0, 1, 123, // one type: () -> v128
  3, 2, 1, 0, // one function of it
  10, 8, 1, 6, 0, 65, 0, 253, 17, 11, // i32.const 0; i32x4.splat
]);

/** Whether `new Worker` looks at the option that makes a worker a module; nothing is fetched. */
function hasModuleWorkers() {
  let asked = false;
  const options = {
    get type() {
      asked = true;
      return /** @type {const} */ ("module");
    },
  };
  try {
    new Worker("http://[", options).terminate();
  } catch {
    // The address is invalid, so this always throws, after the options have been read.
  }
  return asked;
}

/** Whether another page shows this one in a frame that gives it no origin, and so no workers or storage. A file has none, either. */
const isSandboxed = () => origin === "null" && location.protocol !== "file:";

/**
 * What the page needs and the browser lacks, in plain words; empty if nothing is missing.
 * @returns {string[]}
 */
function missingFeatures() {
  const missing = [];
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(SIMD_MODULE)) {
    missing.push("WebAssembly with SIMD");
  }
  if (typeof Worker !== "function" || !hasModuleWorkers()) missing.push("module workers");
  if (!CSS.supports("color", "light-dark(black, white)")) missing.push("current CSS colours");
  return missing;
}

/** Why nothing can be explained here, and what may help; null where all is well. @returns {{problem: Problem, remedy?: Remedy} | null} */
export function obstacle() {
  const missing = missingFeatures();
  if (missing.length > 0) {
    const message = `This browser lacks ${list(missing)}, which this page needs.`;
    const hint = "Chrome and Edge 123, Firefox 128, Safari 17.5 and anything newer have it.";
    return { problem: { kind: "browser", message, hint } };
  }
  if (!isSandboxed()) return null;
  const [address] = location.href.split("#");
  const message = "Another page shows this one in a sandboxed frame, where no engine can run and no model can be kept.";
  return { problem: { kind: "frame", message, hint: "Open it by itself, at this address" }, remedy: { label: address, href: location.href } };
}
