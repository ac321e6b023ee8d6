// @ts-check
/** The lane is what its name says, and the page is served as a static host would. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lane, pageTest, url } from "./lane.js";

pageTest(`Chromium ${lane === "webgpu" ? "has a WebGPU adapter" : "has no WebGPU adapter"}`, async (page) => {
  const adapter = await page.evaluate(async () => {
    const { gpu } = /** @type {any} */ (navigator);
    return (await gpu?.requestAdapter()) != null;
  });
  assert.equal(adapter, lane === "webgpu");
});

test("files come with the types and the policy that browsers ask for", async () => {
  const index = await (await fetch(url)).text();
  const [, script] = index.match(/src="(main\.[0-9a-f]+\.js)"/) ?? [];
  const [, wasm] = (await (await fetch(url + script)).text()).match(/"(wasm\/cpu\.[0-9a-f]+\.wasm)"/) ?? [];
  for (const [path, type] of [["", "text/html"], [script, "text/javascript"], [wasm, "application/wasm"]]) {
    const { status, headers } = await fetch(url + path);
    assert.equal(status, 200, path);
    assert.match(headers.get("content-type") ?? "", new RegExp(`^${type}`), path);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none';/, path);
  }
});

test("nothing is found outside the page's own folder", async () => {
  for (const path of ["/", "/main.js", "../../Cargo.toml", "%2e%2e/%2e%2e/Cargo.toml", "missing.js"]) {
    assert.equal((await fetch(new URL(path, url))).status, 404, path);
  }
});
