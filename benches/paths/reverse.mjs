// @ts-check
import { minima } from "../rounds.mjs";
import { deserializeAll, source } from "../source.mjs";
import { ratio } from "./forward.mjs";

/** COPY binary → BSON. */
export const reverse = {
  kinds: ["payments", "light", "metadata", "products"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const { name, collection, documents, batch } = source(kind, count);
    const input = Object.fromEntries(collection.toRows(batch).tables.map((table) => [table.name, { copyBinary: table.copyBinary() }]));
    const best = minima(
      {
        ours: { documents: documents.length, run: () => collection.toDocuments(input).bson },
        peer: { documents: documents.length, run: () => deserializeAll(documents) },
      },
      rounds,
    );
    return [{ path: "COPY binary → BSON ÷ bson.deserialize", document: name, ...ratio(best), goal: 0.08, limit: 0.15 }];
  },
};
