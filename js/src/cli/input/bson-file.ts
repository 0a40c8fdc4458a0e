import { bsonBatches } from "../../bson/bson-batches.ts";
import { RowlensError } from "../../core/rowlens-error.ts";
import { CliError } from "../exit.ts";
import type { Batch } from "./batch.ts";

/** Documents of a BSON file. `json`: the first bytes look like JSON. */
export async function* bsonFile(name: string, chunks: AsyncIterable<Buffer>, json: boolean): AsyncGenerator<Batch> {
  try {
    yield* bsonBatches(chunks);
  } catch (error) {
    if (!RowlensError.is(error)) throw error;
    const help = json ? "it looks like JSON; say `--format json`" : error.code === "bson-truncated" ? "make or copy the file again; what stands before was read" : "the file is damaged, or not what mongodump writes";
    throw new CliError(error.code, `\`${name}\`: ${error.message}`, { help });
  }
}
