import { type ColumnType, columnType } from "../postgres/column-type.ts";
import { copyBinary } from "../postgres/copy-binary.ts";
import { type TableSql, tableSql } from "../postgres/table-sql.ts";
import { toText } from "../postgres/text.ts";
import { eachField } from "../postgres/tuples.ts";
import { binaryParameters, postgresValue } from "../postgres/parameters.ts";
import { toValue, type ValueForms } from "../postgres/value.ts";
import type { ColumnDescription, TableDescription } from "./description.ts";
import { copyOf } from "../wasm/copy.ts";
import { type HeldTables, keptCopyText } from "./held-tables.ts";
import type { Issue } from "./issue.ts";
import { RowlensError } from "./rowlens-error.ts";

/** Options of {@link TableRows.objects}. */
export interface ObjectsOptions extends ValueForms {
  /** Told of every value that the wished form does not hold exactly. */
  onInexact?: (issue: Issue) => void;
  /** What is otherwise for single columns, by column name: forms, and the property of the objects that holds the value. */
  columns?: Readonly<Record<string, ValueForms & { property?: string }>>;
}

/** What the `postgres` driver takes as a parameter. */
export type PostgresParameter = string | boolean | Uint8Array | Date | { toJSON(): unknown } | null;

/**
 * The rows of one table, in PostgreSQL's binary form; every other form is made of it when asked for.
 * @example
 * const [payments] = collection.toRows(batch).tables;
 * payments.copyBinary(); // for COPY; or rows for statements: payments.parameters(), and for an ORM: payments.objects()
 */
export class TableRows {
  /** Table name, unquoted. */
  readonly name: string;
  /** How many rows. */
  readonly count: number;
  /** The columns, in the order of tuples, COPY and parameters. */
  readonly columns: readonly ColumnDescription[];
  readonly #types: readonly ColumnType[];
  readonly #table: TableDescription;
  readonly #held: HeldTables;
  readonly #index: number;
  readonly #copy: Uint8Array | undefined;
  #sql: TableSql | undefined;

  /** @internal */
  static make(table: TableDescription, types: readonly ColumnType[], count: number, held: HeldTables, index: number, copy: boolean): TableRows {
    return new TableRows(table, types, count, held, index, copy);
  }

  private constructor(table: TableDescription, types: readonly ColumnType[], count: number, held: HeldTables, index: number, copy: boolean) {
    this.name = table.name;
    this.columns = table.columns;
    this.count = count;
    this.#types = types;
    this.#table = table;
    this.#held = held;
    this.#index = index;
    this.#copy = copy ? copyOf(held.tuples(index) as Uint8Array) : undefined;
  }

  /**
   * COPY-binary tuples without header and trailer. With `copy: false` a view of where they are now: memory that grows leaves views behind.
   * @throws RowlensError `rows-gone`
   */
  get tuples(): Uint8Array {
    const tuples = this.#copy ?? this.#held.tuples(this.#index);
    if (tuples === undefined) throw new RowlensError("rows-gone", `these rows of \`${this.name}\` were views (\`copy: false\`), and \`toRows\` was called again since`);
    return tuples;
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

  /**
   * What `COPY … FROM STDIN` takes (text format): UTF-8 bytes, to be sent as they are; a string is `new TextDecoder().decode(bytes)`.
   * The same bytes as `COPY … TO STDOUT` gives for these rows in UTC. Larger than {@link copyBinary} and slower to make; for tables
   * whose types differ from the mapping's.
   * @example
   * await pipeline(Readable.from([table.copyText()]), client.query(copyFrom(`COPY ${table.sql.name} FROM STDIN`)));
   */
  copyText(): Uint8Array {
    return this.#held.copyText(this.#index) ?? keptCopyText(this.columns, this.tuples);
  }

  /**
   * Parameters of one statement per row, in the order of the columns; NULL is null.
   *
   * - `binary` (default): PostgreSQL's binary form, Buffers in Node: fastest. For `pg`, which sends Buffers as they are.
   * - `text`: PostgreSQL's text, for `pg`, for `postgres` with {@link postgresTextTypes}, and for everything else.
   * - `postgres`: JavaScript values that `postgres` with its default types turns into exactly these values.
   * @example
   * for (const values of rows.tables[0].parameters()) await client.query(insertPayment, values);
   */
  parameters(format?: "binary"): (Uint8Array | null)[][];
  parameters(format: "text"): (string | null)[][];
  parameters(format: "postgres"): PostgresParameter[][];
  parameters(format: "binary" | "text" | "postgres" = "binary"): unknown[][] {
    if (format === "binary") return binaryParameters(this.tuples, this.count);
    return this.#rows(format === "text" ? toText : postgresValue);
  }

  /**
   * One object per row with JavaScript values, as Drizzle's insert takes them. Every column is there; NULL is null.
   *
   * Nothing is rounded: a value that the wished form cannot hold exactly (a `numeric` beyond a double, a timestamp with
   * microseconds or beyond Date) stays PostgreSQL's text, and `onInexact` is told. JSON that changes when it is parsed (see
   * {@link ValueForms.json}) has no such text: without `onInexact` it is refused.
   *
   * For Drizzle tables `rowlens/drizzle` chooses the options and types the result.
   * @throws RowlensError `value-inexact`
   * @example
   * const rows = payments.toRows(batch).tables[0].objects<PaymentRow>({ numeric: "number" });
   */
  objects<Row extends object = Record<string, unknown>>(options: ObjectsOptions = {}): Row[] {
    const names = this.columns.map((column) => column.name);
    const properties = names.map((name) => options.columns?.[name]?.property ?? name);
    const forms = names.map((name) => ({ ...options, ...options.columns?.[name] }));
    let row = 0;
    let index = 0;
    const inexact = (message: string, kept: boolean): void => {
      const column = names[index] as string;
      const issue: Issue = { code: "value-inexact", severity: "warning", message: `row ${row}: ${message}`, path: "", table: this.name, column, help: kept ? "it stays text" : 'take this column as `json: "text"`' };
      if (options.onInexact) options.onInexact(issue);
      else if (!kept) throw new RowlensError("value-inexact", `row ${row} of \`${this.name}\`, column \`${column}\`: ${message}; use \`json: "text"\`, or accept it with \`onInexact\``, [issue]);
    };
    return this.#rows((type, data, start, length, at) => {
      index = at;
      return toValue(type, data, start, length, forms[at] as ValueForms, inexact);
    }, () => row++).map((values) => Object.fromEntries(values.map((value, column) => [properties[column] as string, value])) as Row);
  }

  #rows<T>(read: (type: ColumnType, data: DataView, start: number, length: number, index: number) => T, after?: () => void): (T | null)[][] {
    const tuples = this.tuples;
    const data = new DataView(tuples.buffer, tuples.byteOffset, tuples.byteLength);
    const rows: (T | null)[][] = [];
    let row: (T | null)[] = [];
    eachField(
      tuples,
      (index, start, length) => row.push(length < 0 ? null : read(this.#types[index] as ColumnType, data, start, length, index)),
      () => {
        rows.push(row);
        row = [];
        after?.();
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
