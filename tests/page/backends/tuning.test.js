// @ts-check
/** A run on what the lane computes with: from its start to its result, held, taken up after a reload, and without its GPU. */

import assert from "node:assert/strict";

import { lane, pageTest } from "../lane.js";
import { enter, ready, TEXT } from "../page.js";
import { backend, figures, focused, loadSmall, notices, reaches, run, startLongRun, stepsBeyond, stop, trainers, undo } from "../tuning.js";

pageTest(
  "a run tells of itself, and its result stands beside the start model's",
  async (page) => {
    await ready(page);
    assert.equal(await page.locator("#tune-status").getAttribute("data-state"), "idle");
    await run(page, { model: await loadSmall(page), backend });
    const { step, epoch, accuracy } = await figures(page);
    assert.deepEqual([step, epoch], [6, 2], "22 texts to learn from, in batches of 8, twice");
    assert.ok(accuracy !== null && accuracy >= 0 && accuracy <= 1);
    assert.match(await page.innerText("#tune-figures"), /All epochs are done.*\d+\.\d % of \d+ held-out texts? right/);
    assert.equal(await page.locator("#tune-measures [data-measure='accuracy']").getAttribute("data-after"), String(accuracy));
    await page.click("#tune-all-measures > summary");
    assert.match(await page.innerText("#tune-measures [data-measure='accuracy']"), /\d %\s*\(\d.* to .*%\)/);
    assert.match(await page.innerText("#tune-all-measures > .remark"), /On 1 held-out text\..*Wilson’s.*1,000 resamples\. Epoch \d was chosen on these same texts/s);
    for (const part of ["score", "mono", "poly"]) {
      const row = page.locator(`#tune-measures [data-measure='${part}/neurons/own/kept']`);
      assert.match((await row.getAttribute("data-after")) ?? "", /^-?\d/);
    }
    const counts = await page.locator(".confusion td.number").allInnerTexts();
    assert.equal(counts.reduce((sum, text) => sum + Number(text), 0), 1, "the held-out text is counted once");
    await page.locator("#tune-curves summary").click();
    await page.waitForSelector("#tune-curves tbody tr:nth-child(2)");
    assert.equal(await page.locator("#tune-curves tbody tr").count(), 2);
    for (const canvas of await page.locator("#tune-curves canvas").all()) assert.match((await canvas.getAttribute("aria-label")) ?? "", /: .*\d/);

    await page.locator("#tune-preview").scrollIntoViewIfNeeded();
    await page.waitForSelector("[data-panel='after'] [data-keep]", { timeout: 60_000 });
    const words = (/** @type {string} */ panel) => page.locator(`[data-panel="${panel}"] [data-keep]`).evaluateAll((all) => all.map((word) => word.getAttribute("data-word")));
    assert.deepEqual(await words("before"), await words("after"));
    assert.deepEqual(await page.locator("[data-panel='after'] .prediction [data-class]").evaluateAll((all) => all.map((one) => one.getAttribute("data-class"))), ["blame", "praise"]);
  },
  { timeout: 400_000 },
);

pageTest(
  "a run that is paused waits, and goes on where it was",
  async (page) => {
    await startLongRun(page);
    await stepsBeyond(page, 0);
    assert.ok(await page.isDisabled("#tune-data"), "the data of a run cannot be changed");
    assert.equal(await focused(page), "tune-pause", "Start leaves the focus to what can be pressed");
    await page.click("#tune-pause");
    await reaches(page, "paused");
    assert.equal(await page.innerText("#tune-pause"), "Resume");
    const { step } = await figures(page);
    await page.waitForTimeout(700);
    assert.equal((await figures(page)).step, step);
    await page.click("#tune-pause");
    await reaches(page, "running");
    await stepsBeyond(page, step);
    await stop(page);
    assert.equal(await focused(page), "tune-start");
  },
  { timeout: 400_000 },
);

if (lane === "webgpu") {
  pageTest("on automatic, a GPU in software is no reason to leave the CPU", async (page) => {
    await run(page, { backend: "auto" });
    assert.equal(backend, "webgpu");
    assert.equal(await notices(page), "");
  });
}

pageTest(
  "a run goes on by itself when the page is loaded anew",
  async (page) => {
    await startLongRun(page);
    await stepsBeyond(page, 7);
    await page.reload();
    await reaches(page, "running");
    assert.match(await notices(page), /reopened.*continues from its checkpoint, from step \d+/s);
    const { step } = await figures(page);
    await stepsBeyond(page, step);
    await ready(page);
    await enter(page, TEXT);
    await stop(page);
    await page.reload();
    await reaches(page, "done");
    assert.match(await page.innerText("#tune-figures"), /Training was stopped/, "a result that was not kept is there again");
    assert.match(await notices(page), /before the tuned model was kept\. Its result is measured again\./);
    assert.deepEqual([await page.inputValue("#tune-epochs"), await page.inputValue("#tune-batch-size")], ["5000", "4"], "the choices are those of the run");
    await undo(page);
    await page.reload();
    await ready(page);
    await page.waitForTimeout(1000);
    assert.equal(await page.locator("#tune-status").getAttribute("data-state"), "idle", "what was undone stays so");
  },
  { timeout: 400_000 },
);

if (lane === "webgpu") {
  pageTest(
    "a GPU that is lost in mid-run: the run goes on on the CPU, and says so",
    async (page) => {
      await startLongRun(page);
      await stepsBeyond(page, 2);
      await (await trainers(page))[0].evaluate(() => /** @type {any} */ (self).devices.forEach((/** @type {any} */ device) => device.destroy()));
      await page.waitForSelector("#tune-notices .notice", { timeout: 120_000 });
      assert.match(await notices(page), /The GPU was lost: .*continues on the CPU, from step \d+/s);
      await reaches(page, "running");
      const { step } = await figures(page);
      await stepsBeyond(page, step + 5);
      await stop(page);
    },
    {
      timeout: 400_000,
      before: async (page) => {
        page.on("worker", (worker) =>
          worker.evaluate(() => {
            const { prototype } = /** @type {any} */ (self).GPUAdapter;
            const request = prototype.requestDevice;
            prototype.requestDevice = async function (/** @type {any[]} */ ...args) {
              const device = await request.apply(this, args);
              (/** @type {any} */ (self).devices ??= []).push(device);
              return device;
            };
          }),
        );
      },
    },
  );
}
