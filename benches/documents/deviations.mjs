// @ts-check
// What makes a complement necessary, done to a clean document.
import { BSON } from "./bson.mjs";

const EXACT = { promoteValues: false, promoteLongs: false };

/** The document with a field that no mapping knows. @param {Uint8Array} bson */
export const unknown = (bson) => BSON.serialize({ ...BSON.deserialize(bson, EXACT), legacyNote: "call first" });

/** The payment with its amount as a string, its attempts as a double and a date as text: the faults of early versions. @param {Uint8Array} bson */
export function odd(bson) {
  const document = BSON.deserialize(bson, EXACT);
  return BSON.serialize({ ...document, amount: document.amount.toString(), attempts: new BSON.Double(document.attempts.valueOf() + 0.5), createdAt: document.createdAt.toISOString() });
}
