import type { TableDescription } from "../core/description.ts";

/**
 * Statements for one table of a plan. Their parameters are what `TableRows.parameters()` gives, or the key of one document's
 * root row; nothing else is in the text but quoted names.
 */
export interface TableSql {
  /** The table's quoted name, with its schema. */
  readonly name: string;
  /** One row; the parameters are all columns in order. */
  readonly insert: string;
  /** One row, which replaces the row with the same key. */
  readonly upsert: string;
  /** All rows of one document; the parameter is its root row's key. Deleting a root row takes its children with it. */
  readonly delete: string;
  /** All rows of one document; the parameter is its root row's key. */
  readonly select: string;
  /** The same for many documents; the parameter is an array of keys. */
  readonly deleteMany: string;
  /** The same for many documents; the parameter is an array of keys. */
  readonly selectMany: string;
  /** Takes what `TableRows.copyBinary()` gives. */
  readonly copyIn: string;
  /** Gives what `Collection.toDocuments` takes as `copyBinary`. */
  readonly copyOut: string;
}

/** @internal */
export function tableSql(table: TableDescription): TableSql {
  const name = table.schema === null ? quoteIdentifier(table.name) : `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  const columns = table.columns.map((column) => quoteIdentifier(column.name));
  const list = columns.join(", ");
  const key = table.key.map(quoteIdentifier);
  const insert = `INSERT INTO ${name} (${list}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(", ")})`;
  const rest = columns.filter((column) => !key.includes(column));
  const update = rest.length === 0 ? "NOTHING" : `UPDATE SET ${rest.map((column) => `${column} = EXCLUDED.${column}`).join(", ")}`;
  // A child's key begins with its root row's key.
  const ofDocument = `WHERE ${key[0]} = $1`;
  const ofDocuments = `WHERE ${key[0]} = ANY($1)`;
  return {
    name,
    insert,
    upsert: `${insert} ON CONFLICT (${key.join(", ")}) DO ${update}`,
    delete: `DELETE FROM ${name} ${ofDocument}`,
    select: `SELECT ${list} FROM ${name} ${ofDocument}`,
    deleteMany: `DELETE FROM ${name} ${ofDocuments}`,
    selectMany: `SELECT ${list} FROM ${name} ${ofDocuments}`,
    copyIn: `COPY ${name} (${list}) FROM STDIN WITH (FORMAT binary)`,
    copyOut: `COPY ${name} (${list}) TO STDOUT WITH (FORMAT binary)`,
  };
}

/** @internal */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
