// @ts-check
/** What the page makes of a browser's answer about its GPU. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { adapterFacts, WITHIN } from "../../www/src/adapter.js";

/** A browser whose WebGPU gives this answer. @param {unknown} gpu */
function browser(gpu) {
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
}

const adapter = { info: { vendor: "v" }, limits: {}, features: ["f16"], isFallbackAdapter: true };

test("an adapter is described; where there is none, or it is refused, there is nothing", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  browser({ requestAdapter: async () => adapter });
  const { vendor, fallback, features } = /** @type {import("../../www/src/protocol.js").AdapterFacts} */ (await adapterFacts());
  assert.deepEqual({ vendor, fallback, features }, { vendor: "v", fallback: true, features: ["f16"] });
  browser({ requestAdapter: async () => Promise.reject(new Error("no")) });
  assert.equal(await adapterFacts(), null);
  browser(undefined);
  assert.equal(await adapterFacts(), null);
});

test("nobody waits for an adapter that never comes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  browser({ requestAdapter: () => new Promise(() => undefined) });
  const facts = adapterFacts();
  t.mock.timers.tick(WITHIN);
  assert.equal(await facts, null);
});
