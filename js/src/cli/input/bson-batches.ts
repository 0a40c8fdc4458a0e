import { bsonBatches as batchesOf } from "../../bson/bson-batches.ts";
import { RowlensError } from "../../core/rowlens-error.ts";
import { CliError } from "../exit.ts";
import { type Batch, BATCH_BYTES } from "./batch.ts";

/** Documents that stand one after the other, as mongodump writes them. */
export async function* bsonBatches(name: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Batch> {
  try {
    yield* batchesOf(chunks, { bytes: BATCH_BYTES });
  } catch (error) {
    if (!RowlensError.is(error)) throw error;
    const help = error.code === "bson-truncated" ? "make or copy the file again; what stands before was read" : "the file is damaged, or not what mongodump writes; JSON needs `--format json`";
    throw new CliError(error.code, `\`${name}\` ${error.code === "bson-truncated" ? "is" : "has"} ${error.message}`, { help });
  }
}
