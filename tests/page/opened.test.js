// @ts-check
/** Wherever and however the page is opened, it works, or says why not and what to do; it never loads for ever. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";

import { NAMED, pageTest, url } from "./lane.js";
import { ready, shown, TEXT } from "./page.js";
import { choose, csv, give, notices, reaches, startLongRun, stepsBeyond, stop } from "./tuning.js";

/** @import { AddressInfo } from "node:net" */
/** @import { Frame, Page } from "playwright-core" */

const named = url.replace("localhost", NAMED);

pageTest(
  "over http under a name: models are kept and loaded, one tab fine-tunes, and WebGPU is missing for want of https",
  async (page) => {
    assert.equal(await page.evaluate(() => isSecureContext), false);
    await page.locator("#backend-in-use", { hasText: "only to pages loaded over https, and this one was loaded over http" }).waitFor();
    await startLongRun(page, { backend: "flex" }); // It loads a model.
    assert.equal(await page.locator("#own-notices .notice").count(), 0);
    await stepsBeyond(page, 0);
    const other = await page.context().newPage();
    await other.goto(named);
    await give(other, csv(24));
    await other.click("#tune-start");
    await reaches(other, "error");
    assert.match(await notices(other), /Another tab of this page is fine-tuning/);
    await other.close();
    await stop(page);
    await page.fill("#tune-title", "Mine");
    await page.click("#tune-keep");
    await page.waitForSelector("#tune-kept:has-text('“Mine” is kept')");
    await page.click("#copy-link");
    await page.waitForFunction(() => location.hash.includes("text="));

    await page.selectOption("#backend", "webgpu");
    await page.locator("#backend-notices .notice", { hasText: /https.*Choose the CPU/s }).waitFor();
    await page.reload();
    await page.locator("#own-models li").nth(1).waitFor();
    assert.equal(await page.locator("#own-models li").count(), 2);
  },
  { open: (page) => page.goto(named), expected: [/^request to http:\/\/lan\.test:\d+$/], timeout: 200_000 },
);

/** Index and script of the page in a folder. */
const folder = mkdtempSync(join(tmpdir(), "safr-file-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

pageTest(
  "opened as a file, the page says that it must come from a web server",
  async (page) => {
    await page.locator("#stuck").waitFor({ timeout: 10_000 });
    assert.match(await page.innerText("#stuck"), /has not loaded.*Opened as a file\?.*from a web server: cargo xtask serve/s);
    assert.ok(await page.isHidden(".status-line"), "it loads no more");
    assert.equal(await page.locator("#notices").innerText(), "");
  },
  {
    open: async (page) => {
      const index = await (await fetch(url)).text();
      const [script] = index.match(/main\.[0-9a-f]+\.js/) ?? [];
      assert.ok(script, "the page has no script");
      writeFileSync(join(folder, "index.html"), index);
      for (const file of [script, "favicon.svg"]) writeFileSync(join(folder, file), await (await fetch(url + file)).text());
      await page.goto(pathToFileURL(join(folder, "index.html")).href);
    },
    expected: [/from origin 'null' has been blocked by CORS policy/, /net::ERR_FAILED/],
  },
);

const SCRIPT = /\/main\.[0-9a-f]+\.js$/;

pageTest(
  "a script that is not there is said to be missing, and can be asked for again",
  async (page) => {
    assert.ok(await page.isHidden("#stuck"), "at first it may still come");
    await page.locator("#stuck").waitFor({ timeout: 10_000 });
    await page.unroute(SCRIPT);
    await page.click("#stuck a:has-text('Load the page again')");
    await ready(page);
    assert.equal(await page.locator("#stuck").count(), 0);
  },
  { before: (page) => page.route(SCRIPT, (route) => route.fulfill({ status: 404 })), expected: [/404/] },
);

const WORKER = /\/worker\.[0-9a-f]+\.js$/;

pageTest(
  "a worker's script that is missing, or never comes, is an end with a reason, and can be asked for again",
  async (page) => {
    const again = page.locator("#notices button:has-text('Try again')");
    await page.waitForSelector('html[data-state="error"]');
    assert.match(await page.innerText("#notices"), /The engine stopped: its script could not be run/);
    await page.unroute(WORKER);
    await page.route(WORKER, () => undefined);
    await again.click();
    await page.waitForSelector('html[data-state="loading"]');
    await page.clock.fastForward(61_000);
    await page.waitForSelector('html[data-state="error"]');
    assert.match(await page.innerText("#notices"), /The engine stopped: it sent nothing for 60 seconds/);
    await page.fill("#text", TEXT);
    assert.equal(await page.getAttribute("html", "data-state"), "error", "a text that one types waits for nothing");
    await page.unroute(WORKER);
    await again.click();
    await ready(page);
    assert.equal(await page.locator("#notices .notice").count(), 0);
    assert.equal((await shown(page)).words.length, 14);

    // Now something is drawn: it stays as long as it is the answer to what stands in the box.
    await page.route(WORKER, (route) => route.abort());
    await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error("killed by the test"); }));
    await page.waitForSelector('html[data-state="error"]');
    assert.equal((await shown(page)).prediction.length, 2);
    assert.equal(await page.locator(".outdated").count(), 0);
    await page.fill("#text", "Another text.");
    assert.equal(await page.textContent("#prediction"), "There is no answer to this text.");
    assert.equal(await page.locator('[data-panel="main"] [data-chart] > :visible').count(), 0, "what was drawn for another text is still there");
    await page.unroute(WORKER);
    await again.click();
    await ready(page);
    assert.equal((await shown(page)).words.length, 3);
  },
  {
    before: async (page) => {
      await page.clock.install();
      await page.route(WORKER, (route) => route.abort());
    },
  },
);

