import type { BsonBatch } from "../bson/bson-batches.ts";
import type { DocumentInput } from "../core/collection.ts";

/** Documents in batches: each what `Collection.toRows` takes, or what `bsonBatches` gives. */
export type Batches = Iterable<DocumentInput | BsonBatch> | AsyncIterable<DocumentInput | BsonBatch>;

/** The documents of each batch. @internal */
export async function* eachBatch(batches: Batches): AsyncGenerator<DocumentInput> {
  if (batches instanceof Uint8Array) {
    yield batches;
    return;
  }
  for await (const batch of batches) yield isBsonBatch(batch) ? batch.bson : batch;
}

const isBsonBatch = (batch: DocumentInput | BsonBatch): batch is BsonBatch => typeof batch === "object" && batch !== null && "bson" in batch && batch.bson instanceof Uint8Array && "first" in batch && "count" in batch;
