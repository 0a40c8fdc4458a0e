// @ts-check
// Every test, in order: Rust natively, the WebAssembly built from source, WebAssembly in Node with PGlite.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** @type {{name: string, status: "passed" | "failed" | "skipped", seconds: number, hint?: string}[]} */
const results = [];

/** Exit code 3 means: a tool cannot be had here. @param {string} name @param {string} command @param {string[]} args @param {string} hint */
function part(name, command, args, hint) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const missing = status === 3 || /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code === "ENOENT";
  results.push({ name, status: status === 0 ? "passed" : missing ? "skipped" : "failed", seconds: (Date.now() - started) / 1000, hint });
}

install();
part("Rust", "cargo", ["test", "--quiet"], "install Rust with rustup");
const scratch = mkdtempSync(join(tmpdir(), "rowlens-pkg-"));
part("WebAssembly from source", "node", ["scripts/build-wasm.mjs", scratch], "run `rustup target add wasm32-unknown-unknown`, or install Debian's rustc-web");
rmSync(scratch, { recursive: true, force: true });
part("WebAssembly in Node, PGlite", "node", ["--test", "tests/node/escrow.test.mjs"], "install Node 20 or later");
part("the demo", "node", ["scripts/demo.mjs"], "");

console.log();
for (const { name, status, seconds, hint } of results) console.log(`${status.padEnd(8)} ${name} (${seconds.toFixed(0)} s)${status === "skipped" ? `: ${hint}` : ""}`);
const count = (/** @type {string} */ status) => results.filter((result) => result.status === status).length;
console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
// CI has every tool: a skip there is a fault.
process.exit(count("failed") > 0 || (count("skipped") > 0 && process.env.CI) ? 1 : 0);
