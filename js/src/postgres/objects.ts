import type { TableDescription } from "../core/description.ts";
import { didYouMean } from "../core/did-you-mean.ts";
import type { Issue } from "../core/issue.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import type { ColumnType } from "./column-type.ts";
import { writeTuples } from "./tuples.ts";
import { ambiguity, fromValue, type ReadForms } from "./value.ts";

/**
 * Tuples of row objects as drivers and ORMs return them. What a driver's values leave open is told once per column, in `issues`.
 * @internal
 */
export function tuplesOfObjects(table: TableDescription, types: readonly ColumnType[], objects: readonly object[], forms: ReadForms, issues: Issue[]): Uint8Array {
  const { columns } = table;
  const names = new Set(columns.map((column) => column.name));
  const told = new Set<number>();
  const rows = objects.map((object, number) => {
    const row = object as Record<string, unknown>;
    for (const name of Object.keys(row)) if (!names.has(name)) throw unknownColumn(name, table);
    return columns.map((column, index) => {
      const type = types[index] as ColumnType;
      const value = row[column.name];
      if (!told.has(index) && column.source !== "complement") {
        const lost = ambiguity(type, value, forms);
        if (lost !== undefined) {
          told.add(index);
          issues.push(ambiguous(table, column.name, lost));
        }
      }
      try {
        return fromValue(type, value, forms);
      } catch (error) {
        if (!RowlensError.is(error)) throw error;
        throw new RowlensError(error.code, `row ${number} of \`${table.name}\`, column \`${column.name}\`: ${error.message}`, [{ code: error.code, severity: "error", message: error.message, path: "", table: table.name, column: column.name }]);
      }
    });
  });
  return writeTuples(rows);
}

/**
 * Keys of documents that a driver has lost a date of: Dates end before PostgreSQL's dates do, and drivers give invalid ones. Such
 * documents are left out, with an issue; the others go on.
 * @internal
 */
export function lostDocuments(tables: readonly TableDescription[], rowsOf: (table: TableDescription) => readonly object[] | undefined, issues: Issue[]): Set<string> {
  const lost = new Set<string>();
  for (const table of tables) {
    const dates = table.columns.filter((column) => column.kind === "date" || column.kind === "timestamp" || column.kind === "timestamptz").map((column) => column.name);
    if (dates.length === 0) continue;
    rowsOf(table)?.forEach((object, number) => {
      const row = object as Record<string, unknown>;
      for (const column of dates) {
        if (!isInvalid(row[column])) continue;
        lost.add(documentOf(table, row));
        issues.push({ code: "value-lost", severity: "error", message: `row ${number}: the driver gave an invalid date; the document was left out`, path: "", table: table.name, column, help: HELP });
      }
    });
  }
  return lost;
}

/** Which document a row belongs to: a child's key begins with its root row's key. @internal */
export const documentOf = (table: TableDescription, row: object): string => String((row as Record<string, unknown>)[table.key[0] as string]);

const isInvalid = (value: unknown): boolean => (value instanceof Date ? Number.isNaN(value.getTime()) : Array.isArray(value) && value.some(isInvalid));

const HELP = "select this column as text (`column::text`, or a driver without type parsers), with `json: \"text\"`, or read by COPY";

const ambiguous = (table: TableDescription, column: string, message: string): Issue => ({
  code: "value-ambiguous",
  severity: "warning",
  message,
  path: "",
  table: table.name,
  column,
  help: HELP,
});

function unknownColumn(name: string, table: TableDescription): RowlensError {
  const near = didYouMean(name, table.columns.map((column) => column.name));
  return new RowlensError("unknown-column", `table \`${table.name}\` has no column \`${name}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}`);
}
