import { type ColumnType, columnType } from "../postgres/column-type.ts";
import { copyBinary } from "../postgres/copy-binary.ts";
import { copyText } from "../postgres/copy-text.ts";
import { type TableSql, tableSql } from "../postgres/table-sql.ts";
import { toText } from "../postgres/text.ts";
import { eachField } from "../postgres/tuples.ts";
import { type ObjectsOptions, toValue } from "../postgres/value.ts";
import type { ColumnDescription, TableDescription } from "./description.ts";
import type { Issue } from "./issue.ts";

/** The rows of one table, in PostgreSQL's binary form; every other form is made of it when asked for. */
export class TableRows {
  /** Table name, unquoted. */
  readonly name: string;
  /** How many rows. */
  readonly count: number;
  /** COPY-binary tuples without header and trailer. */
  readonly tuples: Uint8Array;
  /** The columns, in the order of tuples, COPY and parameters. */
  readonly columns: readonly ColumnDescription[];
  readonly #types: readonly ColumnType[];
  readonly #table: TableDescription;
  #sql: TableSql | undefined;

  /** @internal */
  constructor(table: TableDescription, types: readonly ColumnType[], count: number, tuples: Uint8Array) {
    this.name = table.name;
    this.columns = table.columns;
    this.count = count;
    this.tuples = tuples;
    this.#types = types;
    this.#table = table;
  }

  /**
   * Statements for this table, in the order of {@link parameters}.
   * @example
   * for (const values of table.parameters()) await client.query(table.sql.upsert, values);
   */
  get sql(): TableSql {
    this.#sql ??= tableSql(this.#table);
    return this.#sql;
  }

  /** What `COPY … FROM STDIN WITH (FORMAT binary)` takes. */
  copyBinary(): Uint8Array {
    return copyBinary(this.tuples);
  }

  /** What `COPY … FROM STDIN` takes (text format, UTF-8). Several times slower and larger than {@link copyBinary}. */
  copyText(): string {
    return copyText(this.#types, this.tuples);
  }

  /** Parameters of one statement per row, in the order of the columns: `binary` (default; Buffers in Node) or `text`; NULL is null. */
  parameters(format?: "binary"): (Uint8Array | null)[][];
  parameters(format: "text"): (string | null)[][];
  parameters(format: "binary" | "text" = "binary"): (Uint8Array | string | null)[][] {
    if (format === "text") return this.#rows((type, data, start, length) => toText(type, data, start, length));
    // A copy: parameters outlive `copy: false` views.
    const bytes = this.tuples.slice();
    const part = (start: number, length: number): Uint8Array => (typeof Buffer === "function" ? Buffer.from(bytes.buffer, bytes.byteOffset + start, length) : bytes.subarray(start, start + length));
    return this.#rows((_type, _data, start, length) => part(start, length));
  }

  /** One object per row with JavaScript values, as Drizzle's insert takes them. Every column is there; NULL is null. */
  objects(options: ObjectsOptions = {}): Record<string, unknown>[] {
    const names = this.columns.map((column) => column.name);
    return this.#rows((type, data, start, length) => toValue(type, data, start, length, options)).map((row) => Object.fromEntries(row.map((value, index) => [names[index] as string, value])));
  }

  #rows<T>(read: (type: ColumnType, data: DataView, start: number, length: number) => T): (T | null)[][] {
    const data = new DataView(this.tuples.buffer, this.tuples.byteOffset, this.tuples.byteLength);
    const rows: (T | null)[][] = [];
    let row: (T | null)[] = [];
    eachField(
      this.tuples,
      (index, start, length) => row.push(length < 0 ? null : read(this.#types[index] as ColumnType, data, start, length)),
      () => {
        rows.push(row);
        row = [];
      },
    );
    return rows;
  }
}

/** What a batch of documents became. */
export interface Rows {
  /** How many documents the batch had. */
  readonly documents: number;
  /** How many of them became rows; the others are issues with severity `error`. */
  readonly accepted: number;
  /** The tables in the plan's order: parents first. */
  readonly tables: readonly TableRows[];
  /**
   * The rows of one table.
   * @throws RowlensError `unknown-table`, with the nearest name.
   */
  table(name: string): TableRows;
  /** The first thousand findings. */
  readonly issues: readonly Issue[];
  /** Findings counted by code, all of them. */
  readonly issueCounts: Readonly<Record<string, number>>;
}

/** @internal */
export const columnTypes = (table: TableDescription): ColumnType[] => table.columns.map(columnType);
