// The JavaScript of both READMEs runs as it stands there, and gives the documents back.
import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { compile, encodeDocument, equalDocuments } from "rowlens";
import { cli, scratch } from "./cli.ts";

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

const { folder, file } = scratch();
test.each([
  ["../../README.md", "$ npx rowlens roundtrip payments.json --mapping mapping.json\n", "payments.json", [{ events: [], legacyNote: "call first" }], []],
  ["../../docs/cli.md", "$ rowlens roundtrip payments.ndjson --mapping mapping.json --fidelity exact\n", "payments.ndjson", [{ events: [], legacyNote: "call first" }, { amount: "12,50", wallet: { address: 7 }, events: [] }, { amount: { $numberDecimal: "12.50" }, events: [] }], ["--fidelity", "exact"]],
] as const)("what the command line prints in %s", async (path, command, name, documents, options) => {
  const mapping = file("mapping.json", part(read("../../README.md"), "with the mapping\n```jsonc\n"));
  const payments = file(name, documents.map((document, index) => JSON.stringify({ _id: { $oid: `65f1a2b3c4d5e6f708192a0${index}` }, ...document })).join("\n"));
  const { code, out } = await cli(["roundtrip", payments, "--mapping", mapping, ...options]);
  expect([code, out.replaceAll(`${folder}/`, "")]).toEqual([0, `${part(read(path), command)}\n`]);
});
