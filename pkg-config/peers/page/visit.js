// @ts-check
/** Opens the built page in Chromium, waits for what its worker measures, and writes it to the file that is named. */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../www/package.json", import.meta.url));
const { chromium } = /** @type {typeof import("playwright-core")} */ (require("playwright-core"));

const [file] = process.argv.slice(2);
const { SAFR_URL: url = "", SAFR_CHROMIUM: executablePath, SAFR_LANE: lane } = process.env;

const capabilities = readFileSync(new URL(`../../webdriver/${lane}.json`, import.meta.url), "utf8");
const browser = await chromium.launch({ executablePath, args: JSON.parse(capabilities)["goog:chromeOptions"].args });
const page = await browser.newPage();
page.on("console", (message) => console.log(message.text()));
page.on("pageerror", (error) => console.error(error.message));
page.on("request", (request) => {
  if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith("data:")) throw new Error(`a request to ${request.url()}`);
});
await page.goto(url);
const outcome = await page.waitForFunction(() => /** @type {any} */ (window).outcome, null, { timeout: 1_200_000, polling: 1000 });
const { result, error } = await outcome.jsonValue();
const version = browser.version();
await browser.close();
if (error) throw new Error(error);
result.with.push(`Chromium ${version}`);
writeFileSync(file, JSON.stringify(result, null, 1));
