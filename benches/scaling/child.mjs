// @ts-check
// One measurement of how cost and memory grow, in a process of its own.
import { wasmMemory } from "../wasm-memory.mjs";
import { oneBatch, oneDocument } from "./sizes.mjs";
import { stream } from "./stream.mjs";

const [what = "", first = "", ...rest] = process.argv.slice(2);
if (what === "document") process.send?.(oneDocument(first, rest.map(Number)));
else if (what === "batch") process.send?.(oneBatch(Number(first)));
else {
  const documents = Number(first);
  const marks = [0.1, 0.5, 1].map((share) => share * documents);
  /** @type {{ documents: number, rss: number, wasm: number, seconds: number }[]} */
  const seen = [];
  const started = performance.now();
  stream({
    documents,
    batchBytes: 1 << 20,
    at(done) {
      if (done >= /** @type {number} */ (marks[seen.length])) seen.push({ documents: done, rss: process.memoryUsage.rss(), wasm: wasmMemory(), seconds: (performance.now() - started) / 1000 });
    },
  });
  process.send?.(seen);
}
