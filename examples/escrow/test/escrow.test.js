// @ts-check
// The escrow example through WebAssembly and a real PostgreSQL engine (PGlite): every document comes back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { compile, equalDocuments, toExtendedJson } from "rowlens";
import { load, read } from "../database.js";
import { documents } from "../documents.js";

const mapping = JSON.parse(readFileSync(new URL("../mapping.json", import.meta.url), "utf8"));

for (const fidelity of /** @type {const} */ (["value", "exact"])) {
  test(`escrow documents come back from rows and from PGlite, fidelity ${fidelity}`, async () => {
    const plan = compile(mapping, { fidelity });
    const database = new PGlite();
    await database.exec(plan.ddl());
    /** @type {Map<string, Uint8Array[]>} */
    const collections = new Map();
    for (const { collection, bson } of documents(7)) collections.set(collection, [...(collections.get(collection) ?? []), bson]);
    assert.equal(collections.size, 24);
    await database.exec("BEGIN; SET CONSTRAINTS ALL DEFERRED");
    for (const [name, list] of collections) {
      const lens = plan.collection(name);
      const rows = lens.toRows(list);
      assert.equal(rows.accepted, list.length, JSON.stringify(rows.issues.slice(0, 3)));
      const direct = lens.toDocuments(rows);
      assert.deepEqual(direct.issues, []);
      list.forEach((document, index) => assert.ok(same(document, /** @type {Uint8Array} */ (direct.documents[index])), `${name} ${index}`));
      await load(database, lens, rows);
    }
    await database.exec("COMMIT");
    for (const [name, list] of collections) {
      const lens = plan.collection(name);
      const back = lens.toDocuments(await read(database, lens));
      assert.deepEqual(back.issues, [], name);
      assert.equal(back.count, list.length, name);
      const left = [...back.documents];
      for (const [index, document] of list.entries()) {
        const found = left.findIndex((candidate) => same(document, candidate));
        assert.notEqual(found, -1, `${name} ${index}: ${toExtendedJson(document)}`);
        left.splice(found, 1);
      }
    }
    await database.close();

    function same(/** @type {Uint8Array} */ a, /** @type {Uint8Array} */ b) {
      return fidelity === "exact" ? Buffer.compare(a, b) === 0 : equalDocuments(a, b);
    }
  });
}

test("a normal document has no complement", () => {
  const plan = compile(mapping);
  const normal = documents(3).filter((document) => !document.awkward && document.collection === "payments").map((document) => document.bson);
  const rows = plan.collection("payments").toRows(normal);
  assert.deepEqual(rows.issueCounts, {});
});
