import { PGlite } from "@electric-sql/pglite";
import { citext } from "@electric-sql/pglite/contrib/citext";
import type { Rows, TableDescription, TableRows } from "rowlens";

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const qualified = (table: TableDescription): string => (table.schema ? `${quote(table.schema)}.` : "") + quote(table.name);
const columns = (table: TableDescription): string => table.columns.map((column) => quote(column.name)).join(", ");

/** PostgreSQL in this process, with the extensions that mappings may ask for. */
export const postgres = (): Promise<PGlite> => PGlite.create({ extensions: { citext } });

type Source = Pick<Rows, "tables">;

/** In one transaction: foreign keys are checked when it ends. */
async function each(database: PGlite, tables: readonly TableDescription[], rows: Source, load: (table: TableDescription, rows: TableRows) => Promise<unknown>): Promise<void> {
  await database.exec("BEGIN");
  for (const table of tables) {
    const own = rows.tables.find((candidate) => candidate.name === table.name);
    if (own !== undefined && own.count > 0) await load(table, own);
  }
  await database.exec("COMMIT");
}

/** Rows in, by COPY in the binary format. */
export const copyIn = (database: PGlite, tables: readonly TableDescription[], rows: Source): Promise<void> =>
  each(database, tables, rows, (table, own) => database.query(`COPY ${qualified(table)} (${columns(table)}) FROM '/dev/blob' WITH (FORMAT binary)`, [], { blob: new Blob([own.copyBinary() as BlobPart]) }));

/** Rows in, one INSERT each, with text parameters as a driver binds them. */
export const insert = (database: PGlite, tables: readonly TableDescription[], rows: Source): Promise<void> =>
  each(database, tables, rows, async (table, own) => {
    const statement = `INSERT INTO ${qualified(table)} (${columns(table)}) VALUES (${table.columns.map((_, index) => `$${index + 1}`).join(", ")})`;
    for (const parameters of own.parameters("text")) await database.query(statement, parameters, { serializers: AS_IT_IS });
  });

// PGlite would serialise by type; these parameters are PostgreSQL's text already.
const AS_IT_IS = new Proxy<Record<number, (value: string) => string>>({}, { get: () => (value: string) => value, has: () => true });

/** Rows out, by COPY. */
export async function copyOut(database: PGlite, tables: readonly TableDescription[], format: "binary" | "text"): Promise<Record<string, { copyBinary: Uint8Array } | { copyText: Uint8Array }>> {
  const out: Record<string, { copyBinary: Uint8Array } | { copyText: Uint8Array }> = {};
  for (const table of tables) {
    const { blob } = await database.query(`COPY (SELECT ${columns(table)} FROM ${qualified(table)} ORDER BY ${table.key.map(quote).join(", ")}) TO '/dev/blob' WITH (FORMAT ${format})`);
    // PGlite gives no blob where COPY wrote nothing.
    const bytes = blob === undefined ? new Uint8Array() : new Uint8Array(await blob.arrayBuffer());
    out[table.name] = format === "binary" ? { copyBinary: bytes } : { copyText: bytes };
  }
  return out;
}

/** The tables are empty again. */
export const truncate = (database: PGlite, tables: readonly TableDescription[]): Promise<unknown> => database.exec(`TRUNCATE ${tables.map(qualified).join(", ")} CASCADE`);

/** A query's result as texts. */
export async function texts(database: PGlite, sql: string): Promise<{ names: string[]; rows: (string | null)[][] }> {
  const shown = await database.query<(string | null)[]>(sql, [], { rowMode: "array", parsers: new Proxy({}, { get: () => (text: string) => text, has: () => true }) });
  return { names: shown.fields.map((field) => field.name), rows: shown.rows };
}
