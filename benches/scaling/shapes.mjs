// @ts-check
// Documents of any size, each growing in another place.
import { BSON } from "../documents/bson.mjs";

const base = () => ({
  _id: new BSON.ObjectId("65f1a2b3c4d5e6f708192a3b"),
  method: "card",
  reference: "PAY-00000001",
  status: "funded",
  currency: "EUR",
  amount: BSON.Decimal128.fromString("125.50"),
  tags: [],
  events: [],
  createdAt: new Date(1_700_000_000_000),
});

const event = (/** @type {number} */ index) => ({
  _id: new BSON.ObjectId((index + 1).toString(16).padStart(24, "0")),
  type: "payment.confirmed",
  source: "scanner",
  amount: BSON.Decimal128.fromString(`${index % 1000}.123456`),
  at: new Date(1_700_000_000_000 + index),
});
const note = (/** @type {number} */ index) => ({ index, text: `entry ${index}: Größe L, "boxed"`, score: index / 8, flags: [true, null] });

/**
 * What a document of `count` units looks like; a unit has about 100 bytes.
 * @type {Record<string, (count: number) => object>}
 */
const makers = {
  "child rows (events)": (count) => ({ ...base(), events: Array.from({ length: count }, (_, index) => event(index)) }),
  "jsonb (metadata)": (count) => ({ ...base(), metadata: { entries: Array.from({ length: count }, (_, index) => note(index)) } }),
  "text (note)": (count) => ({ ...base(), note: "Größe L, bitte prüfen\n".repeat(count * 4) }),
  "text[] (tags)": (count) => ({ ...base(), tags: Array.from({ length: count * 4 }, (_, index) => `größer ${index}`) }),
  "complement, one big unknown field": (count) => ({ ...base(), legacy: Array.from({ length: count }, (_, index) => note(index)) }),
  "complement, many unknown fields": (count) => ({ ...base(), ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`legacy${index}`, `entry ${index}: Größe L, "boxed", bitte sorgfältig prüfen und melden`])) }),
  "complement, map entries that do not fit": (count) => ({ ...base(), fees: Object.fromEntries(Array.from({ length: count }, (_, index) => [`fee${index}`, `entry ${index}: Größe L, "boxed", bitte sorgfältig prüfen und melden`])) }),
  "complement, an unknown field per event": (count) => ({ ...base(), events: Array.from({ length: count }, (_, index) => ({ ...event(index), legacy: index })) }),
};

export const shapes = Object.keys(makers);

/** A document of roughly (and never above) `bytes`. @param {string} shape @param {number} bytes */
export function grow(shape, bytes) {
  const make = /** @type {(count: number) => object} */ (makers[shape]);
  const size = (/** @type {number} */ count) => BSON.calculateObjectSize(make(count));
  const [empty, some] = [size(0), size(200)];
  let count = Math.max(0, Math.floor(((bytes - empty) / (some - empty)) * 200));
  // Positions with more digits make later elements longer than the first ones.
  for (let actual = size(count); actual > bytes && count > 0; actual = size(count)) count = Math.floor(count * (bytes / actual) * 0.999);
  return BSON.serialize(make(count));
}
