// @ts-check
/** A run on the CPU and what comes of it: a zip that comes back, a result that is kept, the same run again. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pageTest } from "./lane.js";
import { enter, modelIds, shown, TEXT, translatable } from "./page.js";
import { choose, csv, downloaded, figures, focused, give, notices, reaches, run, startLongRun, stepsBeyond, stop, undo } from "./tuning.js";

/** @import { Page } from "playwright-core" */

pageTest(
  "the download is a model that the program evaluates and the page explains by",
  async (page) => {
    await run(page);
    const { name, path } = await downloaded(page, "#tune-download");
    assert.match(name, /safr-tuned-on-remarks-csv\.zip$/);
    const [epochs, curves] = [await downloaded(page, "#tune-take [data-form=csv]"), await downloaded(page, "#tune-take [data-form=svg]")];
    const [head, ...rows] = readFileSync(epochs.path, "utf8").trim().split("\n");
    assert.match(head, /^epoch,step,train_cross_entropy,/);
    assert.equal(rows.length, Number(await page.locator("#tune-status").getAttribute("data-epoch")));
    assert.match(readFileSync(curves.path, "utf8"), /^<svg[^]*>\s*Cross entropy \(nats\)/);
    const folder = mkdtempSync(join(tmpdir(), "safr-"));
    try {
      writeFileSync(join(folder, "remarks.csv"), csv(24));
      const zip = join(folder, name);
      writeFileSync(zip, readFileSync(path));
      const program = /** @type {string} */ (process.env.SAFR_BIN);
      const said = execFileSync(program, ["evaluate", "--model", zip, "--task", "csv", "--data", join(folder, "remarks.csv")], { encoding: "utf8" });
      assert.match(said, /accuracy/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    await page.setInputFiles("#load-model", path);
    await page.waitForSelector("#own-models li");
    const own = (await modelIds(page)).at(-1) ?? "";
    await page.waitForFunction((id) => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value === id, own); // It is selected.
    await page.waitForSelector("#prediction [data-class='praise']");
    await enter(page, TEXT);
    const { prediction, words } = await shown(page);
    assert.deepEqual(prediction.map((one) => one.class), ["blame", "praise"]);
    assert.equal(words.length, 14);
    await page.selectOption("#tune-model", own);
    await page.waitForFunction(() => /model’s own classes/.test(document.querySelector("#tune-report")?.textContent ?? ""));
  },
  { timeout: 300_000 },
);

pageTest(
  "typing is answered while a model learns, and the model in training explains the new text",
  async (page) => {
    await startLongRun(page, { backend: "flex" });
    await stepsBeyond(page, 0);
    const before = await figures(page);
    await enter(page, TEXT);
    assert.equal((await shown(page)).words.length, 12, "this model parts words by spaces");
    await page.locator("#tune-preview").scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelectorAll("[data-panel='after'] [data-keep]").length === 12, null, { timeout: 120_000 });
    await stepsBeyond(page, before.step);
    await stop(page);
    assert.match(await page.innerText("#tune-figures"), /Training was stopped/);
  },
  { timeout: 400_000 },
);

pageTest("a result that was not kept is replaced only after a yes, and only by a run that begins", async (page) => {
  await run(page, { epochs: 1 });
  const ask = async () => {
    await page.click("#tune-start");
    await page.waitForSelector("#tune-notices .notice");
    assert.match(await notices(page), /neither kept nor undone/);
  };
  const yes = "#tune-notices button:has-text('Start anyway')";
  await ask();
  await page.fill("#tune-learning-rate", "0");
  await page.click(yes);
  await reaches(page, "error");
  assert.match(await notices(page), /learning rate must be more than 0/);
  await downloaded(page, "#tune-download");

  await page.fill("#tune-learning-rate", "0.001");
  await ask();
  await page.keyboard.press("Enter"); // The question has the focus.
  await page.waitForSelector("#tune-result", { state: "hidden" });
  await reaches(page, "done");
  assert.equal(await focused(page), "tune-start");

  await page.click("#tune-keep");
  await page.waitForSelector("#own-models li");
  await page.click("#tune-start");
  await page.waitForSelector("#tune-result", { state: "hidden" });
  assert.equal(await notices(page), "", "what is kept is not asked after");
  await reaches(page, "done");
});

pageTest("cross entropy alone is minimised where that is chosen", async (page) => {
  await run(page, { epochs: 1, "objective-of": "cross-entropy" });
  assert.equal(await page.innerText("#tune-objective"), "Minimised: cross entropy alone.");
  assert.ok(await page.isHidden("#tune-forms"));
  const row = page.locator("#tune-curves figure:has-text('λ·L importance') .now");
  assert.match(await row.innerText(), /0\.000/);
});

/** Before the page opens: makes each run one that diverged, and lets no model of a run explain while `window.holding` says so. @param {Page} page */
const meddle = (page) =>
  page.addInitScript(() => {
    const here = /** @type {{holding: boolean, held: (() => void)[]}} */ (/** @type {unknown} */ (window));
    Object.assign(here, { holding: false, held: [] });
    const { postMessage, addEventListener } = Worker.prototype;
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ transfer) {
      const send = () => postMessage.call(this, message, transfer);
      if (here.holding && ["explainStart", "explainTuned"].includes(message.name)) here.held.push(send);
      else send();
    };
    Worker.prototype.addEventListener = function (/** @type {string} */ type, /** @type {any} */ listener, /** @type {any} */ options) {
      const heard = (/** @type {any} */ event) => {
        for (const one of event.data?.events ?? []) if (one.kind === "finished") one.ending = "diverged";
        listener(event);
      };
      addEventListener.call(this, type, heard, options);
    };
  });

