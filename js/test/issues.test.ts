import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documented = [...readFileSync(join(root, "docs/issues.md"), "utf8").matchAll(/^### (\S+)$/gm)].map(([, code = ""]) => code);

function texts(folder: string, name: RegExp): string {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((file) => name.test(file) && !/node_modules|issues\.test\.ts/.test(file));
  return names.map((file) => readFileSync(join(root, folder, file), "utf8")).join("\n");
}

const sources = texts("src", /\.rs$/) + texts("js/src", /\.ts$/);
const tests = texts("tests", /\.(rs|md|mjs|js|ts)$/) + texts("js/test", /\.ts$/);
const named = (text: string, code: string): boolean => new RegExp(`(^|[^a-z0-9-])${code}([^a-z0-9-]|$)`, "m").test(text);

it("docs/issues.md has each code once, and only codes that exist", () => {
  expect(documented.length).toBeGreaterThan(60);
  expect(new Set(documented).size).toBe(documented.length);
  expect(documented.filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
});

it("every code is met in a case or a test", () => {
  expect(documented.filter((code) => !named(tests, code))).toEqual([]);
});
