// @ts-check
/** Nothing is lost: a run goes on after a pause and a reload, a dead worker, and without any storage. */

import assert from "node:assert/strict";

import { pageTest, url } from "./lane.js";
import { enter, exhaust, shown, TEXT } from "./page.js";
import { choose, csv, downloaded, figures, give, loadSmall, notices, reaches, startLongRun, stepsBeyond, stop, trainers, type, undo } from "./tuning.js";

/** @import { Page } from "playwright-core" */

/** Throws in the worker that fine-tunes, or in one that helps. @param {Page} page @param {RegExp} [name] */
async function kill(page, name) {
  const [worker] = await trainers(page, name);
  await worker.evaluate(() => void setTimeout(() => { throw new Error("killed by the test"); }));
}

/** The epochs that are done, as the page's table has them. @param {Page} page */
async function epochs(page) {
  const details = page.locator("#tune-curves details");
  if ((await details.getAttribute("open")) === null) await details.locator("summary").click();
  await page.locator("#tune-curves tbody tr").first().waitFor(); // They are written once it stands open.
  return page.locator("#tune-curves tbody tr").allInnerTexts();
}

/** A run of a few epochs on the CPU, to its end, `between` while it runs. @param {Page} page @param {() => Promise<unknown>} between */
async function wholeRun(page, between) {
  await give(page, csv(200), "typed examples"); // A file may be called so.
  while ((await page.locator("#tune-typed li").count()) < 2) await type(page, "An odd film, and a good one.", "praise");
  await page.waitForSelector("#tune-report h4:has-text('typed examples and 2 typed examples')");
  await choose(page, { backend: "flex", "batch-size": 4, epochs: 4, patience: 4 });
  await page.click("#tune-start");
  await stepsBeyond(page, 10);
  await between();
  await reaches(page, "done");
  const came = { epochs: await epochs(page), measures: await page.textContent("#tune-measures") };
  await undo(page);
  assert.ok(await page.isEnabled("#tune-start"), "the same data can be trained on again");
  return came;
}

pageTest(
  "paused, loaded anew and resumed, a run comes to what it would have come to",
  async (page) => {
    const whole = await wholeRun(page, async () => undefined);
    const parted = await wholeRun(page, async () => {
      await page.click("#tune-pause");
      await reaches(page, "paused");
      const { step } = await figures(page);
      await page.reload();
      await reaches(page, "paused");
      assert.match(await notices(page), /reopened.*paused, as you left it/s);
      assert.equal((await figures(page)).step, step);
      await page.waitForSelector("#tune-report h4:has-text('typed examples and 2 typed examples')"); // The data are shown again.
      assert.equal(await page.locator("#tune-report [data-class='praise']").getAttribute("data-texts"), "102");
      assert.equal(await page.locator("#tune-typed li").count(), 2);
      assert.ok(await page.isDisabled("#tune-text-column"), "and cannot be changed");
      await page.click("#tune-pause");
    });
    assert.deepEqual(parted, whole);
  },
  { timeout: 300_000 },
);

/** How many cores the page is told that there are. @param {Page} page @param {number} cores */
const tellCores = (page, cores) =>
  page.evaluate((count) => void Object.defineProperty(navigator, "hardwareConcurrency", { configurable: true, get: () => count }), cores);

/** A run on so many cores, `between` while all of them work. @param {Page} page @param {number} cores @param {() => Promise<unknown>} [between] */
async function runOn(page, cores, between) {
  await tellCores(page, cores);
  await page.click("#tune-start");
  await reaches(page, "running");
  await page.click("#tune-pause");
  await reaches(page, "paused");
  await page.waitForSelector(`#tune-status[data-workers="${cores}"]`);
  await page.click("#tune-pause");
  await between?.();
  await reaches(page, "done");
  const came = { epochs: await epochs(page), measures: await page.textContent("#tune-measures") };
  await undo(page);
  return came;
}

pageTest(
  "a run comes to the same numbers in any number of workers, and without one that dies while it helps",
  async (page) => {
    await give(page, csv(100));
    await choose(page, { backend: "flex", "batch-size": 14, epochs: 8, patience: 8 });
    const alone = await runOn(page, 1);
    assert.deepEqual(await runOn(page, 3), alone);
    const left = await runOn(page, 2, async () => {
      await stepsBeyond(page, 1);
      await kill(page, /helps/);
      await page.waitForSelector('#tune-status[data-workers="1"]');
    });
    assert.deepEqual(left, alone);
  },
  { timeout: 300_000 },
);

