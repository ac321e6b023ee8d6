// @ts-check
/** The page as `cargo xtask serve` first shows it: its larger module is still being built. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { built, CHECKS, SILENT_CHECKS } from "../../www/src/building.js";
import { lane, pageTest } from "./lane.js";
import { enter, ready, shown, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/** What the build says of the module. @type {object} */
let news;
/** The module that the page is first shown without. @type {object} */
let full;

/** Before the page opens: takes the larger module out of it. @param {Page} page */
async function unfinished(page) {
  news = { state: "building" };
  await page.route(/\/main\.[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const script = await response.text();
    const [entry, js, wasm, bytes] = script.match(/full: \{ js: "([^"]*)", wasm: "([^"]*)", bytes: ([\de.]*) \}/) ?? [];
    assert.ok(entry, "the page's list of modules is written otherwise");
    full = { js, wasm, bytes: Number(bytes) };
    await route.fulfill({ response, body: script.replace(entry, "full: undefined") });
  });
  await page.route("**/wasm/full.json", (route) => route.fulfill({ json: news }));
}

/** Waits until the page says this of what computes. @param {Page} page @param {string} text */
const computes = (page, text) => page.locator("#backend-in-use", { hasText: text }).waitFor({ timeout: 60_000 });

if (lane === "cpu") {
  pageTest(
    "what is still being built can be chosen, and runs once it is there; what was typed stays",
    async (page) => {
      await ready(page);
      await computes(page, "CPU (Flex). WebGPU and NdArray are still being built");
      await enter(page, TEXT);
      await page.selectOption("#backend", "ndarray");
      await computes(page, "CPU (Flex). WebGPU and NdArray are still being built");
      assert.equal(await page.locator(".notice").count(), 0);
      news = { state: "built", module: full };
      await computes(page, "CPU (NdArray). You chose it.");
      await ready(page);
      assert.equal(await page.inputValue("#text"), TEXT);
      assert.equal((await shown(page)).words.length, 14);
    },
    { before: unfinished },
  );

  pageTest(
    "what can't be built is named, and the CPU explains",
    async (page) => {
      await ready(page);
      news = { state: "failed", reason: "cargo build failed" };
      await computes(page, "CPU (Flex). WebGPU and NdArray could not be built.");
      assert.match(await page.locator(".notice").innerText(), /could not be built: cargo build failed/);
      await enter(page, TEXT);
      assert.equal((await shown(page)).words.length, 14);
    },
    { before: unfinished },
  );
}

for (const [what, checks, answer, says] of /** @type {const} */ ([
  ["server that is gone", SILENT_CHECKS, () => Promise.reject(new TypeError("refused")), /has not answered for two minutes/],
  ["build that never ends", CHECKS, async () => ({ json: async () => ({ state: "building" }) }), /not built after an hour/],
])) {
  test(`a ${what} is waited for no longer than is said`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    t.mock.method(globalThis, "fetch", answer);
    const ends = assert.rejects(built(), (/** @type {any} */ { message, hint }) => says.test(message) && /load the page again/i.test(hint));
    for (let check = 0; check <= checks; check += 1) {
      await new Promise((resolve) => setImmediate(resolve)); // It waits by now.
      t.mock.timers.tick(2000);
    }
    await ends;
  });
}
