/** Complete documents of one file, about a megabyte at a time. */
export type { BsonBatch as Batch } from "../../bson/bson-batches.ts";

/** Bytes after which a batch is closed. */
export const BATCH_BYTES: number = 1 << 20;
/** No document is longer: a MongoDB document has 16 MB, and as canonical Extended JSON some times that. */
export const DOCUMENT_BYTES: number = 1 << 28;