pageTest(
  "a run says why it was ended; a second one shows no numbers of the first, and what is held lies on nothing",
  async (page) => {
    await run(page, { epochs: 1 });
    assert.equal(await page.innerText("#tune-said"), "Fine-tuning was ended because it diverged; the result is below.");
    const preview = page.locator("#tune-preview");
    await preview.scrollIntoViewIfNeeded();
    await page.waitForSelector("[data-panel='after']:not(.waiting, .outdated) .prediction [data-class='praise']");

    await page.locator("#tokens [data-word]").first().press("Enter");
    await page.locator("[data-panel='after'] [data-keep]").first().press("Enter");
    const held = page.locator(".pin.held");
    const [above, below] = await held.evaluateAll((pins) => pins.map((pin) => pin.getBoundingClientRect().toJSON()));
    assert.ok(above.bottom <= below.top, `${above.bottom}, ${below.top}`);
    await undo(page);
    assert.equal(await held.count(), 1, "what is held goes with the preview");

    const [, second] = await modelIds(page);
    const title = await page.locator(`#model option[value="${second}"]`).textContent();
    await page.evaluate(() => Object.assign(window, { holding: true }));
    await choose(page, { model: second });
    await page.waitForSelector("#tune-start:enabled");
    await page.click("#tune-start");
    await reaches(page, "done");
    assert.deepEqual(await preview.locator("[data-shows='prediction'] .model-name").allTextContents(), [`Before: ${title}`, "After: fine-tuned"]);
    assert.deepEqual(await preview.locator(".prediction").allTextContents(), ["Waiting for its answer …", "Waiting for its answer …"]);
    assert.equal(await preview.locator("[data-chart] > :visible").count(), 0);
    await page.evaluate(() => {
      const here = /** @type {{holding: boolean, held: (() => void)[]}} */ (/** @type {unknown} */ (window));
      here.holding = false;
      for (const send of here.held.splice(0)) send();
    });
    await preview.scrollIntoViewIfNeeded();
    await page.waitForSelector("[data-panel='before']:not(.outdated) .prediction [data-class='positive']");
    await page.waitForSelector("[data-panel='after']:not(.outdated) .prediction [data-class='praise']");
  },
  { before: meddle },
);

pageTest("a loss that is no number, or far beyond that of guessing, ends the run with the reason and what to try", async (page) => {
  await give(page, csv(24));
  for (const [rate, says] of /** @type {const} */ ([[1e38, /A loss is no longer a number.*lower learning rate/s], [10, /Training diverged: .*ten times that of guessing.*Nothing came of it.*a tenth of this learning rate/s]])) {
    await choose(page, { backend: "flex", "learning-rate": rate, epochs: 5 });
    await page.click("#tune-start");
    // It may run for less than a moment.
    await page.waitForSelector("#tune-notices .notice");
    await reaches(page, "error");
    assert.match(await notices(page), says);
    // It is told beside the button that was pressed, wherever the page has moved meanwhile.
    await page.waitForFunction(() => {
      const { top = -1, bottom = Infinity } = document.querySelector("#tune-notices .notice")?.getBoundingClientRect() ?? {};
      return top >= 0 && bottom <= innerHeight;
    });
    assert.ok(await page.isHidden("#tune-result"));
    await page.click("#tune-notices .close");
  }
});

