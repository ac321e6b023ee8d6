// @ts-check
/** Opens the built page in Firefox, by WebDriver BiDi, and holds every visit to the rules of `../lane.js`. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, test } from "node:test";

import { leaving, told, url } from "../lane.js";

/** @import { Browser, Page } from "puppeteer-core" */

const require = createRequire(new URL("../../../www/package.json", import.meta.url));
const { launch } = /** @type {typeof import("puppeteer-core")} */ (require("puppeteer-core"));

/** The browser of all visits. @type {Promise<Browser> | undefined} */
let started;
after(async () => (await started)?.close());

/**
 * A test that visits the page in a profile of its own. Beyond what `body` asserts, it fails when the page complains on
 * its console or sends a request to another origin.
 * @param {string} name
 * @param {(page: Page) => Promise<unknown>} body
 * @param {string} [at] the address
 */
export function firefoxTest(name, body, at = url) {
  test(name, { timeout: 120_000 }, async () => {
    const browser = await (started ??= launch({ browser: "firefox", executablePath: told("SAFR_FIREFOX"), timeout: 90_000 }));
    const context = await browser.createBrowserContext();
    try {
      const page = await context.newPage();
      /** @type {string[]} */
      const complaints = [];
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(`console: ${message.text()}`);
      });
      page.on("pageerror", (error) => complaints.push(`uncaught: ${error instanceof Error ? error.message : error}`));
      page.on("request", (request) => {
        const complaint = leaving(request.url());
        if (complaint) complaints.push(complaint);
      });
      await page.setViewport({ width: 1440, height: 900 });
      await page.goto(at);
      await body(page);
      assert.deepEqual(complaints, [], "the page complained");
    } finally {
      await context.close();
    }
  });
}

/** Waits until what is shown belongs to what stands in the box. @param {Page} page */
export const ready = (page) => page.waitForSelector('html[data-state="ready"]:not([data-awaits])', { timeout: 60_000 });

/** Waits until a run is there. @param {Page} page @param {string} state */
export const reaches = (page, state) => page.waitForSelector(`#tune-status[data-state="${state}"]`, { timeout: 90_000 });

/** The words, and the classes with their probabilities, as scripts read them. @param {Page} page */
export const shown = (page) =>
  page.evaluate(() => {
    const all = (/** @type {string} */ selector) =>
      [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))].map(({ dataset }) => ({ ...dataset }));
    return { words: all("#tokens [data-word]"), prediction: all("#prediction [data-class]") };
  });

/** Puts text into a field in the place of what stands there, by the keyboard. @param {Page} page @param {string} selector @param {string} text */
export async function fill(page, selector, text) {
  await page.focus(selector);
  await page.$eval(selector, (field) => /** @type {HTMLInputElement} */ (field).select());
  await page.keyboard.type(text);
}
