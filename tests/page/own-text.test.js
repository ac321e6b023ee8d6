// @ts-check
/** What one has typed is not lost: not to a sample, not to a reload, not to an address. */

import assert from "node:assert/strict";

import { pageTest, url } from "./lane.js";
import { enter, ready } from "./page.js";

const OWN = "What I had to say myself.";
const LONG = `${"A very long film, and a good one. ".repeat(80)}The end.`;

pageTest("a sample takes the place of one's own text, and Ctrl+Z brings it back", async (page) => {
  await ready(page);
  await page.fill("#text", "");
  await page.locator("#text").pressSequentially(OWN);
  for (const way of /** @type {const} */ (["mouse", "keyboard"])) {
    const chip = page.locator(".chip", { hasText: "praise" });
    if (way === "mouse") await chip.click();
    else await chip.press("Enter");
    assert.equal(await page.inputValue("#text"), "A warm, funny and quietly moving story.");
    await ready(page);
    assert.equal(await page.locator("#tokens [data-word]").first().innerText(), "A");
    await page.keyboard.press("Control+z");
    assert.equal(await page.inputValue("#text"), OWN);
    await ready(page);
    assert.equal(await page.locator("#tokens [data-word]").first().innerText(), "What");
  }
  await page.keyboard.press("Control+Shift+z");
  assert.equal(await page.inputValue("#text"), "A warm, funny and quietly moving story.");
});

pageTest(
  "a long text outlives a reload, and no address cuts one; what an address names in vain is said",
  async (page) => {
    await page.waitForSelector('.notice[data-kind="address"]');
    assert.match(await page.innerText(".notice"), /own-12345678.*is not here\. “SST-2, SAFR” is used instead/s);
    await ready(page);
    await page.evaluate(() => void (location.hash = "#beside=own-87654321"));
    const beside = await page.locator("#beside option:checked").textContent();
    await page.locator('.notice[data-kind="address"]', { hasText: `“own-87654321”, that is not here. “${beside}” is used instead.` }).waitFor();
    await page.evaluate(() => void (location.hash = "#theme=light"));
    await page.waitForSelector('.notice[data-kind="address"]', { state: "detached" });
    await enter(page, LONG);
    await page.reload();
    await ready(page);
    assert.equal(await page.inputValue("#text"), LONG);
    await page.goto("about:blank");
    await page.goto(`${url}#text=${"good+".repeat(1000)}`);
    await ready(page);
    assert.equal((await page.inputValue("#text")).length, 5000);

    await page.evaluate(() => Object.defineProperty(navigator.clipboard, "writeText", { value: () => Promise.reject(new Error("not here")) }));
    await page.click("#copy-link");
    const said = page.locator("#link-told", { hasText: "the link is in the address bar" });
    await said.waitFor();
    assert.match(await said.innerText(), /\. The text is not part of it: /);
    await page.waitForTimeout(1500); // It was gone after half a second.
    assert.ok(await said.isVisible());
    assert.match(page.url(), /#model=sst2-safr&/);
    await enter(page, OWN);
    assert.equal(await page.innerText("#link-told"), "");
    await page.waitForFunction(() => location.hash.includes("myself"));
    await page.reload();
    await ready(page);
    assert.equal(await page.inputValue("#text"), OWN, "the long text is kept no longer");
  },
  { at: "#model=own-12345678" },
);
