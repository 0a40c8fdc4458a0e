import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type BsonBatch, bsonBatches } from "rowlens";

/** About so many bytes at a time: small enough for a statement's 65535 parameters in a few slices. */
const BYTES = 256 << 10;

/** Calls `each` with a mongodump file's documents, batch by batch; memory stays the same however long the file is. */
export async function eachBatch(file: string, each: (batch: BsonBatch) => Promise<void>): Promise<void> {
  const consume = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const batch of bsonBatches(chunks, { bytes: BYTES })) await each(batch);
  };
  if (file.endsWith(".gz")) await pipeline(createReadStream(file), createGunzip(), consume);
  else await pipeline(createReadStream(file), consume);
}
