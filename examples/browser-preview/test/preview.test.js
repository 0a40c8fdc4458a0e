// @ts-check
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, CHROMIUM_HINT, chromium as findChromium } from "../../../scripts/chromium.mjs";
import { build } from "../build.js";
import { pretty } from "../page/convert.js";
import { serve } from "../serve.js";

const executablePath = findChromium();
if (executablePath === undefined && process.env.CI) throw new Error(CHROMIUM_HINT);

it("breaks JSON into lines without touching its values", () => {
  assert.equal(pretty('{"a":[1.50,{}],"a":"{,\\"} x","b":[ ]}'), '{\n  "a": [\n    1.50,\n    {}\n  ],\n  "a": "{,\\"} x",\n  "b": []\n}');
});

describe("the page in Chromium", { skip: executablePath === undefined ? CHROMIUM_HINT : false }, () => {
  const folder = mkdtempSync(join(tmpdir(), "rowlens-preview-"));
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let site;
  /** @type {string[]} */
  const faults = [];

  before(async () => {
    build(folder);
    site = await serve(folder, 0);
    browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  });
  beforeEach(async () => {
    await page?.close();
    faults.length = 0;
    page = await browser.newPage({ viewport: { width: 1440, height: 960 } });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(site.url);
    await page.waitForSelector("body[data-ready]");
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const edit = async (/** @type {"document" | "mapping"} */ which, /** @type {string} */ from, /** @type {string} */ to) => {
    const area = page.locator(`#${which} textarea`);
    const text = await area.inputValue();
    assert.ok(text.includes(from), `\`${from}\` is in the ${which}`);
    await area.fill(text.replace(from, to));
  };
  const cells = (/** @type {string} */ table, /** @type {number} */ column) => page.locator(`[data-table="${table}"] tbody td:nth-child(${column})`).allTextContents();
  const verdict = () => page.locator("#verdict").textContent();

  it("shows rows, complement and issues of a document", async () => {
    assert.deepEqual(await cells("payments", 2), ["12.50"]);
    assert.deepEqual(await cells("payment_events", 3), ["created", "seen", "funded"]);
    assert.match((await page.locator("#complement").textContent()) ?? "", /"legacyNote": "call first"/);
    assert.match((await page.locator("#issues").textContent()) ?? "", /unknown-field/);
    assert.equal(await verdict(), "✓ comes back identical");
    assert.deepEqual(faults, []);
  });

  it("follows every keystroke", async () => {
    const area = page.locator("#document textarea");
    await area.evaluate((/** @type {HTMLTextAreaElement} */ field) => {
      field.focus();
      field.selectionStart = field.selectionEnd = field.value.indexOf("12.50") + 5;
    });
    await page.keyboard.type("7");
    assert.deepEqual(await cells("payments", 2), ["12.507"]);
    assert.deepEqual(await page.locator("td.changed").allTextContents(), ["12.507"]);
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    assert.deepEqual(await cells("payments", 2), ["12.5"]);

    await edit("document", '"tags": ["escrow", "usdt"]', '"tags": "escrow"');
    assert.match((await page.locator("#issues").textContent()) ?? "", /value-misfit/);
    assert.equal(await verdict(), "✓ comes back identical");
  });

  it("follows the mapping", async () => {
    await edit("mapping", '"wallet": {', '"note": { "path": "legacyNote", "type": "text" },\n        "wallet": {');
    assert.deepEqual(await cells("payments", 4), ["call first"]);
    assert.match((await page.locator("#complement").textContent()) ?? "", /NULL: the columns say it all/);
    await page.click("text=DDL");
    assert.match((await page.locator("#tab-sql").textContent()) ?? "", /"note" text/);
    await page.click("text=And back");
    assert.match((await page.locator("#tab-back").textContent()) ?? "", /"legacyNote": "call first"/);
  });

  it("says what is wrong with the texts, and recovers", async () => {
    await edit("document", '"status": "funded",', '"status": funded,');
    assert.match((await page.locator("#document-fault").textContent()) ?? "", /, line 4, column 13$/);
    assert.deepEqual(await cells("payments", 2), ["12.50"], "the last rows stay");
    await edit("document", '"status": funded,', '"status": "funded",');
    assert.equal(await page.locator("#document-fault").isVisible(), false);

    await edit("mapping", '"type": "payment_status"', '"type": "payment_statu"');
    await edit("mapping", '"ordinal": "position"', '"ordnal": "position"');
    const said = (await page.locator("#mapping-faults").textContent()) ?? "";
    assert.match(said, /collections\.payments\.columns\.status\.type/);
    assert.match(said, /did you mean ordinal\?/);
    assert.equal(await verdict(), "the mapping has faults");
    await page.locator("#mapping textarea").fill("{");
    assert.match((await page.locator("#mapping-faults").textContent()) ?? "", /not JSON/);
    await page.locator("#document textarea").fill("");
    await page.selectOption("#sample", { index: 0 });
    await page.selectOption("#sample", { index: 1 });
    assert.equal(await verdict(), "✓ 3 of 3 come back identical");
    assert.deepEqual(faults, []);
  });

  it("offers a choice of collections", async () => {
    await page.locator("#mapping textarea").fill(JSON.stringify({ version: 1, collections: { a: { table: "table_a", key: { column: "id" }, complement: "rest" }, b: { table: "table_b", key: { column: "id", as: "text" }, complement: "rest" } } }));
    await page.selectOption("#collection", "b");
    await page.locator("#document textarea").fill('{"_id":"x","n":1.0}');
    assert.deepEqual(await cells("table_b", 1), ["x"]);
  });

  it("shows every sample", async () => {
    const titles = await page.locator("#sample option").allTextContents();
    assert.ok(titles.length >= 4);
    for (const [index, title] of titles.entries()) {
      await page.selectOption("#sample", { index });
      const said = (await verdict()) ?? "";
      if (title === "A mapping with faults") assert.equal(said, "the mapping has faults");
      else if (index < 4 || title.startsWith("A looked-up key")) assert.match(said, /^✓/, title);
      else assert.match(said, /^[✓✗]/, title);
    }
    assert.deepEqual(faults, []);
  });

  it("is light or dark", async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await background();
    await page.click("#theme");
    const dark = await background();
    assert.notEqual(dark, light);
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await background(), dark);
  });
});
