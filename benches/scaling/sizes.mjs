// @ts-check
// Cost per byte while one document, or one batch, grows. Memory needs a process of its own for each batch, as it never shrinks.
import { minima, whole } from "../rounds.mjs";
import { source } from "../source.mjs";
import { wasmMemory } from "../wasm-memory.mjs";
import { grow } from "./shapes.mjs";

/** @typedef {{ bytes: number, forward: number, back: number }} Cost nanoseconds per byte */

/** @param {import("rowlens").Collection} collection @param {Uint8Array} batch @param {number} documents @returns {Cost} */
function cost(collection, batch, documents) {
  const rows = collection.toRows(batch);
  if (rows.accepted !== documents) throw new Error(`${documents} documents, but ${rows.accepted} became rows`);
  const times = Math.max(1, Math.round(100_000 / batch.length));
  const repeat = (/** @type {() => unknown} */ work) => () => {
    let last;
    for (let time = 0; time < times; time += 1) last = work();
    return last;
  };
  const units = batch.length * times;
  const best = minima(
    {
      forward: whole(units, repeat(() => collection.toRows(batch, { copy: false }).tables.map((table) => table.copyBinary()))),
      back: whole(units, repeat(() => collection.toDocuments(rows).bson)),
    },
    batch.length > 4e6 ? 3 : 7,
  );
  return { bytes: batch.length, forward: best.forward, back: best.back };
}

/** One document of `shape`, growing. @param {string} shape @param {number[]} sizes @returns {Cost[]} */
export function oneDocument(shape, sizes) {
  const { collection } = source("payments", 1);
  return sizes.map((bytes) => cost(collection, grow(shape, bytes), 1));
}

/** A batch of `count` payments; what it needs of WebAssembly memory ÷ its bytes, to rows and then both ways. @param {number} count */
export function oneBatch(count) {
  const { collection, documents } = source("payments", Math.min(count, 1000));
  const batch = Buffer.concat(Array.from({ length: Math.ceil(count / documents.length) }, () => documents).flat());
  const before = wasmMemory();
  const rows = collection.toRows(batch);
  const forward = wasmMemory() - before;
  collection.toDocuments(rows);
  const both = wasmMemory() - before;
  return { ...cost(collection, batch, count), memoryForward: forward / batch.length, memoryBoth: both / batch.length };
}
