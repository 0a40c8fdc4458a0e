// @ts-check
import { BSON } from "../documents/bson.mjs";
import { mappers } from "../mappers/index.mjs";
import { copyText } from "../mappers/values.mjs";
import { minima } from "../rounds.mjs";
import { source } from "../source.mjs";
import { ratio } from "./forward.mjs";

/** @param {Uint8Array[]} documents */
function* deserialized(documents) {
  for (const document of documents) yield BSON.deserialize(document);
}

/** Raw BSON batch → COPY text, as bytes that can be sent. */
export const text = {
  kinds: ["payments", "light", "metadata", "products"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const { name, collection, documents, batch } = source(kind, count);
    const map = /** @type {(document: any) => import("../mappers/values.mjs").Tables} */ (mappers[kind]);
    const best = minima(
      {
        ours: { documents: documents.length, run: () => collection.toRows(batch, { copy: false }).tables.map((table) => Buffer.from(table.copyText())) },
        peer: { documents: documents.length, run: () => copyText(collection.tables.length, deserialized(documents), map) },
      },
      rounds,
    );
    return [{ path: "raw BSON batch → COPY text ÷ deserialize + mapper + lines", document: name, ...ratio(best), goal: 0.05, limit: 0.1 }];
  },
};
