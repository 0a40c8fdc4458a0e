// @ts-check
// What a small change costs in WAL: one event of a payment has another amount.
import { BSON } from "../../documents/bson.mjs";
import { mixed, payments, withOneChange } from "../documents.mjs";
import { replaceChildren } from "../peers/write.mjs";

/** @type {import("./index.mjs").Measure} */
export async function change({ database, db }) {
  const before = mixed(300);
  const after = before.map((document) => BSON.deserialize(withOneChange(document)));
  const position = async () => BigInt((await database.client.query("SELECT pg_current_wal_insert_lsn() - '0/0' AS bytes")).rows[0].bytes);
  /** Bytes of WAL per document. @param {(document: any) => Promise<unknown>} write */
  const written = async (write) => {
    await database.truncate();
    await db.load(payments.name, before);
    const start = await position();
    for (const document of after) await write(document);
    return Number((await position()) - start) / after.length;
  };
  const ours = await written(async (document) => {
    const outcome = await db.apply(payments.name, document);
    if (outcome.outcome !== "updated" || outcome.written !== 2) throw new Error(`a document whose root and one child differ was ${outcome.outcome}`);
  });
  const peer = await written((document) => replaceChildren(database, document));
  return [{ path: "apply one changed child ÷ all children deleted and inserted again, WAL", document: "payments", unit: /** @type {const} */ ("B"), ratio: ours / peer, goal: 0.3, limit: 0.6, ours, peer }];
}