pageTest("the result stands beside what takes no model, class by class, with the texts that went wrong", async (page) => {
  // A third class, of the words of the first: some of them must go wrong.
  await give(page, csv(60).replaceAll(/^praise(.*)good, I think/gm, "again$1good, I think"));
  await choose(page, { backend: "flex", "batch-size": 8, epochs: 1, "hold-out": 50 });
  await page.locator("#tune-hold-out").blur();
  await page.waitForSelector("#tune-start:enabled");
  await page.click("#tune-start");
  await reaches(page, "done");
  const of = async (/** @type {string} */ measure) => Number(await page.locator(`#tune-measures [data-measure="${measure}"]`).first().getAttribute("data-after"));
  const percent = (/** @type {number} */ part) => `${(100 * part).toFixed(1)} %`;
  const [accuracy, majority] = [await of("accuracy"), await of("majority_accuracy")];
  const all = await page.locator(".confusion td.number").evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
  const counted = await page.locator(".scores tbody tr").evaluateAll((rows) => rows.map((row) => ({ name: row.querySelector("th")?.textContent, texts: Number(row.querySelector("td")?.textContent) })));
  const commonest = counted.reduce((best, one) => (one.texts > best.texts ? one : best));
  const baseline = `${percent(accuracy)} of ${all} held-out texts right; always guessing “${commonest.name}” gives ${percent(majority)}, guessing at random 33.3 %.`;
  assert.ok((await page.innerText("#tune-figures")).includes(baseline), "beside the button");
  assert.ok((await page.innerText("#tune-measures .baseline")).includes(baseline), "and in the result");
  assert.equal(await page.locator("#tune-all-measures").getAttribute("open"), null, "all else is folded");
  const own = "#tune-result, #tune-figures, #tune-objective, #tune-report";
  assert.deepEqual(await translatable(page, own, /(?<!\p{L})\d|again|blame|praise/u), [], "a browser would translate classes or numbers");

  const confusion = await page.locator(".confusion tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent))));
  const scores = await page.locator(".scores tbody tr").evaluateAll((rows) => rows.map((row) => ({ .../** @type {HTMLElement} */ (row).dataset })));
  assert.deepEqual(scores.map((one) => one.class), ["again", "blame", "praise"]);
  scores.forEach(({ precision, recall }, place) => {
    const [hits, texts, said] = [confusion[place][place], confusion[place].reduce((sum, one) => sum + one), confusion.reduce((sum, row) => sum + row[place], 0)];
    assert.equal(recall, String(hits / texts));
    assert.equal(precision, said === 0 ? undefined : String(hits / said));
  });

  const wrong = Math.round(all * (1 - accuracy));
  assert.ok(wrong > 0, "this test has texts that go wrong");
  await page.getByText(`${wrong} of ${all} held-out texts misclassified`).waitFor();
  const mistakes = page.locator("#tune-measures .mistake");
  assert.equal(await mistakes.count(), wrong);
  const first = mistakes.first();
  assert.match(await first.locator(".text").innerText(), /I think\.$/);
  const [label, predicted] = await first.locator(".verdict bdi").allInnerTexts();
  assert.notEqual(label, predicted);
  // What led to it adds up to the class that was predicted.
  await first.locator("summary").first().click();
  const chart = first.locator(".evidence");
  await chart.locator("[data-contribution]").first().waitFor();
  const { dataset, words } = await chart.evaluate((root) => ({
    dataset: { .../** @type {HTMLElement} */ (root).dataset },
    words: [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-contribution]"))].map((word) => Number(word.dataset.contribution)),
  }));
  assert.equal(dataset.class, predicted);
  const sum = words.reduce((total, value) => total + value, 0) + ["bias", "positions", "padding"].reduce((total, name) => total + Number(dataset[name]), 0);
  assert.ok(Math.abs(sum - Number(dataset.margin)) < 1e-3, `${sum} is not ${dataset.margin}`);
});

pageTest("the same data, seed and choices give the same run again; another seed does not", async (page) => {
  const epochs = async () => {
    await reaches(page, "done");
    const details = page.locator("#tune-curves details");
    if ((await details.getAttribute("open")) === null) await details.locator("summary").click();
    const { epoch } = await figures(page);
    await page.locator("#tune-curves tbody tr").nth(epoch - 1).waitFor(); // It is filled a moment after it is opened.
    return page.locator("#tune-curves tbody").innerText();
  };
  await run(page);
  const first = await epochs();
  for (const [seed, same] of /** @type {const} */ ([[0, true], [1, false]])) {
    await undo(page);
    await choose(page, { seed });
    await page.locator("#tune-seed").blur();
    await page.waitForSelector("#tune-start:enabled");
    await page.click("#tune-start");
    await reaches(page, "running");
    assert.equal((await epochs()) === first, same, `seed ${seed}`);
  }
});
