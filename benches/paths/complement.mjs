// @ts-check
import { minima } from "../rounds.mjs";
import { source } from "../source.mjs";
import { ratio } from "./forward.mjs";

/** Every document of the batch needs its complement, against the same documents that need none; both ways. */
export const complement = {
  kinds: ["payments-unknown", "payments-odd"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const odd = source(kind, count);
    const clean = source("payments", count);
    const arms = (/** @type {typeof odd} */ { collection, documents, batch }) => {
      const input = Object.fromEntries(collection.toRows(batch).tables.map((table) => [table.name, { copyBinary: table.copyBinary() }]));
      return {
        forward: { documents: documents.length, run: () => collection.toRows(batch, { copy: false }).tables.map((table) => table.copyBinary()) },
        back: { documents: documents.length, run: () => collection.toDocuments(input).bson },
      };
    };
    const [ours, peer] = [arms(odd), arms(clean)];
    const best = minima({ ours: ours.forward, peer: peer.forward, oursBack: ours.back, peerBack: peer.back }, rounds);
    return [
      { path: "BSON → COPY binary, complement used ÷ not used", document: odd.name, ...ratio(best), goal: 2, limit: 4 },
      { path: "COPY binary → BSON, complement used ÷ not used", document: odd.name, ...ratio({ ours: /** @type {number} */ (best.oursBack), peer: /** @type {number} */ (best.peerBack) }), goal: 2, limit: 4 },
    ];
  },
};
