// @ts-check
// The installed package in Chromium: pages without a bundler, and built and served by Vite.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium as browserType } from "playwright-core";
import { build, createServer } from "vite";
import { CHROMIUM_FLAGS, CHROMIUM_HINT, chromium } from "../../scripts/chromium.mjs";
import { consumer, pack, runChecks } from "./package.mjs";
import { serve } from "./serve.mjs";

const executablePath = chromium();
if (executablePath === undefined) {
  console.error(CHROMIUM_HINT);
  process.exit(3);
}
const folder = consumer(pack().tarball);
const browser = await browserType.launch({ executablePath, args: CHROMIUM_FLAGS });
const vite = { configFile: /** @type {const} */ (false), root: join(folder, "vite"), logLevel: /** @type {const} */ ("warn") };

/** @typedef {{tables?: number, error?: string}} Outcome */

/** Opens a page and waits for what it reports; whatever it asked for must have been there. @param {string} url */
async function open(url) {
  const { wasm, ...outcome } = await visit(url);
  assert.deepEqual(outcome, { tables: 2, faults: [] });
  return wasm;
}

/** What a page reports, what went wrong, and the WebAssembly files it asked for. @param {string} url */
async function visit(url) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const faults = [];
  /** @type {string[]} */
  const wasm = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("response", (response) => {
    const name = new URL(response.url()).pathname;
    if (!response.ok() && name !== "/favicon.ico") faults.push(`${response.status()} ${name}`);
    if (name.endsWith(".wasm")) wasm.push(name);
  });
  await page.goto(url);
  const handle = await page.waitForFunction(() => /** @type {{outcome?: Outcome}} */ (/** @type {unknown} */ (globalThis)).outcome, undefined, { timeout: 30_000 }).catch((error) => {
    throw new Error(`${faults.join("; ")} ${error}`);
  });
  const outcome = /** @type {Outcome} */ (await handle.jsonValue());
  await page.close();
  return { ...outcome, faults, wasm };
}

/** Vite's development server. @param {string[]} exclude @param {(url: string) => Promise<void>} use */
async function develop(exclude, use) {
  const server = await createServer({ ...vite, cacheDir: join(folder, `.vite-${exclude.length}`), optimizeDeps: { exclude }, server: { host: "127.0.0.1", port: 0, fs: { strict: false } } });
  try {
    await server.listen();
    await use(/** @type {string} */ (server.resolvedUrls?.local[0]));
  } finally {
    await server.close();
  }
}

const plain = await serve(folder);
await runChecks([
  ['a plain `<script type="module">` page', async () => assert.equal((await open(`${plain.url}/page.html`)).length, 1)],
  ["rowlens/inline", async () => assert.deepEqual(await open(`${plain.url}/inline.html`), [])],
  ["rowlens/sql", async () => assert.deepEqual((await open(`${plain.url}/sql.html`)).map((name) => name.replace(/.*\//, "")).sort(), ["rowlens_bg.wasm", "rowlens_sql_bg.wasm"])],
  ["rowlens/slim", async () => assert.equal((await open(`${plain.url}/slim.html`)).length, 1)],
  ["Vite, built", async () => {
    await build(vite);
    const dist = join(folder, "vite", "dist");
    const emitted = readdirSync(dist, { recursive: true }).map(String).filter((name) => name.endsWith(".wasm"));
    assert.equal(emitted.length, 1, emitted.join());
    const built = await serve(dist);
    await open(built.url).then((wasm) => assert.equal(wasm.length, 1)).finally(built.close);
  }],
  ["Vite, developing, rowlens left as it is", () => develop(["rowlens"], async (url) => assert.equal((await open(url)).length, 1))],
  ["Vite, developing, its defaults: the error says what to do", () => develop([], async (url) => assert.match((await visit(url)).error ?? "it works: tell the README", /RowlensError.*optimizeDeps.*exclude/))],
]);
plain.close();
await browser.close();
