// The JavaScript of both READMEs runs as it stands there, and gives the documents back.
import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { compile, encodeDocument, equalDocuments } from "rowlens";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const part = (text: string, from: string): string => text.split(from)[1]?.split("\n```")[0] ?? "";

afterEach(() => void vi.restoreAllMocks());

test.each(["../../README.md", "../README.md"])("%s", (path) => {
  const mapping: unknown = JSON.parse(part(read("../../README.md"), "with the mapping\n```jsonc\n"));
  const batch = encodeDocument({ _id: 1n, amount: 12, events: [{ kind: "created" }], legacyNote: "call first" });
  const code = part(read(path), "```js\n");
  const body = code.replace('import { compile } from "rowlens";', "");
  expect(body).not.toBe(code);
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const documents = new Function("compile", "mapping", "batch", `"use strict";${body}\nreturn documents;`)(compile, mapping, batch) as Iterable<Uint8Array>;
  expect([...documents].map((document) => equalDocuments(document, batch))).toEqual([true]);
});
