// @ts-check
/** A download comes whole or ends with a reason, and none waits for ever. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { download } from "../../www/src/download.js";

/** Answers the next request. @param {() => Promise<Response>} answer */
const answered = (answer) => mock.method(globalThis, "fetch", answer);

/** @param {string} part */
const bytes = (part) => new TextEncoder().encode(part);

/** A body that gives these parts, and then nothing more, or breaks. @param {string[]} parts @param {"ends" | "hangs" | "breaks"} how */
function body(parts, how) {
  const left = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part !== undefined) return controller.enqueue(bytes(part));
      if (how === "ends") return controller.close();
      if (how === "breaks") return controller.error(new TypeError("network error"));
      return new Promise(() => {});
    },
  });
}

/** @param {string} why */
const failed = (why) => ({ kind: "download", message: `The file x.wasm could not be fetched${why}.`, hint: "Check the connection, then try again." });

test("what comes is counted, and comes as it is", async () => {
  answered(async () => new Response(body(["ab", "c"], "ends"), { headers: { "content-type": "application/wasm" } }));
  /** @type {number[]} */
  const seen = [];
  const response = await download("https://a.test/x.wasm", (count) => seen.push(count));
  assert.equal(response.headers.get("content-type"), "application/wasm");
  assert.equal(await response.text(), "abc");
  assert.deepEqual(seen, [2, 1]);
});

test("a file that is not there, or breaks off, is named", async () => {
  answered(async () => new Response("no", { status: 404 }));
  await assert.rejects(download("https://a.test/x.wasm"), failed(" (the server answered 404)"));
  answered(() => Promise.reject(new TypeError("Failed to fetch")));
  await assert.rejects(download("https://a.test/x.wasm"), failed(""));
  answered(async () => new Response(body(["ab"], "breaks")));
  const inPart = { ...failed(""), message: "Only part of the file x.wasm arrived." };
  await assert.rejects((await download("https://a.test/x.wasm")).text(), inPart);
});

test("a server that says nothing, and a body that stops coming, are waited for no longer than half a minute", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const stuck = failed(": nothing arrived for 30 seconds");
  answered(() => new Promise(() => {}));
  const silent = assert.rejects(download("https://a.test/x.wasm"), stuck);
  t.mock.timers.tick(30_000);
  await silent;
  answered(async () => new Response(body(["ab"], "hangs")));
  const reader = /** @type {ReadableStream} */ ((await download("https://a.test/x.wasm")).body).getReader();
  await reader.read();
  const stopped = assert.rejects(reader.read(), stuck);
  await new Promise((resolve) => setImmediate(resolve)); // It waits by now.
  t.mock.timers.tick(30_000);
  await stopped;
});
