// @ts-check
/** What a worker dies of, and what is said about that and other errors. */

/** @import { Problem } from "./protocol.js" */

/** How our modules and browsers say that there is no more memory. */
const NO_MEMORY = /out of memory|allocation failed/i;

/** Whether a worker in which this was thrown cannot continue. @param {unknown} cause */
export const deadly = (cause) => cause instanceof WebAssembly.RuntimeError || (cause instanceof Error && NO_MEMORY.test(cause.message));

/** An error in its own words, to stand behind a plain sentence. @param {unknown} cause */
export const verbatim = (cause) => `The error reads: “${cause instanceof Error ? cause.message : cause}”.`;

/** @param {string} who died @param {string} why a clause, or the worker's words in quotation marks @param {string} hint @returns {Problem} */
export function obituary(who, why, hint) {
  if (NO_MEMORY.test(why)) return { kind: "memory", message: `${who} ran out of memory: it needs more than this browser gives it.`, hint };
  return { kind: "worker", message: `${who} stopped: ${why}.`, hint };
}
