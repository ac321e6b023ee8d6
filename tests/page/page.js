// @ts-check
/** What a visitor does on the page, and what stands there afterwards. */

/** @import { Page, Worker } from "playwright-core" */
/** @import { Explanation } from "../../www/src/protocol.js" */

/** A text in which every chart has something to show. */
export const TEXT = "The plot is thin, but the acting is good and never boring.";

/** Waits until what is shown belongs to what stands in the box, and nothing is on its way that would move it. @param {Page} page */
export const ready = (page) => page.waitForSelector('html[data-state="ready"]:not([data-awaits])', { timeout: 60_000 });

/** Waits until the page has either explained the text or said why not. @param {Page} page */
export const settled = (page) => page.waitForSelector('html:is([data-state="ready"], [data-state="error"])', { timeout: 60_000 });

/** Puts `text` into the box, as pasting does, and waits for what the page makes of it. @param {Page} page @param {string} text */
export async function enter(page, text) {
  // Written with escapes, so that lone surrogates and NUL arrive as they are.
  await page.evaluate((escaped) => {
    const box = /** @type {HTMLTextAreaElement} */ (document.querySelector("#text"));
    box.value = JSON.parse(escaped);
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, JSON.stringify(text));
  await settled(page);
}

/** Takes all memory of the engine in a worker, so that it finds none for what it does next. @param {Worker | undefined} worker */
export const exhaust = (worker) =>
  worker?.evaluate(async () => {
    const script = performance.getEntriesByType("resource").find(({ name }) => /\/wasm\/.*\.js$/.test(name));
    const { __wbindgen_malloc: take } = await (await import(script?.name ?? "")).default(); // It runs already.
    for (let size = 2 ** 26; size >= 2 ** 10; size /= 2) {
      try {
        while (take(size, 8) !== 0);
      } catch {
        // So much is no longer there in one piece.
      }
    }
  });

/** What the page shows: each word's numbers, each class's probability, and the pictures. @param {Page} page */
export const shown = (page) =>
  page.evaluate(() => {
    const all = (/** @type {string} */ selector) =>
      [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))].map(({ dataset }) => ({ ...dataset }));
    const picture = (/** @type {string} */ selector) =>
      /** @type {HTMLCanvasElement} */ (document.querySelector(`${selector} canvas`)).toDataURL();
    return {
      words: all("#tokens [data-word]"),
      prediction: all("#prediction [data-probability]"),
      evidence: { root: all("#evidence")[0], words: all("#evidence [data-word]") },
      allocation: picture("#allocation"),
      interaction: picture("#interaction"),
    };
  });

/** Before the page opens: keeps the last explanations that it draws, for `explained`. @param {Page} page */
export const keepExplanations = (page) =>
  page.addInitScript(() => {
    document.addEventListener("explained", (event) => {
      Object.assign(window, { lastExplained: /** @type {CustomEvent} */ (event).detail });
    });
  });

/** What the page drew last, as JSON would have it, by model id. @param {Page} page @returns {Promise<{[id: string]: Explanation}>} */
export const explained = (page) =>
  page.evaluate(() => {
    const { explanations } = /** @type {any} */ (window).lastExplained;
    return JSON.parse(JSON.stringify(explanations, (_, value) => (ArrayBuffer.isView(value) ? [.../** @type {any} */ (value)] : value)));
  });

/** What a browser would translate in these elements although it matches `own`. @param {Page} page @param {string} selector @param {RegExp} own */
export const translatable = (page, selector, own) =>
  page.locator(selector).evaluateAll((all, [source, flags]) => {
    const pattern = new RegExp(source, flags);
    return all.flatMap((root) => {
      const found = /** @type {string[]} */ ([]);
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { data, parentElement } = /** @type {Text} */ (walker.currentNode);
        if (pattern.test(data) && !parentElement?.closest('[translate="no"]')) found.push(data);
      }
      return found;
    });
  }, [own.source, own.flags]);

/** Ids of the models that can be chosen. @param {Page} page */
export const modelIds = (page) => page.locator("#model option").evaluateAll((options) => options.map((option) => /** @type {HTMLOptionElement} */ (option).value));
