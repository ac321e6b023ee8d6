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
