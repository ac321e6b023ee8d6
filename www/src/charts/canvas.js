// @ts-check
/** A canvas whose pixels are the screen's. */

/**
 * Empties `canvas`, of `width × height` CSS pixels, and gives a context that counts in device pixels, with their ratio.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const across = Math.round(width * ratio);
  const down = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gives no canvas to draw on");
  if (canvas.width === across && canvas.height === down) {
    context.reset();
  } else {
    canvas.width = across;
    canvas.height = down;
    canvas.style.setProperty("width", `${width}px`);
    canvas.style.setProperty("height", `${height}px`);
  }
  return { context, ratio };
}
