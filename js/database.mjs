// @ts-check
/**
 * Rows into PGlite and back, by COPY in the binary format.
 * @module
 */
import { copyBinary, tuplesOf } from "./rowlens.mjs";

const quote = (/** @type {string} */ name) => `"${name.replaceAll('"', '""')}"`;
const qualified = (/** @type {import("./rowlens.mjs").Table} */ table) => (table.schema ? `${quote(table.schema)}.` : "") + quote(table.name);
const columns = (/** @type {import("./rowlens.mjs").Table} */ table) => table.columns.map((column) => quote(column.name)).join(", ");

/**
 * Loads a row set, parents first.
 * @param {import("@electric-sql/pglite").PGlite} database
 * @param {import("./rowlens.mjs").Lens} lens
 * @param {{tuples: Uint8Array, count: number}[]} rows
 */
export async function load(database, lens, rows) {
  for (const [index, table] of lens.tables.entries()) {
    const { tuples, count } = rows[index] ?? { tuples: new Uint8Array(), count: 0 };
    if (count > 0) await database.query(`COPY ${qualified(table)} (${columns(table)}) FROM '/dev/blob' WITH (FORMAT binary)`, [], { blob: new Blob([/** @type {BlobPart} */ (copyBinary(tuples))]) });
  }
}

/**
 * Reads every row of the collection's tables.
 * @param {import("@electric-sql/pglite").PGlite} database
 * @param {import("./rowlens.mjs").Lens} lens
 */
export async function read(database, lens) {
  const tables = [];
  for (const table of lens.tables) {
    const result = await database.query(`COPY (SELECT ${columns(table)} FROM ${qualified(table)} ORDER BY ${table.key.map(quote).join(", ")}) TO '/dev/blob' WITH (FORMAT binary)`);
    tables.push({ tuples: tuplesOf(new Uint8Array(await /** @type {Blob} */ (result.blob).arrayBuffer())) });
  }
  return tables;
}
