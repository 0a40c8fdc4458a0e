import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

it("every code that is thrown has its heading in docs/issues.md", () => {
  const documented = new Set(readFileSync(join(root, "../docs/issues.md"), "utf8").match(/(?<=^### )[a-z-]+$/gm));
  const thrown = new Set<string>();
  for (const name of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    for (const [, code] of readFileSync(join(root, "src", name), "utf8").matchAll(/(?:RowlensError|CliError|fail|failAt|guard|notInitialised)\((?:\w+, \w+, )?"([a-z]+(?:-[a-z]+)+)"/g)) thrown.add(code as string);
  }
  expect(thrown.size).toBeGreaterThan(35);
  expect([...thrown].filter((code) => !documented.has(code))).toEqual([]);
});
