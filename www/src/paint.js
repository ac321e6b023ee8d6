// @ts-check
/** Tells when what was drawn has reached the screen. */

/**
 * Calls `then` in the first task after the next frame.
 * @param {() => void} then
 */
export function afterPaint(then) {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      then();
    };
    channel.port2.postMessage(null);
  });
}
