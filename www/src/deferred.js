// @ts-check
/** A promise that others settle. */

/** @import { Problem } from "./protocol.js" */

/** A promise with its handles. @template T */
export class Deferred {
  constructor() {
    /** @type {Promise<T>} */
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      /** @type {(problem: Problem) => void} */
      this.reject = reject;
    });
    this.promise.catch(() => undefined); // A rejection that nobody waits for is not an error.
  }
}
