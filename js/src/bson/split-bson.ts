import { RowlensError } from "../core/rowlens-error.ts";

/**
 * The documents in concatenated BSON, as views.
 * @throws RowlensError `bson-malformed` where a length leads out of the bytes.
 * @example
 * for (const document of splitBson(await readFile("payments.bson"))) console.log(document.length);
 */
export function splitBson(bson: Uint8Array): Uint8Array[] {
  const data = new DataView(bson.buffer, bson.byteOffset, bson.byteLength);
  const documents: Uint8Array[] = [];
  for (let at = 0; at < bson.length; ) {
    const length = at + 4 <= bson.length ? data.getInt32(at, true) : 0;
    if (length < 5 || at + length > bson.length) throw new RowlensError("bson-malformed", `there is no BSON document at byte ${at}`);
    documents.push(bson.subarray(at, at + length));
    at += length;
  }
  return documents;
}
