import { RowlensError } from "../core/rowlens-error.ts";

/**
 * The documents in concatenated BSON, as views.
 * @throws RowlensError `bson-malformed` where a length leads out of the bytes.
 * @example
 * for (const document of splitBson(await readFile("payments.bson"))) console.log(document.length);
 */
export function splitBson(bson: Uint8Array): Uint8Array[] {
  const documents = leadingDocuments(bson);
  const end = lengthOf(documents);
  if (end < bson.length) throw new RowlensError("bson-malformed", `there is no BSON document at byte ${end}`);
  return documents;
}

/** How many bytes they are. @internal */
export const lengthOf = (documents: readonly Uint8Array[]): number => documents.reduce((sum, { length }) => sum + length, 0);

/** Whether these bytes are one document, as far as its length says. @internal */
export const isOneDocument = (bson: Uint8Array): boolean =>
  bson.length >= 5 && ((bson[0] as number) | ((bson[1] as number) << 8) | ((bson[2] as number) << 16) | ((bson[3] as number) << 24)) === bson.length;

/** The documents in concatenated BSON, up to the first whose length leads nowhere. @internal */
export function leadingDocuments(bson: Uint8Array): Uint8Array[] {
  const data = new DataView(bson.buffer, bson.byteOffset, bson.byteLength);
  const documents: Uint8Array[] = [];
  for (let at = 0; at + 5 <= bson.length; ) {
    const length = data.getInt32(at, true);
    if (length < 5 || at + length > bson.length) break;
    documents.push(bson.subarray(at, at + length));
    at += length;
  }
  return documents;
}
