// @ts-check
// Escrow payments as they are written to PostgreSQL: with a version, so that writes are guarded.
import { compile } from "rowlens";
import { BSON } from "../documents/bson.mjs";
import { collection as name, documents, mapping as escrow } from "../documents/payments.mjs";

/** Exact classes, so that a document that was taken apart is written as it was. */
const EXACT = { promoteValues: false, promoteLongs: false };

/** The escrow mapping; payments are guarded by `updatedAt` and keep their digest. */
export const mapping = { ...escrow, collections: { ...escrow.collections, [name]: { ...escrow.collections[name], version: { path: "updatedAt", column: "source_version" } } } };

export const plan = compile(mapping);
export const payments = plan.collection(name);

/** Payments, 5 to 10 rows each. @param {number} count @returns {Uint8Array[]} */
export const mixed = (count) => documents(count);

/** Payments of exactly five rows: one, its quote and three events. @param {number} count @returns {Uint8Array[]} */
export function fiveRows(count) {
  /** @type {Uint8Array[]} */
  const list = [];
  for (const bson of documents(count * 3)) {
    const document = BSON.deserialize(bson, EXACT);
    if (!document.quote || document.events.length < 3) continue;
    delete document.fees;
    document.events = document.events.slice(0, 3);
    if (list.push(BSON.serialize(document)) === count) break;
  }
  return list;
}

/** The next state of a payment: one of its events has another amount. @param {Uint8Array} bson */
export function withOneChange(bson) {
  const document = BSON.deserialize(bson, EXACT);
  document.events[0].amount = BSON.Decimal128.fromString("1234.56");
  document.updatedAt = new Date(document.updatedAt.getTime() + 60_000);
  return BSON.serialize(document);
}
