// @ts-check
/** Opens the built page in Chromium as one lane offers it, and holds every visit to the same rules. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

/** @import { Browser, BrowserContextOptions, Page } from "playwright-core" */
/** @import { TestContext } from "node:test" */

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { chromium } = /** @type {typeof import("playwright-core")} */ (require("playwright-core"));
const { AxeBuilder } = /** @type {typeof import("@axe-core/playwright")} */ (require("@axe-core/playwright"));

/** What the program that runs the tests says of `name`. @param {string} name */
export function told(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run the page tests by: cargo xtask test --lane page-cpu (those in data/: --lane data)`);
  return value;
}

/** What Chromium offers to compute with: `webgpu` (in software) or `cpu` alone. */
export const lane = told("SAFR_LANE");

/** Address of the page, with a slash at its end. */
export const url = told("SAFR_URL");

/** Address of the page as one file. */
export const oneFile = () => pathToFileURL(told("SAFR_ONE_FILE")).href;

/** Another name of this machine: by it, over http, the page is no secure context, as it is none in a local network. */
export const NAMED = "lan.test";

/** Chromium with the lane's flags. @returns {Promise<Browser>} */
export function launch() {
  const capabilities = readFileSync(new URL(`../../pkg-config/webdriver/${lane}.json`, import.meta.url), "utf8");
  const { args } = JSON.parse(capabilities)["goog:chromeOptions"];
  return chromium.launch({ executablePath: told("SAFR_CHROMIUM"), args: [...args, `--host-resolver-rules=MAP ${NAMED} 127.0.0.1`] });
}

/** The browser of all visits of a file: to start one takes as long as many a visit. @type {Promise<Browser> | undefined} */
let started;
after(async () => (await started)?.close());

/**
 * @typedef {object} Visit
 * @property {string} [at] what follows the address of the page, such as `#text=…`
 * @property {BrowserContextOptions} [browser] such as `{viewport, colorScheme}`
 * @property {(page: Page) => unknown} [before] what to do before the page is opened
 * @property {(page: Page) => Promise<unknown>} [open] opens it, where that is not done by its address
 * @property {RegExp[]} [expected] complaints that this test provokes; each must come
 * @property {RegExp} [excused] complaints that may come or not
 * @property {number} [timeout] in milliseconds
 */

/**
 * A test that visits the page in a profile of its own. Beyond what `body` asserts, it fails when the
 * page complains on its console or sends a request to another origin.
 *
 * @param {string} name
 * @param {(page: Page, t: TestContext) => unknown} body
 * @param {Visit} [visit]
 */
export function pageTest(name, body, { at = "", browser: options, before, open, expected = [], excused, timeout = 120_000 } = {}) {
  test(name, { timeout }, async (t) => {
    const browser = await (started ??= launch());
    // What a service worker fetches passes by what a test puts in the network's place.
    const context = await browser.newContext({ serviceWorkers: "block", ...options });
    try {
      const page = await context.newPage();
      const complaints = listen(page);
      await before?.(page);
      await (open ? open(page) : page.goto(url + at));
      await body(page, t);
      const unexpected = complaints.filter((complaint) => !excused?.test(complaint) && !expected.some((pattern) => pattern.test(complaint)));
      assert.deepEqual(unexpected, [], "the page complained");
      for (const pattern of expected) {
        assert.ok(complaints.some((complaint) => pattern.test(complaint)), `no complaint matches ${pattern}`);
      }
    } finally {
      // What the page still asks for is of no more interest.
      for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
      await context.close();
    }
  });
}

/**
 * Everything that goes wrong on `page` and in its workers, as it happens.
 * @param {Page} page
 */
function listen(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("crash", () => complaints.push("the page crashed"));
  page.context().on("request", (request) => {
    const complaint = leaving(request.url());
    if (complaint) complaints.push(complaint);
  });
  return complaints;
}

/** What is wrong with a request to `address`, if it leaves the page's origin. @param {string} address */
export function leaving(address) {
  const { protocol, origin } = new URL(address);
  const stays = ["blob:", "data:", "file:"].includes(protocol) || origin === new URL(url).origin;
  return stays ? undefined : `request to ${origin}`;
}

/**
 * What keeps people from using the page as it stands, as axe sees it: one line for each kind of problem.
 * @param {Page} page
 */
export async function accessibilityProblems(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target).join(", ")}`);
}
