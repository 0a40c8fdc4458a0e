import { didYouMean } from "../core/did-you-mean.ts";
import type { ColumnDescription, TableDescription } from "../core/description.ts";
import type { Issue } from "../core/issue.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import type { TableRows } from "../core/rows.ts";
import type { ValueForms } from "../postgres/value.ts";

/** What a Drizzle table is, as far as types go. */
export interface DrizzleTable {
  /** Type of a row to insert. */
  readonly $inferInsert: object;
  /** Type of a row that was read. */
  readonly $inferSelect: object;
}

/** What is read of a Drizzle column. */
interface DrizzleColumn {
  name: string;
  /** The name is the property's, to be put into the database's casing. */
  keyAsName?: boolean;
  columnType: string;
  /** An array's element. */
  baseColumn?: DrizzleColumn;
}

/** Options of {@link insertValues}. */
export interface InsertOptions {
  /**
   * Told of every value that its column's mode cannot hold exactly, `numeric` with `mode: "number"` for one; PostgreSQL's exact
   * text stands in its place. Without it such a value is refused.
   */
  onInexact?: (issue: Issue) => void;
}

/**
 * Rows as the values of an insert into a Drizzle table: by property, each in the mode its column has (`numeric` and `bigint` as
 * string, number or bigint, dates as Date or string). Every mapped column is there: `null` is NULL, never the default.
 *
 * PostgreSQL takes at most 65535 parameters in a statement: insert large batches in slices.
 * @throws RowlensError `drizzle-column-missing` where the Drizzle table lacks a column of the mapping, `value-inexact`.
 * @example
 * import { insertValues } from "rowlens/drizzle";
 * const rows = collection.toRows(batch);
 * await db.insert(payments).values(insertValues(payments, rows.table("payments")));
 */
export function insertValues<Table extends DrizzleTable>(table: Table, rows: TableRows, options: InsertOptions = {}): Table["$inferInsert"][] {
  const found = columnsOf(table, rows.columns, rows.name);
  const columns = Object.fromEntries(rows.columns.map((column, index) => {
    const { property, column: drizzle } = found[index] as Found;
    return [column.name, { property, ...formsOf(drizzle) }];
  }));
  const values = rows.objects<Record<string, unknown>>({ columns, onInexact: options.onInexact ?? refuse });
  for (const { property, column } of found) {
    // rowlens says a `date` as text; in this mode Drizzle takes a Date.
    if (column.columnType === "PgDate") for (const row of values) if (typeof row[property] === "string") row[property] = dateOf(row[property], rows.name, column.name);
  }
  return values;
}

/**
 * Rows that Drizzle selected, for `toDocuments`. Exact where the modes are: a `numeric` with `mode: "number"` has lost its scale.
 * @throws RowlensError `drizzle-column-missing`, `unknown-table` where the collection has no table of this name.
 * @example
 * const rows = await db.select().from(payments);
 * collection.toDocuments({ payments: selectedRows(payments, rows, collection) });
 */
export function selectedRows<Table extends DrizzleTable>(table: Table, rows: readonly Table["$inferSelect"][], collection: { readonly tables: readonly TableDescription[] }): { objects: Record<string, unknown>[] } {
  const name = (table as unknown as Record<symbol, unknown>)[NAME];
  const description = collection.tables.find((one) => one.name === name);
  if (description === undefined) throw new RowlensError("unknown-table", `this collection has no table \`${String(name)}\`; it has ${collection.tables.map((one) => `\`${one.name}\``).join(", ")}`);
  const found = columnsOf(table, description.columns, description.name);
  const objects = rows.map((row) => Object.fromEntries(found.map(({ property, column }, index) => {
    const value = (row as Record<string, unknown>)[property];
    const said = column.columnType === "PgDate" && value instanceof Date ? value.toISOString().slice(0, -14) : value;
    return [(description.columns[index] as ColumnDescription).name, said];
  })));
  return { objects };
}

interface Found {
  property: string;
  column: DrizzleColumn;
}

/** Drizzle's own brands; its classes may come from any copy of the package. */
const COLUMNS: unique symbol = Symbol.for("drizzle:Columns") as never;
const NAME: unique symbol = Symbol.for("drizzle:Name") as never;

function columnsOf(table: object, wanted: readonly ColumnDescription[], name: string): Found[] {
  const columns = (table as Record<symbol, unknown>)[COLUMNS] as Record<string, DrizzleColumn> | undefined;
  if (columns === undefined) throw new RowlensError("drizzle-table-expected", "the first argument is not a Drizzle table");
  const byName = new Map<string, Found>();
  for (const [property, column] of Object.entries(columns)) {
    byName.set(column.name, { property, column });
    // With `casing: "snake_case"` the name is made when the statement is.
    if (column.keyAsName) byName.set(column.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), { property, column });
  }
  return wanted.map((column) => {
    const found = byName.get(column.name);
    if (found) return found;
    const near = didYouMean(column.name, [...byName.keys()]);
    throw new RowlensError("drizzle-column-missing", `the Drizzle table for \`${name}\` has no column \`${column.name}\`${near === undefined ? "; add it" : `; is it \`${near}\`?`}`);
  });
}

/** Which form a column's mode takes. The types are Drizzle's names of its column classes. */
function formsOf(column: DrizzleColumn): ValueForms {
  switch (column.columnType) {
    case "PgArray": return column.baseColumn === undefined ? {} : formsOf(column.baseColumn);
    case "PgNumericNumber": return { numeric: "number" };
    case "PgNumericBigInt": return { numeric: "bigint" };
    case "PgBigInt53": return { bigint: "number" };
    case "PgTimestampString": return { date: "string" };
    default: return {};
  }
}

/** Midnight UTC of a `date`. Without the time, engines would read years beyond 9999 as local time, and no BC at all. */
function dateOf(text: string, table: string, column: string): Date {
  const date = new Date(`${/^\d{5}/.test(text) ? `+${text.padStart(12, "0")}` : text}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) refuse({ code: "value-inexact", severity: "warning", message: `\`${text}\` is not a Date`, path: "", table, column });
  return date;
}

function refuse(issue: Issue): never {
  throw new RowlensError("value-inexact", `\`${issue.table}\`, column \`${issue.column}\`, ${issue.message}; give the column another mode, or accept the exact text with \`onInexact\``, [issue]);
}
