// @ts-check
/** Tells when a drawing has reached the screen, and when there is time for another. */

/** Resolves in the first task after the next frame. @returns {Promise<void>} */
export const afterPaint = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        channel.port1.close();
        resolve();
      };
      channel.port2.postMessage(null);
    });
  });

/** Resolves when the browser has nothing better to do. @param {number} timeout after which it is no longer waited for, in milliseconds @returns {Promise<void>} */
export const idle = (timeout) =>
  new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout });
    else setTimeout(resolve, 30);
  });

/** What takes no longer to draw than this, in milliseconds, fits into a frame beside something else. */
const BRIEF = 6;

/** Draws two things: in one frame, if the second takes so little time that it does not hold up the first. */
export class Turns {
  #painted = Promise.resolve();
  /** How long the second took the last time. */
  #took = 0;

  /** Resolves when the second may be drawn: when the first can be seen, or at once. */
  async second() {
    if (this.#took > BRIEF) await this.#painted;
  }

  /** @param {() => void} draw */
  drawSecond(draw) {
    const start = performance.now();
    draw();
    this.#took = performance.now() - start;
  }

  /** Resolves when what was drawn can be seen. */
  painted() {
    this.#painted = afterPaint();
    return this.#painted;
  }
}
