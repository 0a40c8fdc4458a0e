// @ts-check
// Ratios against `bson.deserialize`, in one run, minima of interleaved rounds: `npm run bench` (`-- --json` for machines).
import { brotliCompressSync, constants } from "node:zlib";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compile } from "rowlens";

const { generate } = await import("../examples/escrow/generate.js");
const { deserialize } = createRequire(new URL("../examples/escrow/package.json", import.meta.url))("bson");
const mapping = JSON.parse(readFileSync(new URL("../examples/escrow/mapping.json", import.meta.url), "utf8"));
const plan = compile(mapping);
const payments = plan.collection("payments");
const documents = generate({ seed: 1, counts: { payments: 1000 } }).payments;
const batch = Buffer.concat(documents);
const rows = payments.toRows(batch);
// The same documents with an unknown field each: the complement is used.
const odd = documents.map((document) => {
  const extra = Buffer.from("\x02legacyNote\0\x05\0\0\0call\0\0", "latin1");
  const out = Buffer.concat([document.subarray(0, -1), extra]);
  out.writeInt32LE(out.length, 0);
  return out;
});
const oddBatch = Buffer.concat(odd);

/** @type {Record<string, () => unknown>} */
const arms = {
  deserialize: () => documents.forEach((document) => deserialize(document)),
  toRows: () => payments.toRows(batch, { copy: false }),
  toRowsOdd: () => payments.toRows(oddBatch, { copy: false }),
  toDocuments: () => payments.toDocuments(rows),
};
/** @type {Record<string, number>} */
const best = {};
for (let round = 0; round < 25; round += 1) {
  for (const [name, run] of Object.entries(arms)) {
    const started = process.hrtime.bigint();
    run();
    best[name] = Math.min(best[name] ?? Infinity, Number(process.hrtime.bigint() - started) / documents.length);
  }
}
const time = (/** @type {string} */ name) => best[name] ?? Number.NaN;
const wasm = readFileSync(new URL("../pkg/rowlens_bg.wasm", import.meta.url));
const size = brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const results = [
  { path: "raw BSON batch → tuples ÷ bson.deserialize", document: "payments", ratio: time("toRows") / time("deserialize"), goal: 0.1, limit: 0.18 },
  { path: "tuples → BSON ÷ bson.deserialize", document: "payments", ratio: time("toDocuments") / time("deserialize"), goal: 0.08, limit: 0.15 },
  { path: "documents with an unknown field ÷ without", document: "payments", ratio: time("toRowsOdd") / time("toRows"), goal: 2, limit: 4 },
  { path: "package wasm, brotli (KB)", document: "", ratio: size / 1000, goal: 120, limit: 200 },
];
if (process.argv.includes("--json")) console.log(JSON.stringify({ results }));
else console.table(results.map((result) => ({ ...result, ratio: Number(result.ratio.toFixed(3)) })));
