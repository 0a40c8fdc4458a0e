// @ts-check
// The statements that a user writes by hand for the tables of a collection.

/** @typedef {import("rowlens").TableDescription} TableDescription */

/** @param {string} name */
const quote = (name) => `"${name}"`;

/** @param {TableDescription} table */
export const qualified = (table) => (table.schema === null ? quote(table.name) : `${quote(table.schema)}.${quote(table.name)}`);

/** In the order of the mapper's values. @param {TableDescription} table */
export const columns = (table) => table.columns.map((column) => quote(column.name)).join(", ");

/** @param {TableDescription} table */
export const copy = (table) => `COPY ${qualified(table)} (${columns(table)}) FROM STDIN`;

/** One statement for several rows. @param {TableDescription} table @param {number} rows */
export function insert(table, rows) {
  const width = table.columns.length;
  const row = (/** @type {number} */ at) => `(${table.columns.map((_, index) => `$${at * width + index + 1}`).join(", ")})`;
  return `INSERT INTO ${qualified(table)} (${columns(table)}) VALUES ${Array.from({ length: rows }, (_, at) => row(at)).join(", ")}`;
}

/** The root row, written over the one with its key. @param {TableDescription} root */
export function upsert(root) {
  const others = root.columns.filter((column) => !root.key.includes(column.name)).map((column) => quote(column.name));
  return `${insert(root, 1)} ON CONFLICT (${root.key.map(quote).join(", ")}) DO UPDATE SET ${others.map((column) => `${column} = EXCLUDED.${column}`).join(", ")}`;
}
