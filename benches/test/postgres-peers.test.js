// @ts-check
// The ratios of `npm run bench -- postgres` are honest only if what is written by hand leaves and gives the same as rowlens does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startCluster } from "../../scripts/servers/cluster.mjs";
import { BSON } from "../documents/bson.mjs";
import { uuid } from "../mappers/values.mjs";
import { openDatabase } from "../postgres/database.mjs";
import { fiveRows, mixed, payments, withOneChange } from "../postgres/documents.mjs";
import { loadByCopy, loadByInsert } from "../postgres/peers/load.mjs";
import { readDocuments } from "../postgres/peers/read.mjs";
import { countDifferences } from "../postgres/peers/verify.mjs";
import { insertDocument, replaceChildren } from "../postgres/peers/write.mjs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from } from "pg-copy-streams";

const cluster = await startCluster();
const skip = cluster === undefined && !process.env.CI && "no PostgreSQL server: install Debian's postgresql, or let npm reach its registry";
/** @type {import("../postgres/database.mjs").Database} */
let database;
before(async () => {
  if (cluster) database = await openDatabase(cluster, "peers");
});
after(async () => {
  await database?.client.end();
  await cluster?.stop();
});

const documents = mixed(200);

/** What rowlens leaves in the tables. @param {readonly Uint8Array[]} documents */
async function expected(documents) {
  const rows = payments.toRows([...documents]);
  assert.deepEqual(rows.issueCounts, {}, "clean documents");
  assert.ok(rows.tables.every((table) => table.count > 0 || table.name === "payment_fees"), "rows to compare");
  await database.truncate();
  for (const table of rows.tables) await pipeline(Readable.from([table.copyBinary()]), database.client.query(from(table.sql.copyIn)));
  const contents = await database.contents();
  await database.truncate();
  return contents;
}

for (const [name, load] of Object.entries({ loadByCopy, loadByInsert })) {
  test(`${name} leaves the rows that rowlens leaves`, { skip }, async () => {
    const wanted = await expected(documents);
    await load(database, documents);
    assert.deepEqual(await database.contents(), wanted);
  });
}

test("insertDocument and replaceChildren leave the rows that rowlens leaves", { skip }, async () => {
  const five = fiveRows(50);
  const changed = five.map(withOneChange);
  assert.deepEqual(five.map((document) => payments.toRows(document).tables.reduce((sum, table) => sum + table.count, 0)), five.map(() => 5));
  const [before, later] = [await expected(five), await expected(changed)];
  assert.notDeepEqual(before, later);
  for (const document of five) await insertDocument(database, BSON.deserialize(document));
  assert.deepEqual(await database.contents(), before);
  for (const document of changed) await replaceChildren(database, BSON.deserialize(document));
  assert.deepEqual(await database.contents(), later);
});

test("readDocuments gives the documents that were written", { skip }, async () => {
  await database.truncate();
  await loadByCopy(database, documents);
  const lean = new Map(documents.map((document) => BSON.deserialize(document)).map((document) => [document._id.toHexString(), document]));
  const back = await readDocuments(database.client, documents.map((document) => String(payments.keyOf(document))));
  assert.equal(back.length, documents.length);
  for (const document of back) assert.deepEqual(document, lean.get(document._id.toHexString()));
});

test("countDifferences finds what differs, is missing or too much", { skip }, async () => {
  await database.truncate();
  await loadByCopy(database, documents);
  const key = (/** @type {Uint8Array} */ document) => String(uuid(BSON.deserialize(document)._id));
  const sorted = documents.toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
  assert.equal(await countDifferences(database, sorted), 0);
  const [first = "", second = ""] = sorted.map(key);
  await database.client.query("UPDATE payments SET amount = amount + 0.01 WHERE id = $1", [first]);
  await database.client.query("DELETE FROM payment_events WHERE payment_id = $1 AND position = 1", [second]);
  assert.equal(await countDifferences(database, sorted), 2);
  assert.equal(await countDifferences(database, [sorted[0], ...sorted.slice(2)].filter((document) => document !== undefined)), 1 + payments.toRows(sorted[1] ?? []).tables.reduce((sum, table) => sum + table.count, 0) - 1);
});
