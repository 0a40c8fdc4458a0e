// @ts-check
import { minima, parts, slices } from "../rounds.mjs";
import { copies, source } from "../source.mjs";
import { ratio } from "./forward.mjs";

/** Every document of the batch needs its complement, against the same documents that need none; both ways. */
export const complement = {
  kinds: ["payments-unknown", "payments-odd"],
  /** @param {string} kind @param {import("./index.mjs").Settings} settings @returns {import("./index.mjs").Result[]} */
  measure(kind, { rounds, count }) {
    const odd = source(kind, count);
    const clean = source("payments", count);
    // Both sides go in the same small batches, as one of them takes many times longer.
    const arms = (/** @type {typeof odd} */ { collection, documents }) => {
      const batches = slices(documents).map((slice) => Buffer.concat(slice));
      const inputs = batches.map((batch) => copies(collection, batch));
      return {
        forward: parts(documents.length, batches, (batch) => collection.toRows(batch, { copy: false }).tables.map((table) => table.copyBinary())),
        back: parts(documents.length, inputs, (input) => collection.toDocuments(input).bson),
      };
    };
    const [ours, peer] = [arms(odd), arms(clean)];
    const best = minima({ ours: ours.forward, peer: peer.forward, oursBack: ours.back, peerBack: peer.back }, rounds);
    return [
      { path: "BSON → COPY binary, complement used ÷ not used", document: odd.name, ...ratio(best), goal: 2, limit: 4 },
      { path: "COPY binary → BSON, complement used ÷ not used", document: odd.name, ...ratio({ ours: best.oursBack, peer: best.peerBack }), goal: 2, limit: 4 },
    ];
  },
};
