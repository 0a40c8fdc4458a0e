import type { Fidelity } from "./description.ts";

/** A mapping: which path of which collection goes to which table and column. `rowlens/mapping.schema.json` describes it to editors. */
export interface Mapping {
  /** `rowlens/mapping.schema.json`, or wherever it lies: for editors. */
  $schema?: string;
  /** Version of the mapping format. */
  version: 1;
  /** PostgreSQL schema of all tables. */
  schema?: string;
  /** Enum types: name to labels. */
  enums?: Record<string, string[]>;
  /** Table of the keys of deleted documents, where a collection has a `version`. Default `rowlens_tombstones`. */
  tombstones?: string;
  /** Collections by name. */
  collections: Record<string, CollectionMapping>;
}

/** Columns and tables below one object. */
export interface FieldsMapping {
  /** Columns by name. */
  columns?: Record<string, ColumnMapping>;
  /** Tables of their own for arrays, maps and subdocuments. */
  children?: ChildMapping[];
  /** Columns and tables that only some values of a field have. */
  discriminator?: DiscriminatorMapping;
  /** Indexes of the table, beside the primary key's. */
  indexes?: IndexMapping[];
}

/** An index. */
export interface IndexMapping {
  /** Default: as PostgreSQL would name it. */
  name?: string;
  /** Columns of the table, in order. */
  columns: string[];
  /** Each value once. */
  unique?: boolean;
  /** With `unique`: NULL once, too. */
  nullsNotDistinct?: boolean;
  /** With `unique`: a constraint that is checked when the transaction ends. */
  deferrable?: boolean;
  /** Access method. Default `btree`. */
  using?: string;
  /** Condition in SQL of the rows that are in it. */
  where?: string;
}

/** One collection. */
export interface CollectionMapping extends FieldsMapping {
  /** Root table: one row per document. */
  table: string;
  /** PostgreSQL schema of its tables. Default: the mapping's. */
  schema?: string;
  /** The document's identity. */
  key: KeyMapping;
  /** `jsonb` column for what the columns do not say; null: none, and losses are issues. */
  complement?: string | null;
  /** What may differ on the way back. Default `value`. */
  fidelity?: Fidelity;
  /** What tells the newer of two states of a document. */
  version?: VersionMapping;
  /** `bytea` column of the root table for the digest of all rows of a document. */
  hash?: string;
}

/** What tells the newer of two states of a document. */
export interface VersionMapping {
  /** Where it stands: a whole number, a date or a timestamp that every write makes larger. Without it whoever writes says the version. */
  path?: string;
  /** `bigint` column of the root table; no part of the document. */
  column: string;
}

/** How an identity is stored. */
export interface KeyMapping {
  /** Default `_id`. */
  path?: string;
  /** Column that holds it: the primary key, or of an element a part of it. */
  column: string;
  /** Default `uuid`. */
  as?: "uuid" | "hex" | "bytea" | "text" | "bigint" | "integer" | "lookup";
  /** Column type of a `lookup` key. Default `uuid`. */
  type?: "uuid" | "bigint" | "integer" | "text";
}

/** BSON types a column can stand for. */
export type BsonKind = "string" | "boolean" | "int32" | "int64" | "double" | "number" | "decimal" | "date" | "objectId" | "uuid" | "binary" | "any";

/** One column. */
export interface ColumnMapping {
  /** Path of the value; `@` is an array element itself. */
  path: string;
  /** PostgreSQL type, or an enum of this mapping, with `[]` for arrays. */
  type: string;
  /** BSON type it stands for; the default follows from `type`. */
  bson?: BsonKind;
  /** The value is an ObjectId stored this way. */
  as?: "uuid" | "hex" | "bytea";
  /** Collection whose key it holds. */
  ref?: string;
  /** Emit a foreign key for `ref`. */
  foreignKey?: boolean;
  /** Polymorphic reference: the path that says which collection. */
  refs?: { path: string; collections: Record<string, string> };
  /** What SQL NULL stands for. Default `missing`. */
  absent?: "missing" | "null";
  /** `NOT NULL` in the DDL. PostgreSQL refuses documents without the field then. */
  notNull?: boolean;
}

/** A table of its own. */
export interface ChildMapping extends FieldsMapping {
  /** The table's name. */
  table: string;
  /** `a[]`: a row per element; `a{}`: a row per map entry; `a`: at most one row. */
  path: string;
  /** Column of the position in the array. Default `ordinal`. */
  ordinal?: string;
  /** Column of the map key. Default `key`. */
  mapKey?: string;
  /** Columns that repeat the parent's key. */
  parentKey?: string | string[];
  /** An element's own identity. */
  key?: KeyMapping;
  /** What no rows stand for. Default: `empty` for arrays, else `missing`. */
  absent?: "missing" | "null" | "empty";
}

/** Columns and tables by the value of a field. */
export interface DiscriminatorMapping {
  /** The field that tells the variants apart; a column must hold it. */
  path: string;
  /** By the field's value: what documents with it have besides. `table`: the columns lie in a table of their own. */
  variants: Record<string, FieldsMapping & { table?: string }>;
}
