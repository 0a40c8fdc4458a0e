// @ts-check
// Row sets into PGlite and out of it again, by COPY in the binary format.

/** @typedef {import("@electric-sql/pglite").PGlite} PGlite */
/** @typedef {import("rowlens").Collection} Collection */
/** @typedef {import("rowlens").TableDescription} Table */

const quote = (/** @type {string} */ name) => `"${name.replaceAll('"', '""')}"`;
const qualified = (/** @type {Table} */ table) => (table.schema ? `${quote(table.schema)}.` : "") + quote(table.name);
const columns = (/** @type {Table} */ table) => table.columns.map((column) => quote(column.name)).join(", ");

/** Loads a row set, parents first. @param {PGlite} database @param {Collection} collection @param {import("rowlens").Rows} rows */
export async function load(database, collection, rows) {
  for (const [index, table] of collection.tables.entries()) {
    const part = rows.tables[index];
    if (!part || part.count === 0) continue;
    const blob = new Blob([/** @type {BlobPart} */ (part.copyBinary())]);
    await database.query(`COPY ${qualified(table)} (${columns(table)}) FROM '/dev/blob' WITH (FORMAT binary)`, [], { blob });
  }
}

/** Reads every row of the collection's tables, as `toDocuments` takes them. @param {PGlite} database @param {Collection} collection */
export async function read(database, collection) {
  /** @type {Record<string, {copyBinary: Uint8Array}>} */
  const tables = {};
  for (const table of collection.tables) {
    const { blob } = await database.query(`COPY (SELECT ${columns(table)} FROM ${qualified(table)}) TO '/dev/blob' WITH (FORMAT binary)`);
    tables[table.name] = { copyBinary: new Uint8Array(await /** @type {Blob} */ (blob).arrayBuffer()) };
  }
  return tables;
}
