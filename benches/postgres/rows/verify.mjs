// @ts-check
// Nothing differs, and that is to be proved.
import { mixed, payments } from "../documents.mjs";
import { countDifferences } from "../peers/verify.mjs";
import { minima, whole } from "../rounds.mjs";

/** @type {import("./index.mjs").Measure} */
export async function verify({ database, db, rounds }) {
  // As a cursor sorted by `_id` gives them.
  const documents = mixed(4000).map((document) => ({ document, key: payments.keyOf(document) })).sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ document }) => document);
  await db.load(payments.name, documents, { into: "empty" });
  await database.client.query("ANALYZE");
  const best = await minima(
    {
      ours: whole(documents.length, async () => {
        const { equal } = await db.compare(payments.name, [documents]);
        if (!equal) throw new Error("the database does not have what was loaded");
      }),
      peer: whole(documents.length, async () => {
        if ((await countDifferences(database, documents)) > 0) throw new Error("the database does not have what was loaded");
      }),
    },
    rounds,
  );
  return [{ path: "verify by digests, all equal ÷ both sides streamed and compared by hand", document: "payments", ratio: best.ours / best.peer, goal: 0.3, limit: 0.6, ...best }];
}
