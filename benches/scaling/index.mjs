// @ts-check
import Table from "cli-table3";
import { answerOf } from "../fork.mjs";
import { shapes } from "./shapes.mjs";

const SIZES = [1, 16, 256, 4096, 16_384].map((kilobytes) => kilobytes * 1024);
const BATCHES = [1, 10, 100, 1000, 10_000];

/**
 * How cost and memory grow: with the document, with the batch, and not at all with the stream.
 * @param {{ documents: number, tell: (what: string) => void }} options
 */
export async function scaling({ documents, tell }) {
  const sizes = [];
  for (const shape of shapes) {
    tell(shape);
    for (const cost of await answerOf("scaling/child.mjs", ["document", shape, ...SIZES.map(String)])) sizes.push({ shape, ...cost });
  }
  const batches = [];
  for (const count of BATCHES) {
    tell(`batch of ${count}`);
    batches.push({ documents: count, ...(await answerOf("scaling/child.mjs", ["batch", String(count)])) });
  }
  tell(`stream of ${documents}`);
  return { sizes, batches, stream: await answerOf("scaling/child.mjs", ["stream", String(documents)]) };
}

const plain = { style: { head: [], border: [] } };
const mega = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);

/** @param {Awaited<ReturnType<typeof scaling>>} result */
export function printScaling({ sizes, batches, stream }) {
  const growing = new Table({ head: ["one document growing in", "bytes", "→ rows, ns/byte", "→ BSON, ns/byte"], ...plain });
  for (const { shape, bytes, forward, back } of sizes) growing.push([shape, bytes, forward.toFixed(2), back.toFixed(2)]);
  const batching = new Table({ head: ["payments in the batch", "bytes", "→ rows, ns/byte", "→ BSON, ns/byte", "wasm memory ÷ bytes, → rows", "both ways"], ...plain });
  for (const { documents, bytes, forward, back, memoryForward, memoryBoth } of batches) batching.push([documents, bytes, forward.toFixed(2), back.toFixed(2), memoryForward.toFixed(1), memoryBoth.toFixed(1)]);
  const streaming = new Table({ head: ["documents streamed both ways", "wasm memory, MB", "process (RSS), MB", "seconds"], ...plain });
  for (const { documents, wasm, rss, seconds } of stream) streaming.push([documents, mega(wasm), mega(rss), seconds.toFixed(0)]);
  return [growing, batching, streaming].join("\n\n");
}
