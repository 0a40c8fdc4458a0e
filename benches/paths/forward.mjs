// @ts-check
import { minima } from "../rounds.mjs";
import { deserializeAll, source } from "../source.mjs";

/** Raw BSON batch → COPY binary. `copy: false` spares a copy inside; `copyBinary()` copies out of wasm memory, envelope included. */
export const forward = {
  kinds: ["payments", "light", "metadata", "products"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const { name, collection, documents, batch } = source(kind, count);
    const best = minima(
      {
        ours: { documents: documents.length, run: () => collection.toRows(batch, { copy: false }).tables.map((table) => table.copyBinary()) },
        peer: { documents: documents.length, run: () => deserializeAll(documents) },
      },
      rounds,
    );
    const [goal, limit] = kind === "payments" ? [0.1, 0.18] : [0.2, 0.35];
    return [{ path: "raw BSON batch → COPY binary ÷ bson.deserialize", document: name, ...ratio(best), goal, limit }];
  },
};

/** @param {Record<string, number>} best */
export const ratio = ({ ours = NaN, peer = NaN }) => ({ ratio: ours / peer, ours, peer });
