// @ts-check
// The escrow example through WebAssembly and a real PostgreSQL engine (PGlite): every document comes back.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { documents } from "../../examples/escrow/documents.js";
import { load, read } from "../../js/database.mjs";
import { equalDocuments } from "../../js/equal.mjs";
import { compile, parseExtendedJson, RowlensError, split, toExtendedJson } from "../../js/rowlens.mjs";
import { stamp } from "../../scripts/stamp.mjs";

const root = new URL("../../", import.meta.url);
const mapping = JSON.parse(readFileSync(new URL("examples/escrow/mapping.json", root), "utf8"));

test("pkg belongs to src", () => {
  const { source } = JSON.parse(readFileSync(new URL("pkg/stamp.json", root), "utf8"));
  assert.equal(source, stamp(new URL(".", root).pathname), "src/ has changed: run `npm run build:wasm` and commit pkg/");
});

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
      const direct = lens.toDocuments(rows.tables);
      assert.deepEqual(direct.issues, []);
      list.forEach((document, index) => assert.ok(same(document, /** @type {Uint8Array} */ (direct.documents[index])), `${name} ${index}`));
      await load(database, lens, rows.tables);
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

test("misuse throws a branded error with issues; hostile bytes are issues", () => {
  assert.throws(() => compile({ version: 1, colections: {} }), (error) => RowlensError.is(error) && error.issues.length === 2 && error.issues[0]?.help === "did you mean `collections`?");
  const plan = compile(mapping);
  assert.throws(() => plan.collection("payment"), (error) => RowlensError.is(error) && error.code === "unknown-collection");
  const payments = plan.collection("payments");
  for (const bytes of [[0xff, 0xff, 0xff, 0x7f, 0], [5, 0, 0, 0, 1], [0, 0, 0, 0x80, 0], [1, 2, 3], [12, 0, 0, 0, 2, 97, 0, 0xff, 0xff, 0xff, 0x7f, 0]]) {
    const rows = payments.toRows(Uint8Array.from(bytes));
    assert.deepEqual(rows.issueCounts, { "document-malformed": 1 });
  }
  const good = /** @type {{bson: Uint8Array}} */ (documents(1).find((document) => document.collection === "payments")).bson;
  assert.equal(payments.toRows(good).accepted, 1);
});

test("the data sets come back through WebAssembly", (context) => {
  const fixtures = process.env.ROWLENS_FIXTURES ?? new URL("../shared/fixtures", root).pathname;
  if (!existsSync(fixtures)) return context.diagnostic(`fixtures are absent at ${fixtures}: this part is left out`);
  const lens = compile({ version: 1, collections: { c: { table: "c", key: { column: "id", as: "text" }, complement: "rest" } } }, { fidelity: "exact" }).collection("c");
  let count = 0;
  for (const folder of readdirSync(`${fixtures}/datasets`)) {
    for (const file of readdirSync(`${fixtures}/datasets/${folder}`)) {
      const bson = parseExtendedJson(readFileSync(`${fixtures}/datasets/${folder}/${file}`, "utf8"));
      assert.equal(Buffer.compare(lens.toDocuments(lens.toRows(bson).tables).bson, bson), 0, file);
      count += [...split(bson)].length;
    }
  }
  assert.ok(count > 10_000, String(count));
});