/** A host that lets others embed the page, and a page that does: across origins, and in a closed frame. */
const host = createServer(async ({ url: path = "" }, response) => {
  if (path === "/") {
    const at = `http://localhost:${port()}/page/`;
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Host</title><link rel="icon" href="data:,"><iframe src="${at}" width="1000" height="700"></iframe><iframe sandbox="allow-scripts" src="${at}" width="1000" height="700"></iframe>`);
    return;
  }
  const answer = await fetch(url + path.replace("/page/", ""));
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "", "access-control-allow-origin": "*" });
  response.end(new Uint8Array(await answer.arrayBuffer()));
});
after(() => host.close());
const port = () => /** @type {AddressInfo} */ (host.address()).port;

/** A frame does all that these do of a page. @param {Frame | undefined} frame */
const asPage = (frame) => /** @type {Page} */ (/** @type {unknown} */ (frame));

pageTest(
  "in a frame of another origin, where locks are refused, the page explains and fine-tunes; in a closed one it says that it can't",
  async (page) => {
    const [across, closed] = page.frames().slice(1).map(asPage);
    await ready(across);
    await give(across, csv(24));
    await choose(across, { backend: "flex", "batch-size": 8, epochs: 1 });
    await across.click("#tune-start");
    await reaches(across, "done");
    assert.equal(await across.locator("#notices .notice").count(), 0);

    await across.evaluate(() => Object.defineProperty(navigator.clipboard, "writeText", { value: () => Promise.reject(new Error("not here")) }));
    await across.click("#copy-link");
    const link = across.locator("#link-shown");
    await link.waitFor();
    assert.match(await link.inputValue(), /^http:\/\/localhost:\d+\/page\/#.*model=sst2-safr/);
    assert.ok(await link.evaluate((field) => {
      const { selectionStart, selectionEnd, value } = /** @type {HTMLInputElement} */ (field);
      return selectionStart === 0 && selectionEnd === value.length;
    }), "one key copies it");
    assert.doesNotMatch(await across.innerText("#link-told"), /address bar/);

    await closed.waitForSelector('html[data-state="error"]');
    const notice = closed.locator("#notices .notice");
    assert.match(await notice.innerText(), /sandboxed frame, where no engine can run and no model can be kept\. Open it by itself, at this address\./);
    assert.match((await notice.locator("a").getAttribute("href")) ?? "", /^http:\/\/localhost:\d+\/page\//);
  },
  {
    before: async (page) => {
      await new Promise((resolve) => host.listen(0, "127.0.0.1", () => resolve(undefined)));
      await page.addInitScript(() => {
        if (self !== top) LockManager.prototype.request = () => Promise.reject(new DOMException("it is denied", "SecurityError"));
      });
    },
    open: (page) => page.goto(`http://127.0.0.1:${port()}/`),
    expected: [/^request to http:\/\/127\.0\.0\.1:\d+$/, /^request to http:\/\/localhost:\d+$/],
    timeout: 200_000,
  },
);
