// @ts-check
/** What a worker dies of, and what is said about it. */

/** @import { Problem } from "./protocol.js" */

/** How our modules and browsers say that there is no more memory. */
const NO_MEMORY = /out of memory|allocation failed/i;

/** Whether a worker in which this was thrown cannot continue. @param {unknown} cause */
export const deadly = (cause) => cause instanceof WebAssembly.RuntimeError || (cause instanceof Error && NO_MEMORY.test(cause.message));

/** @param {string} who died @param {string} why in the worker's words @param {string} hint @returns {Problem} */
export function obituary(who, why, hint) {
  if (NO_MEMORY.test(why)) return { kind: "memory", message: `${who} ran out of memory: it needs more than this browser gives it.`, hint };
  return { kind: "worker", message: `${who} stopped: ${why}.`, hint };
}
