// @ts-check
/** One tab fine-tunes at a time: two would overwrite each other's checkpoints. */

/** @import { Problem } from "../protocol.js" */

const NAME = "safr fine-tuning";

/** A tab that has the claim answers within this many milliseconds. */
const ANSWER_WITHIN = 400;

/** @type {Promise<void> | null} */
let claimed = null;
/** Lets another tab have it. */
let giveUp = () => {};
/** Settles when an earlier claim is given up. @type {Promise<unknown>} */
let free = Promise.resolve();

/** Resolves if this tab may fine-tune, from now until it is released or the tab closed. */
export function claim() {
  claimed ??= free.then(navigator.locks ? lock : ask);
  claimed.catch(() => (claimed = null)); // The other tab may be closed later.
  return claimed;
}

/** @returns {Promise<void>} */
const lock = () =>
  new Promise((resolve, reject) => {
    free = navigator.locks
      .request(NAME, { ifAvailable: true }, (lock) => {
        if (!lock) return reject(ELSEWHERE);
        resolve();
        return new Promise((released) => (giveUp = () => released(undefined)));
      })
      .catch(() => resolve()); // Some frames are refused locks. To train unguarded is better than not to train.
  });

/** The same over http, where there are no locks: tabs ask each other. @returns {Promise<void>} */
const ask = () =>
  new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(NAME);
    const silence = setTimeout(() => {
      channel.onmessage = ({ data }) => data === "whose?" && channel.postMessage("mine");
      giveUp = () => channel.close();
      resolve();
    }, ANSWER_WITHIN);
    channel.onmessage = ({ data }) => {
      if (data !== "mine") return;
      clearTimeout(silence);
      channel.close();
      reject(ELSEWHERE);
    };
    channel.postMessage("whose?");
  });

/** This tab no longer has anything that another could overwrite. */
export function release() {
  giveUp();
  claimed = null;
}

/** @type {Problem} */
const ELSEWHERE = {
  kind: "tuning",
  message: "Another tab of this page is fine-tuning a model.",
  hint: "Continue there, or close it and start again.",
};
