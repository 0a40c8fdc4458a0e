/** How rows differ; `class` of a {@link Difference}. */
export type DifferenceClass =
  /** A row of the documents that the database has not; rows below it are not told again. */
  | "missing"
  /** A row of the database that the documents have not. */
  | "extra"
  /** A column has another value. */
  | "differing"
  /** The same elements at other positions, as rows or in a PostgreSQL array. */
  | "order"
  /** The same value in another precision: the scale of a numeric, the microseconds of a timestamp, the sign of a zero, the blanks and the order of keys of a `json`. */
  | "precision"
  /** The complement. */
  | "complement";

/** One difference between documents and the rows that the database has. */
export interface Difference {
  /** What kind it is. */
  readonly class: DifferenceClass;
  /** The root row's key, as text. */
  readonly key: string;
  /** The table. */
  readonly table: string;
  /** The column, where one is what differs. */
  readonly column?: string;
  /** The row's primary key, column by column as text; of elements in another order, that of the row they belong to. */
  readonly row: readonly string[];
  /** How many rows are concerned. */
  readonly rows: number;
  /** The column's value in the documents and in the database, as PostgreSQL's text, where values were asked for. */
  readonly values?: readonly [documents: string | null, database: string | null];
}
