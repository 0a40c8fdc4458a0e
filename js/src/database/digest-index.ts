import type { Collection, DocumentInput, ToRowsOptions } from "../core/collection.ts";
import { view } from "../wasm/handle.ts";
import type { Digest } from "./digests.ts";
import { Growing } from "./growing.ts";
import { compareBytes, type Key, type KeyOrder, keyOrder } from "./keys.ts";

/** Digests of the documents of one batch, which keys they have, and where each stands in it. */
export interface DigestedBatch {
  /** Documents without rows: they cannot be compared. */
  readonly refused: number;
  /** Bytes of the digests; see the core's `digests`. */
  readonly bytes: Uint8Array;
}

/** Computes digests of documents as PostgreSQL computes them of their rows. */
export function digestBatch(collection: Collection, input: DocumentInput, options: ToRowsOptions): DigestedBatch {
  const { inner } = collection;
  const shredder = inner.shred(input, options);
  const length = shredder.digests() ?? 0;
  return { refused: inner.outline.documents - inner.outline.accepted, bytes: view(shredder.text_ptr(), length).slice() };
}

/** Calls `each` with what the bytes say of each aggregate. */
export function eachDigest(bytes: Uint8Array, each: (document: number, rows: number, high: bigint, low: bigint, key: Uint8Array, id: Uint8Array) => void): void {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const [document, rows, keyLength, idLength] = [0, 4, 8, 12].map((offset) => data.getUint32(at + offset, true)) as [number, number, number, number];
    const [high, low] = [data.getBigInt64(at + 16, true), data.getBigInt64(at + 24, true)];
    const key = at + 32;
    at = key + keyLength + idLength;
    each(document, rows, high, low, bytes.subarray(key, key + keyLength), bytes.subarray(key + keyLength, at));
  }
}

/**
 * Keys, ids and digests of many documents in the order of their keys, in a few typed arrays: about 100 bytes a document with an
 * ObjectId.
 */
export class DigestIndex {
  readonly order: KeyOrder;
  readonly #keys = new Growing(Uint8Array);
  readonly #keyEnds = new Growing(Float64Array);
  readonly #ids = new Growing(Uint8Array);
  readonly #idEnds = new Growing(Float64Array);
  readonly #rows = new Growing(Uint32Array);
  readonly #highs = new Growing(BigInt64Array);
  readonly #lows = new Growing(BigInt64Array);
  /** By position in the order of keys: number of the entry. */
  #sorted = new Uint32Array();
  /** Sums over all positions before; the last is over all. */
  #sums = { rows: new Float64Array(1), high: new BigInt64Array(1), low: new BigInt64Array(1) };

  constructor(collection: Collection) {
    this.order = keyOrder(collection.inner.key);
  }

  /** Documents in it, each key once. */
  get size(): number {
    return this.#sorted.length;
  }

  add(bytes: Uint8Array): void {
    eachDigest(bytes, (_, rows, high, low, key, id) => {
      this.order.toOrder(key);
      this.#keys.append(key);
      this.#keyEnds.push(this.#keys.length);
      this.#ids.append(id);
      this.#idEnds.push(this.#ids.length);
      this.#rows.push(rows);
      this.#highs.push(high);
      this.#lows.push(low);
    });
  }

  /** Sorts by key (of a key that came several times the last counts) and sums. Nothing may be added after that. */
  finish(): void {
    const count = this.#rows.length;
    const all = Uint32Array.from({ length: count }, (_, entry) => entry);
    const compare = (a: number, b: number): number => compareBytes(this.#key(a), this.#key(b));
    let ascending = true;
    for (let entry = 1; entry < count && ascending; entry++) ascending = compare(entry - 1, entry) < 0;
    // A typed array's sort is not said to be stable.
    if (!ascending) all.sort((a, b) => compare(a, b) || a - b);
    this.#sorted = ascending ? all : all.filter((entry, at) => at + 1 === count || compare(entry, all[at + 1] as number) !== 0);
    const size = this.#sorted.length;
    const sums = { rows: new Float64Array(size + 1), high: new BigInt64Array(size + 1), low: new BigInt64Array(size + 1) };
    this.#sorted.forEach((entry, at) => {
      sums.rows[at + 1] = (sums.rows[at] as number) + (this.#rows.array[entry] as number);
      sums.high[at + 1] = (sums.high[at] as bigint) + (this.#highs.array[entry] as bigint);
      sums.low[at + 1] = (sums.low[at] as bigint) + (this.#lows.array[entry] as bigint);
    });
    this.#sums = sums;
  }

  /** Key at a position, as PostgreSQL's text. */
  key(at: number): Key {
    return this.order.text(this.#key(this.#sorted[at] as number));
  }

  /** A BSON document that has no more than the `_id` at a position. */
  id(at: number): Uint8Array {
    const entry = this.#sorted[at] as number;
    return onlyElement(part(this.#ids, this.#idEnds, entry));
  }

  /** The digest of the positions from `from` up to `to`; where `stored`, as the `hash` column's are. */
  digest(from: number, to: number, stored: boolean): Digest {
    const { rows, high, low } = this.#sums;
    const between = (sums: BigInt64Array): bigint => BigInt.asIntN(64, (sums[to] as bigint) - (sums[from] as bigint));
    return { documents: to - from, rows: stored ? to - from : (rows[to] as number) - (rows[from] as number), high: between(high), low: between(low) };
  }

  #key(entry: number): Uint8Array {
    return part(this.#keys, this.#keyEnds, entry);
  }
}

const part = (bytes: Growing<Uint8Array>, ends: Growing<Float64Array>, entry: number): Uint8Array => bytes.array.subarray(entry === 0 ? 0 : (ends.array[entry - 1] as number), ends.array[entry] as number);

/** BSON of one element. */
export function onlyElement(element: Uint8Array): Uint8Array {
  const out = new Uint8Array(element.length + 5);
  new DataView(out.buffer).setInt32(0, out.length, true);
  out.set(element, 4);
  return out;
}
