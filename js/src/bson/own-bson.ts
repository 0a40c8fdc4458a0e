import type { DocumentInput } from "../core/collection.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { encodeDocument, type EncodeOptions } from "./encode-document.ts";
import { joinBson } from "./join-bson.ts";
import { isOneDocument } from "./split-bson.ts";

/**
 * Documents of any form as BSON, in bytes of their own: concatenated, unless a length in a list lies.
 * @throws RowlensError as {@link encodeDocument} does
 */
export function ownBson(input: DocumentInput, options: EncodeOptions): Uint8Array | Uint8Array[] {
  // A Buffer's `slice` is no copy.
  if (input instanceof Uint8Array) return joinBson([input]);
  const list: readonly object[] = Array.isArray(input) ? (input as readonly object[]) : [input];
  const encoded = list.filter((document) => document instanceof Uint8Array).length;
  if (encoded > 0 && encoded < list.length) throw new RowlensError("document-expected", "a list of documents is either all BSON or all objects");
  const documents = encoded > 0 ? (list as readonly Uint8Array[]) : list.map((document) => encodeDocument(document, options));
  return documents.every(isOneDocument) ? joinBson(documents) : documents.map((document) => joinBson([document]));
}
