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

const ambiguous = (table: TableDescription, column: string, message: string): Issue => ({
  code: "value-ambiguous",
  severity: "warning",
  message,
  path: "",
  table: table.name,
  column,
  help: "select this column as text (`column::text`, or a driver without type parsers), with `json: \"text\"`, or read by COPY",
});

function unknownColumn(name: string, table: TableDescription): RowlensError {
  const near = didYouMean(name, table.columns.map((column) => column.name));
  return new RowlensError("unknown-column", `table \`${table.name}\` has no column \`${name}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}`);
}
