// @ts-check
import { minima, parts, sliced } from "../rounds.mjs";
import { copies, deserializeAll, source } from "../source.mjs";
import { ratio } from "./forward.mjs";

/** COPY binary → BSON, as a view: who gets it sends or deserialises it at once. */
export const reverse = {
  kinds: ["payments", "light", "metadata", "products"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const { name, collection, documents, batches } = source(kind, count);
    const inputs = batches.map((batch) => copies(collection, batch));
    const best = minima(
      {
        ours: parts(documents.length, inputs, (input) => collection.toDocuments(input, { copy: false }).bson),
        peer: sliced(documents, deserializeAll),
      },
      rounds,
    );
    return [{ path: "COPY binary → BSON ÷ bson.deserialize", document: name, ...ratio(best), goal: 0.08, limit: 0.15 }];
  },
};
