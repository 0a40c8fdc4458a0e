import { wasm } from "../wasm/handle.ts";
import { RowlensError } from "./rowlens-error.ts";
import { splitBson } from "../bson/split-bson.ts";

/**
 * BSON documents of Extended JSON, canonical or relaxed: one document, an array of them, or one a line (NDJSON).
 * @throws RowlensError `extended-json-invalid` with the place.
 * @example
 * const batch = parseExtendedJson(await readFile("payments.ndjson", "utf8"));
 */
export function parseExtendedJson(text: string): Uint8Array[] {
  return splitBson(guard("extended-json-invalid", () => wasm().parseExtendedJson(text)));
}

/**
 * Extended JSON of a document, or of concatenated BSON: one document a line. Canonical unless `relaxed`.
 * @throws RowlensError `bson-malformed` with the place.
 * @example
 * toExtendedJson(encodeDocument({ a: 1n })); // {"a":{"$numberLong":"1"}}
 */
export function toExtendedJson(bson: Uint8Array, options: { relaxed?: boolean } = {}): string {
  return guard("bson-malformed", () => wasm().toExtendedJson(bson, options.relaxed ?? false)).replace(/\n$/, "");
}

function guard<T>(code: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (typeof error === "string") throw new RowlensError(code, error);
    throw error;
  }
}
