import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/hazards.md", import.meta.url), "utf8");
const rows = page.split("\n").flatMap((line) => {
  const [, hazard, , , tests] = line.split("|").map((cell) => cell.trim());
  return /^(§0\.|H)\d+$/.test(hazard ?? "") ? [{ hazard: hazard as string, tests: [...(tests ?? "").matchAll(/`([^`]+)`/g)].map(([, path]) => path as string), line }] : [];
});
const expected = [...Array.from({ length: 10 }, (_, index) => `§0.${index + 1}`), ...Array.from({ length: 47 }, (_, index) => `H${index + 1}`)];

it("every hazard is on the page, once and in order", () => {
  expect(rows.map(({ hazard }) => hazard)).toEqual(expected);
});

it.each(rows.map((row) => [row.hazard, row] as const))("%s has a test of that name, or is said to be above", (hazard, { tests, line }) => {
  if (tests.length === 0) expect(line).toMatch(/\babove\b/);
  for (const path of tests) {
    // In the title of a test, by itself: H4 is not in H42.
    const titles = readFileSync(new URL(path, import.meta.url), "utf8").split("\n").filter((text) => /\b(it|describe|onEachServer)\b.*\(/.test(text));
    expect(titles.some((title) => new RegExp(`${hazard.replace(".", "\\.")}(?!\\d)`).test(title)), `${path} has no test named after ${hazard}`).toBe(true);
  }
});

const steps = page.split("\n").flatMap((line) => (/^\| \d, /.test(line) ? [...line.matchAll(/`([^`]+\.test\.ts)`((?: and)? "[^"]+")/g)].map(([, path, title]) => [path as string, (title as string).trim().slice(1, -1)] as const) : []));

it("every step of a write has tests", () => {
  expect(steps.length).toBeGreaterThanOrEqual(7);
  for (const [path, title] of steps) {
    const titles = readFileSync(new URL(path, import.meta.url), "utf8").split("\n").filter((text) => /\b(it|describe|onEachServer)\b.*\(/.test(text));
    expect(titles.some((text) => text.includes(title)), `${path}: ${title}`).toBe(true);
  }
});
