/** Complete documents of one file, about a megabyte at a time. */
export interface Batch {
  /** Concatenated BSON. */
  bson: Uint8Array;
  /** Number of its first document in the file, from 0. */
  first: number;
  /** How many documents. */
  count: number;
}

/** Bytes after which a batch is closed. */
export const BATCH_BYTES: number = 1 << 20;
/** No document is longer: a MongoDB document has 16 MB, and as canonical Extended JSON some times that. */
export const DOCUMENT_BYTES: number = 1 << 28;
