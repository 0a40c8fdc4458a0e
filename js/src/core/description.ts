/** A column's type without its modifiers; an array's is its element's. */
export type ColumnKind =
  | "text" | "varchar" | "char" | "citext" | "boolean" | "smallint" | "integer" | "bigint" | "real" | "double precision"
  | "numeric" | "date" | "timestamp" | "timestamptz" | "uuid" | "bytea" | "jsonb" | "json" | "enum";

/** One column of a plan. */
export interface ColumnDescription {
  /** Column name, unquoted. */
  name: string;
  /** SQL type as the DDL has it. */
  type: string;
  /** The type without its modifiers; an array's is its element's. */
  kind: ColumnKind;
  /** Array dimensions; 0 for a scalar. */
  dimensions: number;
  /** Where its value comes from. */
  source: "parentKey" | "ordinal" | "mapKey" | "field" | "complement";
  /** Document path, relative to the row's object. */
  path: string;
}

/** One table of a plan. */
export interface TableDescription {
  /** Table name, unquoted. */
  name: string;
  /** PostgreSQL schema, where the mapping names one. */
  schema: string | null;
  /** Index of the parent table; null for the root table. */
  parent: number | null;
  /** Document path its rows come from; empty for the root. */
  path: string;
  /** Columns in the order of tuples, COPY and parameters. */
  columns: ColumnDescription[];
  /** Names of the primary key's columns. */
  key: string[];
}

/** One collection of a plan. */
export interface CollectionDescription {
  /** Collection name. */
  name: string;
  /** What may differ between a document and the one that comes back: key order (`value`), or nothing (`exact`). */
  fidelity: Fidelity;
  /** Name of the complement's column. */
  complement: string | null;
  /** Where the version comes from (null: whoever writes says it) and its `bigint` column of the root table; it is in no row. */
  version: { path: string | null; column: string } | null;
  /** Name of the `bytea` column of the root table for the digest of all rows of a document; it is in no row. */
  hash: string | null;
  /** Name of the table of deleted documents' keys, where there is a version. */
  tombstones: string | null;
  /** Tables, parents first; the first is the root table. */
  tables: TableDescription[];
}

/** What may differ between a document and the one that comes back: key order (`value`), or nothing (`exact`). */
export type Fidelity = "value" | "exact";
