// @ts-check
// A light, flat document: ten fields, about 250 bytes, no children.
import { BSON } from "./bson.mjs";
import { mulberry32 } from "../../examples/escrow/random.js";

export const name = "light";
export const collection = "logins";
export const mapping = {
  version: 1,
  collections: {
    logins: {
      table: "logins",
      key: { path: "_id", column: "id", as: "uuid" },
      columns: {
        user_id: { path: "user", type: "uuid", as: "uuid" },
        at: { path: "at", type: "timestamptz(3)" },
        ip: { path: "ip", type: "text" },
        agent: { path: "agent", type: "text" },
        method: { path: "method", type: "text" },
        succeeded: { path: "succeeded", type: "boolean" },
        attempts: { path: "attempts", type: "integer", bson: "number" },
        risk: { path: "risk", type: "double precision", bson: "number" },
        country: { path: "country", type: "text" },
      },
      complement: "doc_rest",
    },
  },
};

/** @param {number} count @returns {Uint8Array[]} */
export function documents(count) {
  const next = mulberry32(2);
  const int = (/** @type {number} */ below) => Math.floor(next() * below);
  const hex = (/** @type {number} */ digits) => Array.from({ length: digits }, () => int(16).toString(16)).join("");
  return Array.from({ length: count }, () =>
    BSON.serialize({
      _id: new BSON.ObjectId(hex(24)),
      user: new BSON.ObjectId(hex(24)),
      at: new Date(1_700_000_000_000 + int(1e10)),
      ip: `192.0.2.${int(256)}`,
      agent: ["Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4)"][int(2)],
      method: ["passkey", "password", "telegram"][int(3)],
      succeeded: int(10) > 0,
      attempts: int(5),
      risk: int(1000) / 1000,
      country: ["DE", "TR", "IR", "JP"][int(4)],
    }),
  );
}
