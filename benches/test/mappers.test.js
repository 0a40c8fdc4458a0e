// @ts-check
// The comparison is honest only if both sides make the same rows: PostgreSQL itself compares them, as text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { compile } from "rowlens";
import { BSON } from "../documents/bson.mjs";
import { kinds } from "../documents/index.mjs";
import { mappers } from "../mappers/index.mjs";
import { copyText } from "../mappers/values.mjs";

const blob = (/** @type {Uint8Array} */ bytes) => new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)]);

for (const [name, map] of Object.entries(mappers)) {
  test(`the hand-written mapper of ${name} makes the rows that rowlens makes`, async () => {
    const kind = /** @type {import("../documents/index.mjs").Kind} */ (kinds[name]);
    const plan = compile(kind.mapping);
    const collection = plan.collection(kind.collection);
    const documents = kind.documents(200);
    const rows = collection.toRows(documents);
    assert.deepEqual(rows.issueCounts, {}, "clean documents");
    const byHand = copyText(collection.tables.length, documents.map((document) => BSON.deserialize(document)), map);

    const db = await PGlite.create();
    // References lead out of what is measured.
    await db.exec(plan.ddl().replaceAll(/^ALTER TABLE .* FOREIGN KEY .*$/gm, ""));
    for (const [index, table] of rows.tables.entries()) {
      await db.exec(`CREATE TABLE "hand_${table.name}" (LIKE "${table.name}")`);
      await db.query(`COPY "${table.name}" FROM '/dev/blob' WITH (FORMAT binary)`, [], { blob: blob(table.copyBinary()) });
      await db.query(`COPY "hand_${table.name}" FROM '/dev/blob'`, [], { blob: blob(/** @type {Buffer} */ (byHand[index])) });
      const texts = async (/** @type {string} */ from) => (await db.query(`SELECT r::text AS row FROM "${from}" r ORDER BY 1`)).rows;
      const ours = await texts(table.name);
      assert.equal(ours.length, table.count);
      assert.deepEqual(await texts(`hand_${table.name}`), ours);
    }
    assert.ok(rows.tables.every((table) => table.count > 0), "every table has rows to compare");
    await db.close();
  });
}
