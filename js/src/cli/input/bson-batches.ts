import { CliError } from "../exit.ts";
import { type Batch, BATCH_BYTES } from "./batch.ts";

/** MongoDB's limit is 16 MB and a little; a length beyond this is no length. */
const LONGEST = 64 << 20;

/** Documents that stand one after the other, as mongodump writes them. */
export async function* bsonBatches(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Batch> {
  let pending: Buffer[] = [];
  let length = 0;
  let offset = 0;
  let first = 0;
  let wanted = BATCH_BYTES;

  function* cut(): Generator<Batch> {
    const bytes = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending, length);
    const { end, count, need } = boundary(name, bytes, offset, first);
    if (count > 0) yield { bson: bytes.subarray(0, end), first, count };
    pending = end < bytes.length ? [bytes.subarray(end)] : [];
    length = bytes.length - end;
    offset += end;
    first += count;
    wanted = Math.max(BATCH_BYTES, need);
  }

  for await (const chunk of chunks) {
    pending.push(chunk);
    length += chunk.length;
    if (length >= wanted) yield* cut();
  }
  if (length > 0) yield* cut();
  if (length > 0) {
    const says = length >= 4 ? `says it has ${Buffer.concat(pending).readInt32LE(0)} bytes, but only ${length} are there` : `has only ${length} of the 4 bytes of its length`;
    throw new CliError("bson-truncated", `\`${name}\` is cut off: document ${first}, at byte ${offset}, ${says}`, { help: "make or copy the file again; what stands before was read" });
  }
}

/** Where the last complete document ends, how many there are, and how many bytes the next one needs. */
function boundary(name: string, bytes: Buffer, offset: number, first: number): { end: number; count: number; need: number } {
  let end = 0;
  let count = 0;
  while (end + 4 <= bytes.length) {
    const length = bytes.readInt32LE(end);
    if (length < 5 || length > LONGEST) {
      const json = bytes[end] === 0x7b || bytes[end] === 0x5b;
      throw new CliError("bson-malformed", `\`${name}\` has no BSON document at byte ${offset + end} (document ${first + count}): its length would be ${length}`, { help: json ? "it looks like JSON; say `--format json`" : "the file is damaged, or not what mongodump writes" });
    }
    if (end + length > bytes.length) return { end, count, need: length };
    end += length;
    count++;
  }
  return { end, count, need: 0 };
}
