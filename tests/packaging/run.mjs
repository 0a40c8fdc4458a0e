// @ts-check
// The package as its users get it: what is in it, whether its types and exports hold, and whether it runs in every Node.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { lintPackage } from "../../js/scripts/lint-package.mjs";
import { NODE_VERSIONS, nodeOf } from "./node-versions.mjs";
import { consumer, pack, root, runChecks } from "./package.mjs";

const { tarball, files } = pack();
const folder = consumer(tarball);
const scripts = readdirSync(folder).filter((name) => /\.[cm]js$/.test(name) && !["check.mjs", "report.mjs"].includes(name)).sort();

/** @type {[string, () => unknown][]} */
const checks = [
  ["the files in the package", () => {
    const expected = [/^dist\/[\w-]+\.(mjs|cjs|d\.mts|d\.cts)$/, /^dist\/(rowlens_bg\.wasm|rowlens_sql_bg\.wasm|mapping\.schema\.json)$/, /^(package\.json|README\.md|CHANGELOG\.md|LICENSE-MIT|LICENSE-APACHE)$/];
    assert.deepEqual(files.filter((name) => !expected.some((pattern) => pattern.test(name))), [], "files that nobody asked for");
    for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "dist/rowlens_bg.wasm", "dist/rowlens_sql_bg.wasm"]) assert.ok(files.includes(name), `${name} is missing`);
    return `${files.length} files`;
  }],
  ["installing it installs nothing else", () => {
    assert.deepEqual(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")), ["rowlens"]);
  }],
  ["publint and attw", async () => assert.deepEqual(await lintPackage(tarball), [])],
  ["no top-level await, no path of the building machine", () => {
    for (const name of files.filter((name) => /\.[cm]js$/.test(name))) {
      const text = readFileSync(join(folder, "node_modules", "rowlens", name), "utf8");
      assert.ok(!text.includes(root), `${name} names ${root}`);
      if (name !== "dist/cli.mjs") assert.doesNotMatch(text, /^(?:(?:const|let|var|export const) .*= )?await /m, `${name} awaits at top level`);
    }
  }],
  ["adapters that browsers load need nothing of Node to load", () => {
    const dist = join(folder, "node_modules", "rowlens", "dist");
    /** @type {Set<string>} */
    const seen = new Set();
    const visit = (/** @type {string} */ name) => {
      if (seen.has(name)) return;
      seen.add(name);
      const imported = [...readFileSync(join(dist, name), "utf8").matchAll(/^(?:import|export) .*?"([^"]+)";$/gm)].map(([, from]) => String(from));
      assert.deepEqual(imported.filter((from) => !from.startsWith("./")), [], name);
      for (const from of imported) visit(from.slice(2));
    };
    for (const entry of ["pglite", "drizzle", "browser"]) visit(`${entry}.mjs`);
    assert.ok(seen.size > 3);
  }],
  ["types of ESM, CommonJS and for bundlers", () => {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--lib", "es2022,dom"];
    const run = (/** @type {string[]} */ ...args) => execFileSync(process.execPath, [tsc, ...strict, ...args], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
    run("--module", "nodenext", "types.mts", "types.cts");
    run("--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "types.mts");
  }],
  ...NODE_VERSIONS.map((major) => /** @type {[string, () => unknown]} */ ([`Node ${major}`, () => {
    const node = nodeOf(major);
    for (const script of scripts) execFileSync(node, [script], { cwd: folder, stdio: ["ignore", "inherit", "inherit"], timeout: 60_000 });
    const roundtrip = execFileSync(node, [realpathSync(join(folder, "node_modules", ".bin", "rowlens")), "roundtrip", "cli/payments.ndjson", "--mapping", "cli/mapping.json", "--json"], { cwd: folder, encoding: "utf8" });
    const { documents, identical } = JSON.parse(roundtrip);
    assert.deepEqual({ documents, identical }, { documents: 2, identical: 2 });
    return [...scripts, "the CLI"].join(", ");
  }])),
];
await runChecks(checks);
