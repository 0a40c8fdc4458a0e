// @ts-check
// Documents → rows → PostgreSQL (PGlite, in process) → rows → documents. Nothing is contacted.
import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import Table from "cli-table3";
import { compile, equalDocuments } from "rowlens";
import { load, read } from "./database.js";
import { documents } from "./documents.js";

const started = performance.now();
const mapping = JSON.parse(readFileSync(new URL("./mapping.json", import.meta.url), "utf8"));
const plan = compile(mapping);
const database = new PGlite();
await database.exec(plan.ddl());

/** @type {Map<string, Uint8Array[]>} */
const collections = new Map();
for (const { collection, bson } of documents()) collections.set(collection, [...(collections.get(collection) ?? []), bson]);

// All rows first: references between collections are checked when the transaction ends.
/** @type {Map<string, import("rowlens").Rows>} */
const rowSets = new Map();
await database.exec("BEGIN; SET CONSTRAINTS ALL DEFERRED");
for (const [name, list] of collections) {
  const lens = plan.collection(name);
  const rows = lens.toRows(list);
  rowSets.set(name, rows);
  await load(database, lens, rows);
}
await database.exec("COMMIT");

// Colours are for terminals.
const style = process.stdout.isTTY ? { head: ["cyan"], compact: true } : { head: [], border: [], compact: true };
const shown = ["payments", "purchaserequests", "users"];
for (const name of shown) {
  for (const table of plan.collection(name).tables.slice(0, 3)) {
    const some = table.columns.slice(0, 6).map((column) => `"${column.name}"`);
    const result = await database.query(`SELECT ${some.map((column) => `left(${column}::text, 22) AS ${column}`).join(", ")} FROM "${table.name}" ORDER BY ${table.key.map((key) => `"${key}"`).join(", ")} LIMIT 3`);
    const total = await database.query(`SELECT count(*) AS n FROM "${table.name}"`);
    const more = table.columns.length > 6 ? `, ${table.columns.length - 6} more columns` : "";
    console.log(`\n${table.name}  (${/** @type {{n: number}} */ (total.rows[0]).n} rows${more})`);
    const view = new Table({ head: result.fields.map((field) => field.name), style });
    for (const row of /** @type {Record<string, unknown>[]} */ (result.rows)) view.push(Object.values(row).map((value) => (value === null ? "∅" : String(value).replaceAll("\n", "⏎"))));
    console.log(view.toString());
  }
}

let [total, identical, complements] = [0, 0, 0];
/** @type {string[]} */
const faults = [];
for (const [name, list] of collections) {
  const lens = plan.collection(name);
  const before = rowSets.get(name);
  if (!before) continue;
  if (before.accepted !== list.length) faults.push(`${name}: ${list.length - before.accepted} documents were refused`);
  const back = lens.toDocuments(await read(database, lens));
  const complement = plan.description.find((collection) => collection.name === name)?.complement;
  const counted = await database.query(`SELECT count("${complement}") AS n FROM "${lens.tables[0]?.name}"`);
  complements += Number(/** @type {{n: number}} */ (counted.rows[0]).n);
  // PostgreSQL gives rows in key order; a document is known by its key.
  const key = (/** @type {Uint8Array} */ bson) => String(lens.keyOf(bson));
  const found = new Map(back.documents.map((document) => [key(document), document]));
  if (back.documents.length !== list.length) faults.push(`${name}: ${list.length} documents became ${back.documents.length}`);
  for (const document of list) {
    total += 1;
    const same = found.get(key(document));
    if (same !== undefined && equalDocuments(document, same)) identical += 1;
    else faults.push(`${name}: a document came back differently`);
  }
  for (const issue of back.issues) faults.push(`${name}: ${issue.code} ${issue.path}: ${issue.message}`);
}

console.log(`\n${complements} of ${total} documents say more than their columns; why:`);
const reasons = new Table({ head: ["issue", "count", "for example"], colWidths: [20, 8, 84], wordWrap: true, style });
/** @type {Map<string, {count: number, example: string}>} */
const byCode = new Map();
for (const [name, rows] of rowSets) {
  for (const [code, count] of Object.entries(rows.issueCounts)) {
    const example = rows.issues.find((issue) => issue.code === code);
    const entry = byCode.get(code) ?? { count: 0, example: `${name}: ${example?.message ?? ""}` };
    entry.count += count;
    byCode.set(code, entry);
  }
}
for (const [code, { count, example }] of [...byCode].sort((a, b) => b[1].count - a[1].count)) reasons.push([code, count, example]);
console.log(reasons.toString());

for (const fault of faults.slice(0, 20)) console.error(fault);
console.log(`\n${total} documents, ${identical} identical  (${((performance.now() - started) / 1000).toFixed(1)} s)`);
if (faults.length > 0 || identical !== total) process.exitCode = 1;
