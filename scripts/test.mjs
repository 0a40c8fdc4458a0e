// @ts-check
// Every test. The table below is the whole list; `npm test -- types js` runs only the parts named.
// A part that ends with code 3 says that a tool cannot be had here: it is skipped with a hint. Under CI a skip is a fault; absent fixtures
// are only told, as a clone need not have them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHROMIUM_HINT } from "./chromium.mjs";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (/** @type {string} */ path) => [process.execPath, join(root, "node_modules", path)];
const nodeTest = [process.execPath, "--test", "--test-reporter=spec"];
const tests = (/** @type {string} */ folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))).filter((name) => name.endsWith(".test.js") && !name.includes("node_modules")).sort();

/** @typedef {{name: string, what: string, command: string[], folder?: string, hint?: string}} Part */
/** @returns {Part[]} */
const parts = () => [
  { name: "rust", what: "Rust natively: laws, corpora, mappings", command: ["cargo", "test", "--quiet"], hint: "install Rust with rustup" },
  { name: "rust-lint", what: "clippy and rustdoc without a warning, every set of features", command: [process.execPath, "scripts/lint-rust.mjs"], hint: "run `rustup component add clippy`" },
  { name: "fuzz", what: "libFuzzer over the laws, 10 s a target", command: [process.execPath, "scripts/fuzz.mjs", "10"], hint: "libFuzzer needs a C++ compiler: install g++ or clang" },
  { name: "wasm", what: "WebAssembly from source; pkg/ belongs to src/", command: [process.execPath, "scripts/prove-wasm.mjs"], hint: "run `rustup target add wasm32-unknown-unknown`, or install Debian's rustc-web" },
  { name: "types", what: "TypeScript", command: [...bin("typescript/bin/tsc"), "-p", "."], folder: "js" },
  { name: "js", what: "the npm package", command: [...bin("vitest/vitest.mjs"), "run"], folder: "js" },
  { name: "examples-types", what: "the examples' types", command: [...bin("typescript/bin/tsc"), "-p", "examples"] },
  { name: "scripts-types", what: "the scripts' types", command: [...bin("typescript/bin/tsc"), "-p", "scripts"] },
  { name: "packaging", what: "the package packed, installed and run: Node 20, 22, 24, types, lint", command: [process.execPath, "tests/packaging/run.mjs"] },
  { name: "browser", what: "the package in Chromium: plain pages, Vite", command: [process.execPath, "tests/packaging/browser.mjs"], hint: CHROMIUM_HINT },
  { name: "examples", what: "the examples", command: [...nodeTest, ...tests("examples")] },
  { name: "benches-types", what: "the benchmarks' types", command: [...bin("typescript/bin/tsc"), "-p", "benches"] },
  { name: "benches", what: "the benchmarks: mappers make the same rows, memory is constant", command: [...nodeTest, ...tests("benches")] },
  { name: "demo", what: "the demo", command: [process.execPath, "scripts/demo.mjs"] },
];

/** Runs one part. @param {Part} part @returns {{status: "passed" | "failed" | "skipped" | "absent", seconds: number}} */
function run({ what, command: [command = "", ...args], folder = "." }) {
  console.log(`\n── ${what}`);
  const started = Date.now();
  const { status, error } = spawnSync(command, args, { cwd: join(root, folder), stdio: ["ignore", "inherit", "inherit"] });
  const missing = status === 3 || /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code === "ENOENT";
  return { status: status === 0 ? "passed" : missing ? "skipped" : "failed", seconds: (Date.now() - started) / 1000 };
}

install();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts().some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`there is no part ${unknown.map((name) => `\`${name}\``).join(", ")}; there are ${parts().map((part) => `\`${part.name}\``).join(", ")}`);
  process.exit(2);
}
const results = parts().filter((part) => wanted.length === 0 || wanted.includes(part.name)).map((part) => ({ ...part, ...run(part) }));

// What nobody here wrote lies beside a checkout, not in it: without it tests run fewer cases, and that must not look like all of them.
const fixtures = process.env.ROWLENS_FIXTURES ?? join(root, "../shared/fixtures");
if (!existsSync(fixtures)) {
  const hint = `not at ${fixtures}: put https://github.com/mongodb/specifications, source/bson-corpus/tests, there as bson-corpus/, or set ROWLENS_FIXTURES`;
  results.push({ name: "fixtures", what: "the official BSON corpus and the data sets", command: [], hint, status: "absent", seconds: 0 });
}

console.log();
for (const { name, what, status, seconds, hint } of results) console.log(`${status.padEnd(8)} ${name.padEnd(9)} ${seconds.toFixed(0).padStart(4)} s  ${what}${status === "skipped" || status === "absent" ? `: ${hint ?? "see above"}` : ""}`);
const count = (/** @type {string} */ status) => results.filter((result) => result.status === status).length;
console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped") + count("absent")} skipped`);
process.exit(count("failed") > 0 || (count("skipped") > 0 && process.env.CI) ? 1 : 0);
