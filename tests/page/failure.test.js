// @ts-check
/** What can break does: files, workers, browsers. The page says so, and goes on where it can. */

import assert from "node:assert/strict";

import { pageTest } from "./lane.js";
import { enter, exhaust, modelIds, ready, settled, shown, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/**
 * Before the page opens: hands out the files of the model that is selected first through `damage`.
 * @param {RegExp} file
 * @param {(bytes: Buffer) => Buffer} damage
 */
const damaged = (file, damage) => (/** @type {Page} */ page) =>
  page.route(file, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: damage(await response.body()) });
  });

const WEIGHTS = /\/models\/sst2-safr\.[^/]*\/.*safetensors/;
const CARD = /\/models\/sst2-safr\.[^/]*\/card\.json/;

/** @type {{[name: string]: (page: Page) => Promise<unknown>}} */
const DAMAGES = {
  "truncated weights": damaged(WEIGHTS, (bytes) => bytes.subarray(0, bytes.length / 2)),
  "weights with one bit flipped": damaged(WEIGHTS, (bytes) => {
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 9] ^= 1;
    return flipped;
  }),
  "weights of another format": damaged(WEIGHTS, () => Buffer.from("PK\u0003\u0004 this is no safetensors file")),
  "empty weights": damaged(WEIGHTS, () => Buffer.alloc(0)),
  "a card that is no JSON": damaged(CARD, () => Buffer.from("<!doctype html><title>Not found</title>")),
  "a card of another model": damaged(CARD, (bytes) => Buffer.from(bytes.toString().replace(/[0-9a-f]{64}/g, "0".repeat(64)))),
};

for (const [name, before] of Object.entries(DAMAGES)) {
  pageTest(
    `${name}: an error in words, and the other model still explains`,
    async (page) => {
      await page.waitForSelector('html[data-state="error"]');
      const notice = page.locator('.notice[data-kind^="model"]');
      assert.equal(await notice.locator("strong").innerText(), "The model “SST-2, SAFR” could not be loaded.");
      assert.match(await notice.innerText(), /\w\. \w.*\.\s+Try again/s, "sentences run together");
      assert.equal((await shown(page)).words.length, 0, "garbage is explained");
      const [, other] = await modelIds(page);
      await page.selectOption("#model", other);
      await enter(page, TEXT);
      await ready(page); // For good: it is busy once more when the model beside arrives.
      assert.equal((await shown(page)).words.length, 14);
    },
    { before },
  );
}

pageTest(
  "a file that is not there can be asked for again",
  async (page) => {
    await page.waitForSelector('html[data-state="error"]');
    assert.match(await page.locator(".notice").innerText(), /could not be fetched.*404/s);
    await page.unroute(WEIGHTS);
    await page.click(".notice button:has-text('Try again')");
    await ready(page);
    await enter(page, TEXT);
    assert.equal((await shown(page)).words.length, 14);
  },
  { before: (page) => page.route(WEIGHTS, (route) => route.fulfill({ status: 404 })) },
);

pageTest(
  "an engine that can't be fetched is an error in words",
  async (page) => {
    await page.waitForSelector('html[data-state="error"]');
    assert.match(await page.locator(".notice").innerText(), /could not be fetched/);
    await page.unroute("**/wasm/*.wasm");
    await page.click(".notice button:has-text('Try again')");
    await ready(page);
  },
  { before: (page) => page.route("**/wasm/*.wasm", (route) => route.abort()) },
);

pageTest(
  "an engine that is none is an error in words",
  async (page) => {
    await page.waitForSelector('html[data-state="error"]');
    const said = await page.locator(".notice").innerText();
    assert.match(said, /^The engine arrived damaged, or the server sent something else in its place\. Load the page again; /);
    assert.doesNotMatch(said, /magic|Error/);
  },
  { before: (page) => page.route("**/wasm/*.wasm", (route) => route.fulfill({ body: "<!doctype html><title>Sign in</title>", contentType: "application/wasm" })) },
);

pageTest("a worker that dies is replaced, and the text stays", async (page) => {
  await ready(page);
  await enter(page, TEXT);
  const [worker] = page.workers();
  await worker.evaluate(() => void setTimeout(() => { throw new Error("killed by the test"); }));
  await page.waitForSelector(".notice");
  assert.match(await page.locator(".notice").innerText(), /The engine stopped.*killed by the test.*your text is still here/s);
  assert.equal(await page.inputValue("#text"), TEXT);
  await enter(page, `${TEXT} Again.`);
  await ready(page);
  assert.equal((await shown(page)).words.length, 16);
  assert.notEqual(page.workers()[0], worker);

  // An explanation that fails is no answer, and what was drawn before is none either.
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
      if (message.name === "explain") message.args[0] = "no such model";
      postMessage.call(this, message, transfer);
    };
  });
  await page.fill("#text", "Another text.");
  await page.waitForSelector('html[data-state="error"]');
  assert.equal(await page.textContent("#prediction"), "There is no answer to this text.");
  assert.equal(await page.locator('[data-panel="main"] [data-chart] > :visible').count(), 0);
  await page.locator("#status", { hasText: "This text could not be explained. See the notice above." }).waitFor();
});

pageTest("an engine that finds no more memory says so, and is replaced", async (page) => {
  await ready(page);
  await exhaust(page.workers()[0]);
  await page.fill("#text", TEXT);
  await page.waitForSelector(".notice");
  assert.match(await page.locator(".notice").innerText(), /The engine ran out of memory.*your text is still here/s);
  await ready(page);
  assert.equal((await shown(page)).words.length, 14);
});

pageTest(
  "a worker that hangs is replaced too",
  async (page) => {
    await ready(page);
    await page.workers()[0].evaluate(() => self.close());
    await page.fill("#text", TEXT);
    await page.waitForSelector('html[data-state="busy"]');
    await page.clock.fastForward(30_000);
    await page.waitForSelector(".notice", { timeout: 45_000 });
    assert.match(await page.locator(".notice").innerText(), /sent nothing for 30 seconds/);
    await ready(page);
    assert.equal((await shown(page)).words.length, 14);
  },
  { before: (page) => page.clock.install() },
);

/** @type {{[name: string]: {before: (page: Page) => Promise<unknown>, lacks: RegExp}}} */
const LACKING = {
  "without SIMD": {
    before: (page) => page.addInitScript(() => void (WebAssembly.validate = () => false)),
    lacks: /WebAssembly with SIMD/,
  },
  "without module workers": {
    before: (page) =>
      page.addInitScript(() => {
        window.Worker = /** @type {any} */ (class {
          constructor() {
            throw new TypeError("no worker");
          }
        });
      }),
    lacks: /module workers/,
  },
};

for (const [name, { before, lacks }] of Object.entries(LACKING)) {
  pageTest(
    `a browser ${name} gets a plain notice`,
    async (page) => {
      await settled(page);
      assert.match(await page.locator(".notice").innerText(), lacks);
      assert.equal(await page.getAttribute("html", "data-state"), "error");
    },
    { before },
  );
}

pageTest(
  "without JavaScript the page says what it needs",
  async (page) => assert.match(await page.locator("noscript").innerText(), /needs JavaScript/),
  { browser: { javaScriptEnabled: false } },
);
