import type { Collection, Issue, Rows, TableInput, TableRows } from "rowlens";

type Form = (table: TableRows) => TableInput;

/** Row objects with what cannot be said that way collected. */
const objects = (options: NonNullable<Parameters<TableRows["objects"]>[0]>, read: { json?: "text" } = {}): Form => (table) => {
  const lost: Issue[] = [];
  const input = { objects: table.objects({ ...options, onInexact: (issue) => lost.push(issue) }), ...read };
  // JSON null and odd keys are all these forms lose; they say so.
  if (lost.some((issue) => /JSON/.test(issue.message))) throw new Inexact();
  return input;
};

/** Thrown where a form says by itself that it cannot hold the rows. */
export class Inexact extends Error {}

const texts = (table: TableRows): Record<string, string | null>[] => table.parameters("text").map((row) => Object.fromEntries(row.map((value, index) => [table.columns[index]?.name as string, value])));

/** Every form of rows that has a way back. */
export const FORMS: Record<string, Form> = {
  tuples: ({ tuples }) => ({ tuples }),
  "COPY binary": (table) => ({ copyBinary: table.copyBinary() }),
  "COPY text": (table) => ({ copyText: Buffer.from(table.copyText()).toString() }),
  "COPY text bytes": (table) => ({ copyText: table.copyText() }),
  objects: objects({}),
  "objects with numbers": objects({ numeric: "number", bigint: "number" }),
  "objects with bigints": objects({ numeric: "bigint" }),
  "objects with texts": objects({ bigint: "string", date: "string", json: "text" }, { json: "text" }),
  "text parameters, read as text": (table) => ({ objects: texts(table), json: "text" }),
  "binary parameters": (table) => ({ tuples: Buffer.concat(table.parameters().flatMap((row) => [int16(row.length), ...row.flatMap((value) => [int32(value?.length ?? -1), value ?? Buffer.alloc(0)])])) }),
};

const int16 = (value: number): Buffer => Buffer.of(value >> 8, value);
const int32 = (value: number): Buffer => Buffer.of(value >> 24, value >> 16, value >> 8, value);

/** All tables of a row set in one form. */
export const inForm = (rows: Pick<Rows, "tables">, form: Form): Record<string, TableInput> => Object.fromEntries(rows.tables.map((table) => [table.name, form(table)]));

/** The documents that come back through each form: by name; forms that say they cannot are left out. */
export function throughForms(collection: Collection, rows: Rows): Map<string, Uint8Array> {
  const back = new Map<string, Uint8Array>();
  for (const [name, form] of Object.entries(FORMS)) {
    try {
      back.set(name, collection.toDocuments(inForm(rows, form)).bson);
    } catch (error) {
      if (!(error instanceof Inexact)) throw error;
    }
  }
  return back;
}
