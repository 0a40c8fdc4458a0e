// @ts-check
// A thousand documents by id.
import { BSON } from "../../documents/bson.mjs";
import { uuid } from "../../mappers/values.mjs";
import { mixed, payments } from "../documents.mjs";
import { readDocuments } from "../peers/read.mjs";
import { minima, whole } from "../rounds.mjs";

/** @type {import("./index.mjs").Measure} */
export async function read({ database, db, rounds }) {
  const documents = mixed(4000);
  await db.load(payments.name, documents, { into: "empty" });
  await database.client.query("ANALYZE");
  const ids = documents.slice(0, 1000).map((document) => BSON.deserialize(document)._id);
  const best = await minima(
    {
      objects: whole(ids.length, async () => (await db.read(payments.name, ids)).toObjects(BSON)),
      bson: whole(ids.length, () => db.read(payments.name, ids)),
      peer: whole(ids.length, () => readDocuments(database.client, ids.map((id) => String(uuid(id))))),
    },
    rounds * 3,
  );
  const row = (/** @type {string} */ path, /** @type {number} */ ours) => ({ path, document: "payments", ratio: ours / best.peer, goal: 0.4, limit: 0.8, ours, peer: best.peer });
  return [row("read 1 000 documents as objects ÷ SELECTs + assembly by hand", best.objects), row("read 1 000 documents as BSON ÷ the same", best.bson)];
}
