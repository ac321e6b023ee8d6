// @ts-check
/** Repeats what a worker did last while nobody asks it for anything: browsers compile well only what has run often. */

/** How long it works on that in all, in milliseconds. */
const ENOUGH = 500;

export class WarmUp {
  #spent = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;

  /**
   * @param {<T>(task: () => Promise<T>) => Promise<T>} inTurn
   * @param {() => boolean} isIdle whether nothing is to be done
   * @param {(cause: unknown) => void} failed what went well once may still find no more memory
   */
  constructor(inTurn, isIdle, failed) {
    this.inTurn = inTurn;
    this.isIdle = isIdle;
    this.failed = failed;
  }

  /** Repeats `task`, which must change nothing, until enough has been done. @param {() => Promise<unknown>} task */
  repeat(task) {
    clearTimeout(this.#next);
    if (this.#spent >= ENOUGH) return;
    this.#next = setTimeout(async () => {
      if (!this.isIdle()) return; // Whatever is to be done may be repeated after that.
      const before = performance.now();
      await this.inTurn(task).then(() => {
        this.#spent += performance.now() - before;
        this.repeat(task);
      }, this.failed);
    });
  }
}
