// @ts-check
import { BSON } from "../documents/bson.mjs";
import { mappers } from "../mappers/index.mjs";
import { copyText } from "../mappers/values.mjs";
import { minima, parts, sliced } from "../rounds.mjs";
import { source } from "../source.mjs";
import { ratio } from "./forward.mjs";

/** @param {readonly Uint8Array[]} documents */
function* deserialized(documents) {
  for (const document of documents) yield BSON.deserialize(document);
}

/** Raw BSON batch → COPY text, as bytes that can be sent. */
export const text = {
  kinds: ["payments", "light", "metadata", "products"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const { name, collection, documents, batches } = source(kind, count);
    const map = /** @type {(document: any) => import("../mappers/values.mjs").Tables} */ (mappers[kind]);
    const best = minima(
      {
        ours: parts(documents.length, batches, (batch) => collection.toRows(batch, { copy: false }).tables.map((table) => table.copyText())),
        peer: sliced(documents, (slice) => copyText(collection.tables.length, deserialized(slice), map)),
      },
      rounds,
    );
    return [{ path: "raw BSON batch → COPY text ÷ deserialize + mapper + lines", document: name, ...ratio(best), goal: 0.05, limit: 0.1 }];
  },
};
