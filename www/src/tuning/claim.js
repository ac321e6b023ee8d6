// @ts-check
/** One tab fine-tunes at a time: two would write over each other's checkpoints. */

/** @import { Problem } from "../protocol.js" */

/** @type {Promise<void> | null} */
let claimed = null;
/** Lets another tab have it. */
let giveUp = () => {};
/** Settles when an earlier claim is given up. @type {Promise<unknown>} */
let free = Promise.resolve();

/** Resolves if this tab may fine-tune, from now until it is released or the tab closed. */
export function claim() {
  if (!navigator.locks) return Promise.resolve(); // An insecure address has neither locks nor models that are kept.
  claimed ??= free.then(request);
  claimed.catch(() => (claimed = null)); // The other tab may be closed later.
  return claimed;
}

/** @returns {Promise<void>} */
const request = () =>
  new Promise((resolve, reject) => {
    free = navigator.locks.request("safr fine-tuning", { ifAvailable: true }, (lock) => {
      if (!lock) return reject(ELSEWHERE);
      resolve();
      return new Promise((released) => (giveUp = () => released(undefined)));
    });
  });

/** This tab has nothing any more that another could write over. */
export function release() {
  giveUp();
  claimed = null;
}

/** @type {Problem} */
const ELSEWHERE = {
  kind: "tuning",
  message: "Another tab of this page fine-tunes a model.",
  hint: "Go on there, or close it and start again.",
};
