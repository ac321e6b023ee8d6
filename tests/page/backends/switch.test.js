// @ts-check
/** What computes is chosen, and changed. */

import assert from "node:assert/strict";

import { lane, pageTest } from "../lane.js";
import { enter, ready, shown, TEXT } from "../page.js";

pageTest("the backend line says what runs, and why", async (page) => {
  await ready(page);
  const line = page.locator("#backend-in-use");
  await page.waitForFunction(() => /GPU/.test(document.querySelector("#backend-in-use")?.textContent ?? ""));
  // In software, WebGPU is slower than the CPU: whatever is offered here, the CPU explains.
  assert.match(await line.innerText(), /^CPU \((Flex|NdArray)\)\. .*GPU/);
  await enter(page, TEXT);
  await page.waitForFunction(() => / ms\.$/.test(document.querySelector("#backend-in-use")?.textContent ?? ""));
});

pageTest("another backend takes over when it can; until then the first one answers", async (page) => {
  await ready(page);
  /** @type {(value?: unknown) => void} */
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/wasm/full.*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.selectOption("#backend", "ndarray");
  await enter(page, TEXT);
  assert.equal((await shown(page)).words.length, 14);
  assert.equal(await page.getAttribute("#backend-in-use", "data-backend"), "flex");
  release();
  await page.waitForSelector('#backend-in-use[data-backend="ndarray"]', { timeout: 60_000 });
  await ready(page);
  assert.match(await page.locator("#backend-in-use").innerText(), /^CPU \(NdArray\)\. You chose it/);
  await page.selectOption("#backend", "flex");
  await page.waitForSelector('#backend-in-use[data-backend="flex"]');
  await enter(page, "Fine.");
  assert.equal((await shown(page)).words.length, 2);
});

if (lane === "webgpu") {
  pageTest(
    "WebGPU, when chosen, really explains",
    async (page) => {
      await ready(page);
      await page.selectOption("#backend", "webgpu");
      await page.waitForSelector('#backend-in-use[data-backend="webgpu"]', { timeout: 180_000 });
      await enter(page, TEXT);
      await ready(page);
      assert.match(await page.locator("#backend-in-use").innerText(), /^WebGPU on .+\. You chose it/);
      assert.equal(await page.inputValue("#backend"), "webgpu");
      assert.equal((await shown(page)).words.length, 14);
    },
    { timeout: 300_000 },
  );
} else {
  pageTest("WebGPU, when chosen where there is none, gives way to the CPU with a notice", async (page) => {
    await ready(page);
    await page.selectOption("#backend", "webgpu");
    await page.waitForSelector(".notice");
    await page.waitForFunction(() => /** @type {HTMLSelectElement} */ (document.querySelector("#backend")).value === "flex");
    assert.match(await page.locator("#backend-in-use").innerText(), /^CPU \(Flex\)\. .*you chose could not be used\./);
    await enter(page, TEXT);
    assert.equal((await shown(page)).words.length, 14);
  });
}
