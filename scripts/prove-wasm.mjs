// @ts-check
// pkg/ belongs to src/: its stamp is that of the sources, and what the sources make here is what lies there.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stamp } from "./stamp.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const pkg = join(root, "pkg");
const fresh = mkdtempSync(join(tmpdir(), "rowlens-pkg-"));
process.on("exit", () => rmSync(fresh, { recursive: true, force: true }));

/** @param {string} folder @returns {{source: string, compiler?: string}} */
const stampOf = (folder) => JSON.parse(readFileSync(join(folder, "stamp.json"), "utf8"));
const rebuild = "run `npm run build:wasm` and commit pkg/";
const fail = (/** @type {string} */ message) => {
  console.error(message);
  process.exit(1);
};

if (stampOf(pkg).source !== stamp(root)) fail(`src/ has changed since pkg/ was built: ${rebuild}`);
const { status } = spawnSync(process.execPath, [join(root, "scripts", "build-wasm.mjs"), fresh], { stdio: ["ignore", "inherit", "inherit"] });
if (status !== 0) process.exit(status ?? 1);

const names = readdirSync(pkg).sort();
if (names.join() !== readdirSync(fresh).sort().join()) fail(`pkg/ has other files than a fresh build: ${rebuild}`);
