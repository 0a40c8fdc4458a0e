// @ts-check
// One new document at a time, as a service writes it beside MongoDB: five rows, an object of the driver's.
import { BSON } from "../../documents/bson.mjs";
import { slices } from "../../rounds.mjs";
import { fiveRows, payments } from "../documents.mjs";
import { insertDocument } from "../peers/write.mjs";
import { minima } from "../rounds.mjs";

/** @type {import("./index.mjs").Measure} */
export async function apply({ database, db, rounds }) {
  const documents = fiveRows(400).map((document) => BSON.deserialize(document));
  const arm = (/** @type {(document: any) => Promise<unknown>} */ write) => ({
    documents: documents.length,
    prepare: database.truncate,
    parts: slices(documents).map((slice) => async () => {
      for (const document of slice) await write(document);
    }),
  });
  const best = await minima(
    {
      ours: arm(async (document) => {
        const { outcome } = await db.apply(payments.name, document);
        if (outcome !== "inserted") throw new Error(`a new document was ${outcome}`);
      }),
      peer: arm((document) => insertDocument(database, document)),
    },
    rounds,
  );
  return [{ path: "apply one new document, locked and guarded ÷ awaited INSERTs, neither", document: "payments, 5 rows", ratio: best.ours / best.peer, goal: 0.5, limit: 0.8, ...best }];
}
