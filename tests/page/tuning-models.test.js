// @ts-check
/** Models of one's own: kept, renamed, deleted, undone; loaded from files, or refused with the reason. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { pageTest } from "./lane.js";
import { enter, modelIds, ready, shown, TEXT } from "./page.js";
import { downloaded, focused, inSight, notices, reaches, run, smallModel, undo } from "./tuning.js";

/** @import { Page } from "playwright-core" */

/** Names of one's own models that can be chosen. @param {Page} page */
const titles = (page) => page.locator("#model option[value^='own-']").allInnerTexts();

const WORKER = /\/worker\.[0-9a-f]+\.js$/;

/** Files of the model that a test keeps at hand, by name. */
const files = Object.fromEntries(smallModel.map((path) => [basename(path), readFileSync(path)]));

/** @param {string} name @param {Buffer} [buffer] */
const file = (name, buffer = files[name]) => ({ name, mimeType: "application/octet-stream", buffer });

pageTest(
  "a tuned model is kept over a reload, renamed, deleted, and brought back",
  async (page) => {
    await run(page);
    await page.fill("#tune-title", "Mine");
    await page.click("#tune-keep");
    await page.waitForSelector("#tune-kept:has-text('“Mine” is kept')");
    assert.deepEqual(await titles(page), ["Mine"]);
    assert.ok(await page.isDisabled("#tune-keep"), "it is kept once");
    assert.equal(await focused(page), "tune-kept");

    await page.fill("#own-models input", "Film remarks");
    await page.press("#own-models input", "Enter");
    assert.equal(await page.locator("#own-models input:focus").count(), 1, "a new name takes no focus away");
    await page.waitForFunction(() => /Film remarks/.test(document.querySelector("#model")?.textContent ?? ""));
    const own = (await modelIds(page)).at(-1) ?? "";
    await page.selectOption("#model", own);
    await enter(page, TEXT);
    const before = await shown(page);
    assert.deepEqual(before.prediction.map((one) => one.class), ["blame", "praise"]);
    await page.waitForFunction((id) => location.hash.includes(id), own);

    await page.reload();
    await page.waitForFunction((id) => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value === id, own);
    await page.waitForFunction(() => document.querySelectorAll("#prediction [data-class='praise']").length === 1);
    await ready(page);
    assert.deepEqual((await shown(page)).words, before.words, "the address names the model, and the text");
    assert.deepEqual(await titles(page), ["Film remarks"]);
    assert.equal(await page.locator("#tune-status").getAttribute("data-state"), "idle");

    // Beside another one, too.
    const [shipped] = await modelIds(page);
    await page.selectOption("#model", shipped);
    await page.selectOption("#beside", own);
    await page.waitForFunction((id) => location.hash.includes(`beside=${id}`), own);
    await page.reload();
    await page.waitForFunction((id) => /** @type {HTMLSelectElement} */ (document.querySelector("#beside")).value === id, own);
    await page.waitForSelector("[data-panel='beside'] [data-class='praise']");
    await page.selectOption("#model", own);
    await page.waitForSelector("#prediction [data-class='praise']");

    await page.route(WORKER, (route) => route.abort());
    await page.click("#own-models button:has-text('Download')");
    await page.locator("#own-notices .notice", { hasText: /“Film remarks” could not be downloaded\. .*\. Try again\./ }).waitFor();
    await page.unroute(WORKER);
    const { name } = await downloaded(page, "#own-models button:has-text('Download')");
    assert.equal(name, "film-remarks.zip");
    assert.equal(await page.locator("#own-notices .notice").count(), 0);
    await page.click("#own-models button:has-text('Delete')");
    assert.equal((await titles(page)).length, 0);
    await ready(page);
    assert.notEqual(await page.inputValue("#model"), own, "another model explains");
    assert.ok(await inSight(page, "#own-notices .notice"), "what was done is told where it was done");
    assert.equal(await page.innerText("#own-notices :focus"), "Undo");
    await page.keyboard.press("Enter");
    assert.deepEqual(await titles(page), ["Film remarks"]);
    assert.ok(await inSight(page, "#own-notices .notice:has-text('is back')"));
    assert.equal(await page.innerText("#own-models :focus"), "Delete");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#own-notices .notice:has-text('is deleted')");
    await page.click("#own-notices .close");
    assert.equal(await focused(page), "own-notices", "a notice that goes leaves the focus where it was");
    await page.reload();
    await ready(page);
    assert.equal((await titles(page)).length, 0);
  },
  { timeout: 200_000 },
);

pageTest("undo leaves nothing behind", async (page) => {
  await run(page);
  await page.reload();
  await reaches(page, "done");
  assert.match(await notices(page), /before the tuned model was kept\. Its result is measured again\./);
  assert.match(await page.innerText("#tune-figures"), /All epochs are done/);
  await undo(page);
  assert.equal(await focused(page), "tune-start");
  assert.ok(await page.isHidden("#tune-result"));
  assert.equal((await titles(page)).length, 0);
  assert.equal(await page.locator("#tune-status").getAttribute("data-step"), null);
});

pageTest("a model directory of safr import explains here as it does in the program", async (page) => {
  await ready(page);
  await enter(page, TEXT);
  await page.setInputFiles("#load-model", smallModel);
  await page.waitForSelector("#own-models li");
  const own = (await modelIds(page)).at(-1) ?? "";
  await page.waitForFunction((id) => /** @type {HTMLSelectElement} */ (document.querySelector("#model")).value === id, own); // It is selected.
  await page.waitForSelector("#prediction [data-class='class 1']");
  const { words } = await shown(page);
  const program = /** @type {string} */ (process.env.SAFR_BIN);
  const explanation = join(dirname(smallModel[0]), "explanation.json");
  execFileSync(program, ["explain", "--model", dirname(smallModel[0]), "--json", explanation, TEXT]);
  const said = JSON.parse(readFileSync(explanation, "utf8"));
  assert.equal(words.length, said.words.length);
  words.forEach(({ keep }, place) => assert.ok(Math.abs(Number(keep) - said.words[place].keep) < 1e-4));
});

pageTest(
  "a zip that was cut, and files that are no model: refused in words, and all goes on",
  async (page) => {
    await run(page, { epochs: 1 });
    const { path } = await downloaded(page, "#tune-download");
    const zip = readFileSync(path);
    const damaged = Buffer.from(files["model.safetensors"]);
    damaged[damaged.length - 9] ^= 1;
    for (const [what, chosen] of /** @type {const} */ ([
      ["cut.zip", [file("cut.zip", zip.subarray(0, zip.length / 2))]],
      ["rubbish.zip", [file("rubbish.zip", Buffer.from("this is no zip"))]],
      ["empty.zip", [file("empty.zip", Buffer.alloc(0))]],
      ["These files", [file("card.json"), file("config.json")]],
      ["These files", [file("card.json"), file("config.json"), file("vocabulary.json"), file("model.safetensors", damaged)]],
    ])) {
      await page.setInputFiles("#load-model", [...chosen]);
      await page.waitForSelector("#own-notices .notice[data-kind='load-model']");
      assert.match(await page.innerText("#own-notices"), new RegExp(`${chosen.length > 1 ? what : `“${what.replace(".", "\\.")}”`} cannot be loaded: .{10}`));
      await page.locator("#load-model").scrollIntoViewIfNeeded();
      assert.ok(await inSight(page, "#own-notices .notice"), "it is told beside the field");
      await page.click("#own-notices .close");
    }
    assert.equal((await titles(page)).length, 0);
    await page.setInputFiles("#load-model", path);
    await page.waitForSelector("#own-models li");
    await enter(page, TEXT);
  },
);
