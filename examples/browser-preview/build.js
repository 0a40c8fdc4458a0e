// @ts-check
// The static site: the page, the files of the installed rowlens package that a browser needs, the samples.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSample } from "./sample.js";

/** Builds into `folder`. @param {string} folder */
export function build(folder) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(new URL("page", import.meta.url), folder, { recursive: true });
  const dist = join(dirname(fileURLToPath(import.meta.resolve("rowlens/package.json"))), "dist");
  mkdirSync(join(folder, "rowlens"));
  const files = ["browser.mjs", "sql.mjs"].flatMap((entry) => [...withImports(dist, entry)]);
  for (const file of [...files, "rowlens_bg.wasm", "rowlens_sql_bg.wasm"]) cpSync(join(dist, file), join(folder, "rowlens", file));
  writeFileSync(join(folder, "samples.json"), JSON.stringify(samples()));
}

/** A module and what it imports beside itself. @param {string} folder @param {string} file @returns {Set<string>} */
function withImports(folder, file, found = new Set([file])) {
  for (const [, name = ""] of readFileSync(join(folder, file), "utf8").matchAll(/\bfrom "\.\/([^"]+)"/g)) {
    if (!found.has(name)) withImports(folder, name, found.add(name));
  }
  return found;
}

/** The page's own samples, and the literate cases of the tests where they are. */
function samples() {
  const groups = [{ group: "Samples", samples: readSamples(new URL("samples/", import.meta.url)) }];
  const cases = new URL("../../tests/cases/", import.meta.url);
  const folders = existsSync(cases) ? readdirSync(cases, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const found = readSamples(new URL(`${name}/`, cases));
    if (found.length > 0) groups.push({ group: `Cases: ${name}`, samples: found });
  }
  return groups;
}

/** @param {URL} folder */
function readSamples(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".md")).sort().flatMap((name) => readSample(readFileSync(new URL(name, folder), "utf8")));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL("site", import.meta.url));
  build(folder);
  console.log(`built ${folder}`);
}
