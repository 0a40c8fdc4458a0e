import { RowlensError } from "../core/rowlens-error.ts";
import { joinBson } from "./join-bson.ts";

/** Complete documents of a stream. */
export interface BsonBatch {
  /** Concatenated BSON. */
  readonly bson: Uint8Array;
  /** Number of its first document in the stream, from 0. */
  readonly first: number;
  /** How many documents. */
  readonly count: number;
}

/** MongoDB's limit is 16 MB and a little; a length beyond this is no length. */
const LONGEST = 64 << 20;

/**
 * Documents that stand one after the other, as mongodump writes them, in batches of whole documents: memory stays the same
 * however long the stream is.
 * @param chunks - A Node stream, a web stream where it can be iterated, or anything else that gives bytes.
 * @param options - `bytes`: how large a batch is, about. Default 1 MiB.
 * @throws RowlensError `bson-truncated` where the last document is cut off, `bson-malformed` where there is no document; both with
 * document number and byte offset, after what stands before was given.
 * @example
 * const file = createReadStream("dump/shop/payments.bson.gz").pipe(createGunzip());
 * for await (const { bson } of bsonBatches(file)) await load(payments.toRows(bson));
 */
export async function* bsonBatches(chunks: AsyncIterable<Uint8Array>, options: { bytes?: number } = {}): AsyncGenerator<BsonBatch> {
  const least = options.bytes ?? 1 << 20;
  let pending: Uint8Array[] = [];
  let length = 0;
  let offset = 0;
  let first = 0;
  let wanted = least;

  function* cut(): Generator<BsonBatch> {
    const bytes = pending.length === 1 ? (pending[0] as Uint8Array) : joinBson(pending);
    const { end, count, need, odd } = boundary(bytes);
    if (count > 0) yield { bson: bytes.subarray(0, end), first, count };
    pending = end < bytes.length ? [bytes.subarray(end)] : [];
    length = bytes.length - end;
    offset += end;
    first += count;
    if (odd !== undefined) throw new RowlensError("bson-malformed", `no BSON document at byte ${offset} (document ${first}): its length would be ${odd}`);
    wanted = Math.max(least, need);
  }

  for await (const chunk of chunks) {
    pending.push(chunk);
    length += chunk.length;
    if (length >= wanted) yield* cut();
  }
  if (length > 0) yield* cut();
  if (length > 0) {
    const rest = joinBson(pending);
    const says = length >= 4 ? `says it has ${int32(rest, 0)} bytes, but only ${length} are there` : `has only ${length} of the 4 bytes of its length`;
    throw new RowlensError("bson-truncated", `cut off: document ${first}, at byte ${offset}, ${says}`);
  }
}

const int32 = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(at, true);

/** Where the last complete document ends, how many there are, and how many bytes the next one needs, or its odd length. */
function boundary(bytes: Uint8Array): { end: number; count: number; need: number; odd?: number } {
  let end = 0;
  let count = 0;
  while (end + 4 <= bytes.length) {
    const length = int32(bytes, end);
    if (length < 5 || length > LONGEST) return { end, count, need: 0, odd: length };
    if (end + length > bytes.length) return { end, count, need: length };
    end += length;
    count++;
  }
  return { end, count, need: 0 };
}
