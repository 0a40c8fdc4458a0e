// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "../source.mjs";
import { wasmMemory } from "../wasm-memory.mjs";

test("a batch needs a small multiple of its bytes", () => {
  const { collection, documents } = source("payments", 1000);
  const batch = Buffer.concat(Array.from({ length: 10 }, () => documents).flat());
  const before = wasmMemory();
  const rows = collection.toRows(batch);
  assert.equal(rows.accepted, 10_000);
  const forward = (wasmMemory() - before) / batch.length;
  assert.ok(forward > 1 && forward < 4, `rows took ${forward.toFixed(1)} times the batch`);
  assert.equal(collection.toDocuments(rows).count, 10_000);
  const both = (wasmMemory() - before) / batch.length;
  assert.ok(both < 9, `both ways took ${both.toFixed(1)} times the batch`);
});
