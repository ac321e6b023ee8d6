// @ts-check
/** Tells the styles how high the text box and the answer to it are, which stay on top while the rest scrolls. */

export function measureBench() {
  const bench = /** @type {HTMLElement} */ (document.querySelector(".bench"));
  new ResizeObserver(([{ borderBoxSize: [{ blockSize }] }]) => {
    document.documentElement.style.setProperty("--bench", `${blockSize}px`);
  }).observe(bench, { box: "border-box" });
}
