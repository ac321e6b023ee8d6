// @ts-check
/** The lane is what its name says, and the page is served as a static host would. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lane, pageTest, url } from "../lane.js";

pageTest(`Chromium ${lane === "webgpu" ? "has a WebGPU adapter" : "has no WebGPU adapter"}`, async (page) => {
  const adapter = await page.evaluate(async () => {
    const { gpu } = /** @type {any} */ (navigator);
    return (await gpu?.requestAdapter()) != null;
  });
  assert.equal(adapter, lane === "webgpu");
});

/** What the server sends for a path. @param {string} path */
async function get(path) {
  const response = await fetch(new URL(path, url));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test("files come with the types and the policy that browsers ask for", async () => {
  const [, script] = (await get("")).text.match(/src="(main\.[0-9a-f]+\.js)"/) ?? [];
  const [, wasm] = (await get(script)).text.match(/"(wasm\/cpu\.[0-9a-f]+\.wasm)"/) ?? [];
  for (const [path, type] of [["", "text/html"], [script, "text/javascript"], [wasm, "application/wasm"]]) {
    const { status, headers } = await get(path);
    assert.equal(status, 200, path);
    assert.match(headers.get("content-type") ?? "", new RegExp(`^${type}`), path);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none';/, path);
  }
});

test("an absolute address leads nowhere, so that the page must do without", async () => {
  for (const path of ["/", "/index.html", "missing.js"]) {
    assert.equal((await get(path)).status, 404, path);
  }
});
