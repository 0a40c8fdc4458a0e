// @ts-check
import { minima, parts, sliced } from "../rounds.mjs";
import { deserializeAll, source } from "../source.mjs";

/** Raw BSON batch → COPY binary. `copy: false` spares a copy inside; `copyBinary()` copies out of wasm memory, envelope included. */
export const forward = {
  kinds: ["payments", "light", "metadata", "products"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const { name, collection, documents, batches } = source(kind, count);
    const best = minima(
      {
        ours: parts(documents.length, batches, (batch) => collection.toRows(batch, { copy: false }).tables.map((table) => table.copyBinary())),
        peer: sliced(documents, deserializeAll),
      },
      rounds,
    );
    const [goal, limit] = kind === "payments" ? [0.1, 0.18] : [0.2, 0.35];
    return [{ path: "raw BSON batch → COPY binary ÷ bson.deserialize", document: name, ...ratio(best), goal, limit }];
  },
};

/** @param {{ ours: number, peer: number }} best */
export const ratio = ({ ours, peer }) => ({ ratio: ours / peer, ours, peer });
