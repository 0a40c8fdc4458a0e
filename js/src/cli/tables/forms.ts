import type { TableDescription } from "../../core/description.ts";
import type { TableRows } from "../../core/rows.ts";
import { columnTypes } from "../../core/rows.ts";
import { eachField } from "../../postgres/tuples.ts";
import { toText } from "../../postgres/text.ts";
import { rowLines } from "./row-json.ts";

/** Forms that rows are printed in. */
export type Form = "ndjson" | "copy-text" | "copy-binary" | "sql";
export const FORMS: readonly Form[] = ["ndjson", "copy-text", "copy-binary", "sql"];

/** Extensions of the files that `rows --out` writes. */
export const EXTENSIONS: Readonly<Record<Form, string>> = { ndjson: "ndjson", "copy-text": "tsv", "copy-binary": "pgcopy", sql: "sql" };

/** A form as bytes: what stands before all rows of a file, the rows of one batch, what stands behind. */
export interface Writer {
  head: Uint8Array;
  rows(rows: TableRows, table: TableDescription): string | Uint8Array;
  tail: Uint8Array;
}

const NOTHING = new Uint8Array();
/** `PGCOPY`, its guard bytes, no flags, no extension. */
const HEAD = Uint8Array.of(0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const TAIL = Uint8Array.of(0xff, 0xff);

export const WRITERS: Readonly<Record<Form, Writer>> = {
  ndjson: { head: NOTHING, rows: (rows, table) => rowLines(rows, table), tail: NOTHING },
  "copy-text": { head: NOTHING, rows: (rows) => rows.copyText(), tail: NOTHING },
  "copy-binary": { head: HEAD, rows: (rows) => rows.tuples, tail: TAIL },
  sql: { head: NOTHING, rows: inserts, tail: NOTHING },
};

/** What `psql` takes: the rows inside COPY … FROM stdin. */
export function copyScript(rows: TableRows, table: TableDescription): Uint8Array {
  return Buffer.concat([Buffer.from(`COPY ${qualified(table)} (${columnList(table)}) FROM stdin;\n`), rows.copyText(), Buffer.from("\\.\n\n")]);
}

/** Rows of one statement. */
const ROWS_PER_INSERT = 500;

function inserts(rows: TableRows, table: TableDescription): string {
  const types = columnTypes(table);
  const data = new DataView(rows.tuples.buffer, rows.tuples.byteOffset, rows.tuples.byteLength);
  let out = "";
  let values: string[] = [];
  let row = 0;
  eachField(
    rows.tuples,
    (index, start, length) => values.push(length < 0 ? "NULL" : `'${toText(types[index] as never, data, start, length).replaceAll("'", "''")}'`),
    () => {
      const last = ++row === rows.count || row % ROWS_PER_INSERT === 0;
      if (row % ROWS_PER_INSERT === 1) out += `INSERT INTO ${qualified(table)} (${columnList(table)}) VALUES\n`;
      out += `  (${values.join(", ")})${last ? ";\n" : ",\n"}`;
      values = [];
    },
  );
  return out;
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const qualified = (table: TableDescription): string => (table.schema === null ? "" : `${quote(table.schema)}.`) + quote(table.name);
const columnList = (table: TableDescription): string => table.columns.map((column) => quote(column.name)).join(", ");
