// @ts-check
// The documents that are measured: each with its mapping.
import * as light from "./light.mjs";
import * as metadata from "./metadata.mjs";
import * as payments from "./payments.mjs";
import * as products from "./products.mjs";
import { odd, unknown } from "./deviations.mjs";

/** @typedef {{ name: string, collection: string, mapping: object, documents(count: number): Uint8Array[] }} Kind */

/** @type {Record<string, Kind>} */
export const kinds = {
  payments,
  light,
  metadata,
  products,
  "payments-unknown": { ...payments, name: "payments, unknown field", documents: (count) => payments.documents(count).map(unknown) },
  "payments-odd": { ...payments, name: "payments, odd types", documents: (count) => payments.documents(count).map(odd) },
};
