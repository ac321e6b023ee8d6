// @ts-check
/** The second visit needs no network, and a new version is taken as a whole. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after } from "node:test";

import { pageTest, url } from "./lane.js";
import { enter, ready, shown, TEXT } from "./page.js";

/** @import { Page } from "playwright-core" */

/** What Chromium says of what the network was asked for in vain: sometimes on the console, too. */
const OFFLINE = /net::ERR_(EMPTY_RESPONSE|CONNECTION_RESET|FAILED)/;

/** Resolves when the page is kept. @param {Page} page */
const isKept = (page) => page.evaluate(async () => void (await navigator.serviceWorker.ready));

/** Waits until these are the caches, and no worker is on its way. @param {Page} page @param {string[]} names */
async function keeps(page, ...names) {
  const found = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration?.update(); // Browsers look for a newer one when they like.
      return registration?.installing || registration?.waiting ? "" : (await caches.keys()).sort().join();
    });
  while ((await found()) !== names.sort().join()) await page.waitForTimeout(250);
}

/** What stands for the digest of the build in the version that is served, if not its own. */
let version = "";
const NEWER = ["0123456789ab", "ba9876543210"];

/** Whether the host answers. To tell Chromium that it is offline does not reach all workers in every version of it. */
let isUp = true;

/** The page on a host of its own, on which a newer version takes the place of the older one. */
const host = createServer(async (request, response) => {
  if (!isUp) return void request.destroy();
  const { url: path = "" } = request;
  const index = await (await fetch(url)).text();
  const digest = /main\.([0-9a-f]{12})\.js/.exec(index)?.[1] ?? "";
  const names = /\b[0-9a-f]{12}\b/.exec(path)?.[0] ?? "";
  const isOther = [digest, ...NEWER].includes(names) && names !== (version || digest);
  const answer = await fetch(new URL(`.${path.replace(names, isOther || NEWER.includes(names) ? digest : names)}`, url));
  const type = answer.headers.get("content-type") ?? "";
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isOurs = /html|javascript/.test(type) && version !== "";
  response.writeHead(isOther ? 404 : answer.status, { "content-type": type });
  response.end(isOurs ? bytes.toString().replaceAll(digest, version) : bytes);
}).listen(0);
after(() => host.close());

/** The address of the page there. */
const address = () => `http://localhost:${/** @type {import("node:net").AddressInfo} */ (host.address()).port}/`;

/** To the rest of the tests it is another site. */
const ELSEWHERE = /^request to http:..localhost:\d+$/;

pageTest(
  "the second visit works without a network, with the text of its address, and in another tab",
  async (page) => {
    await ready(page);
    await isKept(page);
    isUp = false;
    await page.goto(`${page.url().replace(/#.*/, "")}#text=${encodeURIComponent(TEXT)}`);
    await page.reload();
    await ready(page);
    const { words } = await shown(page);
    assert.equal(words.length, 14);
    await enter(page, "Dull.");
    const other = await page.context().newPage();
    await other.goto(page.url());
    await ready(other);
    // What was never there is said to be missing, and the rest stays.
    await other.selectOption("#model", "imdb-safr");
    await other.waitForSelector(".notice:has-text('could not be loaded')");
    await other.selectOption("#model", "sst2-plain");
    await ready(other);
  },
  { browser: { serviceWorkers: "allow" }, open: (page) => page.goto(address()), expected: [ELSEWHERE], excused: OFFLINE },
);

pageTest(
  "a new version is seen at once, kept as a whole, and the old one goes",
  async (page) => {
    const context = page.context();
    isUp = true;
    const open = async () => {
      const opened = await context.newPage();
      await opened.goto(address());
      await ready(opened);
      return { opened, script: (await opened.getAttribute("script[type=module]", "src")) ?? "" };
    };
    const first = await open();
    await isKept(first.opened);
    const [, old] = /^main\.([0-9a-f]{12})\.js$/.exec(first.script) ?? [];
    await keeps(first.opened, `safr ${old}`);
    for (const [at, newer] of NEWER.entries()) {
      version = newer;
      const { opened, script } = await open();
      assert.equal(script, `main.${newer}.js`);
      await keeps(opened, `safr ${newer}`, `safr ${[old, ...NEWER][at]}`); // The one before may still be open.
      await opened.close();
    }
    await enter(first.opened, "The old page goes on.");
    await first.opened.locator("#allocation .speakers [data-neuron]").first().focus();
    await first.opened.waitForSelector("#neuron-card-text :text('Over')");
    isUp = false;
    const last = await open();
    assert.equal(last.script, `main.${NEWER[1]}.js`);
    await enter(last.opened, "Dull.");
  },
  { browser: { serviceWorkers: "allow" }, expected: [ELSEWHERE], excused: OFFLINE },
);
