// @ts-check
// Both sides streamed and compared by hand: documents through the mapper, rows from PostgreSQL, in slices of the key.
import { isDeepStrictEqual } from "node:util";
import { BSON } from "../../documents/bson.mjs";
import { payments } from "../../mappers/payments.mjs";
import { columns, qualified } from "./statements.mjs";

/** Documents of one slice. */
const SLICE = 1000;

/** @typedef {import("./load.mjs").Target} Target */

/** Whether a value that `pg` gives is the one that the mapper gives. @param {unknown} selected @param {unknown} mapped */
function sameValue(selected, mapped) {
  if (selected === mapped) return true;
  if (selected === null || mapped === null || mapped === undefined) return selected === null && mapped === undefined;
  if (selected instanceof Date) return mapped instanceof Date && selected.getTime() === mapped.getTime();
  if (Buffer.isBuffer(selected)) return mapped instanceof Uint8Array && selected.equals(mapped);
  if (Array.isArray(selected) && Array.isArray(mapped)) return selected.length === mapped.length && selected.every((item, index) => item === mapped[index]);
  // jsonb has an order of its own; bigint is text.
  return typeof selected === "object" ? isDeepStrictEqual(selected, JSON.parse(String(mapped))) : String(selected) === String(mapped);
}

/** @param {unknown[]} selected @param {unknown[]} mapped */
const sameRow = (selected, mapped) => selected.every((value, index) => sameValue(value, mapped[index]));

/**
 * How many rows are missing, differ or are too many.
 * @param {Target} target @param {readonly Uint8Array[]} documents raw BSON, in the order of their keys
 */
export async function countDifferences({ client, tables }, documents) {
  let differences = 0;
  for (let start = 0; start < documents.length; start += SLICE) {
    const rows = documents.slice(start, start + SLICE).map((document) => payments(BSON.deserialize(document)));
    const bounds = [rows[0]?.[0]?.[0]?.[0], rows.at(-1)?.[0]?.[0]?.[0]];
    for (const [index, table] of tables.entries()) {
      const mapped = rows.flatMap((tables) => tables[index] ?? []);
      const { rows: selected } = await client.query({ text: `SELECT ${columns(table)} FROM ${qualified(table)} WHERE "${table.key[0]}" BETWEEN $1 AND $2`, values: bounds, rowMode: "array" });
      const position = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
      const keyed = (/** @type {unknown[]} */ row) => position.map((at) => row[at]).join(" ");
      const found = new Map(selected.map((row) => [keyed(row), row]));
      for (const row of mapped) {
        const other = found.get(keyed(row));
        if (other === undefined || !sameRow(other, row)) differences += 1;
        found.delete(keyed(row));
      }
      differences += found.size;
    }
  }
  return differences;
}
