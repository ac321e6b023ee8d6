// @ts-check
/** Tells when what was drawn has reached the screen. */

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