pageTest(
  "a worker that dies in mid-run is replaced, and the run goes on",
  async (page) => {
    await startLongRun(page, { backend: "flex" });
    await stepsBeyond(page, 7);
    await kill(page);
    await page.waitForSelector("#tune-notices .notice", { timeout: 120_000 });
    assert.match(await notices(page), /fine-tuning worker stopped: .*killed by the test.*continues on the CPU, from step \d+/s);
    await reaches(page, "running");
    const { step } = await figures(page);
    await stepsBeyond(page, step + 12);
    await stop(page);
    await enter(page, TEXT);
  },
  { timeout: 400_000 },
);

pageTest(
  "a worker that dies again and again trains no more, but gives its last good weights; then it is over",
  async (page) => {
    // Its first epoch is so long that no checkpoint lies between the deaths.
    await startLongRun(page, { backend: "flex", "batch-size": 1 }, 9000);
    await kill(page);
    await page.waitForFunction(() => /from step/.test(document.querySelector("#tune-notices")?.textContent ?? ""));
    await kill(page);
    await reaches(page, "done");
    assert.match(await notices(page), /result of the last good weights is measured/);
    await page.click("#tune-download");
  },
  { timeout: 300_000 },
);

pageTest(
  "a run that needs more memory than there is ends with that reason and the last good weights",
  async (page) => {
    await startLongRun(page, { backend: "flex" });
    await stepsBeyond(page, 7);
    await exhaust((await trainers(page))[0]);
    await reaches(page, "done");
    assert.match(await notices(page), /ran out of memory.*result of the last good weights is measured.*Smaller batches/s);
    assert.match(await page.innerText("#tune-figures"), /Training was stopped\. The result is that of the best epoch so far\. \d+\.\d % of \d+ held-out texts? right/);
    await downloaded(page, "#tune-download");
    await enter(page, TEXT);
    assert.equal((await shown(page)).words.length, 12, "this model parts words by spaces");
    await undo(page);
    await choose(page, { epochs: 1 });
    await page.click("#tune-start");
    await reaches(page, "done");
    assert.equal((await figures(page)).step, 6, "it can be trained anew");
  },
  { timeout: 300_000 },
);

pageTest(
  "a worker that falls silent is taken for dead",
  async (page) => {
    await startLongRun(page, { backend: "flex" });
    await (await trainers(page))[0].evaluate(() => self.close());
    await page.clock.fastForward(130_000);
    await page.waitForSelector("#tune-notices .notice");
    assert.match(await notices(page), /sent nothing for 120 seconds/);
    await stop(page);
  },
  { before: (page) => page.clock.install() },
);

pageTest(
  "where nothing can be stored, that is said, and the run outlives its worker all the same",
  async (page) => {
    await startLongRun(page, { backend: "flex" });
    await page.waitForSelector("#tune-notices .notice[data-kind='storage']");
    assert.match(await notices(page), /stores nothing here\. Everything works.*The error reads: “it is denied”\./s);
    await stepsBeyond(page, 7);
    await kill(page);
    await page.waitForSelector("#tune-notices .notice[data-kind='tuning']");
    await reaches(page, "running");
    await stop(page);
    await page.click("#tune-keep");
    await page.waitForSelector("#own-models li");
  },
  {
    before: (page) =>
      page.addInitScript(() => {
        Object.defineProperty(window, "indexedDB", { get: () => { throw new DOMException("it is denied", "SecurityError"); } });
      }),
  },
);

pageTest(
  "a storage that never answers is waited for no longer than is said",
  async (page) => {
    await loadSmall(page);
    await page.clock.fastForward(21_000);
    await page.locator("#own-notices .notice[data-kind='storage']", { hasText: /storage does not answer\. Everything works/ }).waitFor();
  },
  {
    before: async (page) => {
      await page.clock.install();
      await page.addInitScript(() => {
        // A connection that is not closed blocks the deletion, which blocks whoever asks for the database next.
        Object.assign(window, { connection: indexedDB.open("safr", 1), deletion: indexedDB.deleteDatabase("safr") });
      });
    },
  },
);

pageTest("one tab fine-tunes at a time", async (page) => {
  await startLongRun(page, { backend: "flex" });
  const other = await page.context().newPage();
  await other.goto(url);
  await give(other, csv(24));
  await other.click("#tune-start");
  await reaches(other, "error");
  assert.match(await notices(other), /Another tab of this page is fine-tuning/);
  await page.close();
  await other.evaluate(() => navigator.locks.request("safr fine-tuning", () => undefined)); // The closed tab has let go.
  await other.click("#tune-start");
  await reaches(other, "done");
  await undo(other);
  const third = await other.context().newPage();
  await third.goto(url);
  await give(third, csv(24));
  await third.click("#tune-start");
  await reaches(third, "running"); // What was undone is in nobody's way.
});
