// @ts-check
// Builds dist/ where it is missing or older than what it is made of (`--force`: in any case).
import { copyFileSync, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["src", "package.json", "tsconfig.json", "tsdown.config.ts", "../pkg", "../docs/mapping.schema.json"].map((name) => join(root, name));

/** Newest change of a file or below a folder, in milliseconds. @param {string} path @returns {number} */
function newest(path) {
  const { mtimeMs } = statSync(path);
  return statSync(path).isDirectory() ? Math.max(mtimeMs, ...readdirSync(path, { recursive: true }).map((name) => statSync(join(path, String(name))).mtimeMs)) : mtimeMs;
}

const dist = join(root, "dist");
/** The file that the build writes last. */
const last = join(dist, "rowlens_bg.wasm");
const pkg = join(root, "../pkg");

/** Whether dist/ is there and as new as its sources. */
export const fresh = () => existsSync(last) && statSync(last).mtimeMs >= Math.max(...sources.map(newest));

/** Builds dist/ through tsdown's API: its command line is chattier. */
export async function build() {
  const tsdown = await import("tsdown");
  rmSync(dist, { recursive: true, force: true });
  await tsdown.build({ cwd: root, logLevel: "warn" });
  copyFileSync(join(root, "../docs/mapping.schema.json"), join(dist, "mapping.schema.json"));
  for (const name of ["rowlens_sql_bg.wasm", "rowlens_bg.wasm"]) copyFileSync(join(pkg, name), join(dist, name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href && (process.argv.includes("--force") || !fresh())) await build();
