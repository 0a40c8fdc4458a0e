// @ts-check
// A metadata-heavy document: five plain fields and a webhook's body of about 2.5 KB that is stored as jsonb.
import { BSON } from "./bson.mjs";
import { mulberry32 } from "../../examples/escrow/random.js";

export const name = "metadata";
export const collection = "webhooks";
export const mapping = {
  version: 1,
  collections: {
    webhooks: {
      table: "webhooks",
      key: { path: "_id", column: "id", as: "uuid" },
      columns: {
        source: { path: "source", type: "text" },
        event: { path: "event", type: "text" },
        received_at: { path: "receivedAt", type: "timestamptz(3)" },
        body: { path: "body", type: "jsonb" },
      },
      complement: "doc_rest",
    },
  },
};

const NOTES = ["Größe L, Farbe „Mitternachtsblau“", 'He said: "works as new", box included', "Line one\nLine two", "Handed over to the courier this morning.", "C:\\photos\\invoice.pdf", "商品は新品です。"];

/** @param {number} count @returns {Uint8Array[]} */
export function documents(count) {
  const next = mulberry32(3);
  const int = (/** @type {number} */ below) => Math.floor(next() * below);
  const hex = (/** @type {number} */ digits) => Array.from({ length: digits }, () => int(16).toString(16)).join("");
  return Array.from({ length: count }, () =>
    BSON.serialize({
      _id: new BSON.ObjectId(hex(24)),
      source: ["stripe", "adyen", "scanner"][int(3)],
      event: ["payment.created", "payment.detected", "payment.released"][int(3)],
      receivedAt: new Date(1_700_000_000_000 + int(1e10)),
      body: {
        id: `evt_${hex(24)}`,
        livemode: true,
        created: 1_700_000_000 + int(1e7),
        request: { id: null, idempotency_key: hex(32), headers: { accept: "application/json", "user-agent": "Hooks/2.1 (+https://hooks.example)", "x-signature": hex(64) } },
        object: {
          amount: int(1e6),
          rate: int(1e9) / 1e6,
          captured: int(2) === 1,
          description: NOTES[int(NOTES.length)],
          items: Array.from({ length: 6 }, (_, line) => ({ line, sku: `SKU-${hex(8)}`, title: NOTES[int(NOTES.length)], quantity: 1 + int(9), price: int(1e5) / 100, taxes: [0.19, int(100) / 1000], gift: null })),
          address: { line1: "Torstraße 1", city: "Berlin", postal_code: "10119", country: "DE", geo: { lat: 52.5 + next() / 10, lon: 13.4 + next() / 10 } },
          history: Array.from({ length: 8 }, () => ({ at: new Date(1_700_000_000_000 + int(1e10)).toISOString(), state: ["open", "held", "paid"][int(3)], by: hex(24) })),
        },
      },
    }),
  );
}
