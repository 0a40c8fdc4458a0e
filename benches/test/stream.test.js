// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { stream } from "../scaling/stream.mjs";
import { wasmMemory } from "../wasm-memory.mjs";

test("50 000 documents stream through in constant memory, both ways", () => {
  const total = 50_000;
  let settled = 0;
  let last = 0;
  stream({
    documents: total,
    batchBytes: 1 << 20,
    at(done) {
      last = wasmMemory();
      // By then every document of the pool has been seen several times, in different batches.
      if (done <= total * 0.4) settled = last;
    },
  });
  assert.ok(settled > 0);
  assert.equal(last, settled, "WebAssembly memory still grew after 40 % of the documents");
});
