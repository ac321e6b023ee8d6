// @ts-check
/** One tab fine-tunes at a time: two would write over each other's checkpoints. */

/** @import { Problem } from "../protocol.js" */

/** @type {Promise<void> | null} */
let claimed = null;

/** Resolves if this tab may fine-tune, from now until it is closed. */
export function claim() {
  if (!navigator.locks) return Promise.resolve(); // An insecure address has neither locks nor models that are kept.
  claimed ??= new Promise((resolve, reject) => {
    navigator.locks.request("safr fine-tuning", { ifAvailable: true }, (lock) => {
      if (!lock) return reject(ELSEWHERE);
      resolve();
      return new Promise(() => undefined); // It is held as long as the tab lives.
    });
  });
  claimed.catch(() => (claimed = null)); // The other tab may be closed later.
  return claimed;
}

/** @type {Problem} */
const ELSEWHERE = {
  kind: "tuning",
  message: "Another tab of this page fine-tunes a model.",
  hint: "Go on there, or close it and start again.",
};
