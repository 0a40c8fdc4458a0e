// @ts-check
// Bulk load of raw documents: rowlens into tables in use, guarded, and into empty ones, against what is written by hand into the same tables.
import { mixed, payments } from "../documents.mjs";
import { loadByCopy, loadByInsert } from "../peers/load.mjs";
import { minima, whole } from "../rounds.mjs";

/** @typedef {import("./index.mjs").Measure} Measure */

/** Bytes of a batch, as a dump is read. */
const BATCH = 1 << 20;

/** @param {readonly Uint8Array[]} documents */
function* batchesOf(documents) {
  /** @type {Uint8Array[]} */
  let batch = [];
  let bytes = 0;
  for (const document of documents) {
    batch.push(document);
    bytes += document.length;
    if (bytes < BATCH) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** @type {Measure} */
export async function load({ database, db, rounds }) {
  const documents = mixed(4000);
  const batches = [...batchesOf(documents)];
  const { truncate } = database;
  const into = (/** @type {"empty" | "live"} */ into) => async () => {
    const { counts } = await db.load(payments.name, batches, { into });
    if (counts.inserted !== documents.length) throw new Error("not everything was loaded");
  };
  const best = await minima(
    {
      empty: whole(documents.length, into("empty"), truncate),
      // The mapper alone, on the same batches: from documents to what COPY takes.
      mapper: whole(documents.length, async () => batches.map((batch) => payments.toRows(batch, { copy: false }).tables.map((table) => table.copyBinary()))),
      live: whole(documents.length, into("live"), truncate),
      copy: whole(documents.length, () => loadByCopy(database, documents), truncate),
      insert: whole(documents.length, () => loadByInsert(database, documents), truncate),
    },
    rounds,
  );
  /** @type {(path: string, ours: number, peer: number, bounds: [number, number]) => import("../../paths/index.mjs").Result} */
  const row = (path, ours, peer, [goal, limit]) => ({ path, document: "payments", ratio: ours / peer, goal, limit, ours, peer });
  return [
    row("bulk load into live tables, locked and guarded ÷ deserialize + mapper + COPY text, unguarded", best.live, best.copy, [0.35, 0.5]),
    row("the same, into live tables ÷ deserialize + mapper + multi-row INSERT, unguarded", best.live, best.insert, [0.2, 0.35]),
    row("bulk load into empty tables ÷ deserialize + mapper + COPY text", best.empty, best.copy, [0.35, 0.5]),
    row("the same, into empty tables ÷ deserialize + mapper + multi-row INSERT", best.empty, best.insert, [0.2, 0.35]),
    row("the mapper's share of the time of the bulk load into empty tables", best.mapper, best.empty, [0.1, 0.2]),
  ];
}
