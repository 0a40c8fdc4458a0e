import { PGlite } from "@electric-sql/pglite";
import { bigint, boolean, char, customType, date, doublePrecision, integer, jsonb, numeric, pgTable, real, smallint, text, timestamp, uuid, varchar, type PgColumnBuilderBase, type PgTable } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { afterAll, describe, expect, it } from "vitest";
import { pgliteTextTypes, toExtendedJson, type ColumnDescription, type Issue, type TableInput } from "rowlens";
import { insertValues, selectedRows } from "rowlens/drizzle";
import { escrow, expectBack, type Stored } from "./support/stored.ts";

const { plan, all } = escrow();
const database = new PGlite();
await database.exec(plan.ddl());
afterAll(() => database.close());

type Table = Stored["rows"]["tables"][number];

/** Every way into PGlite. */
const WAYS_IN: Record<string, (table: Table) => Promise<unknown>> = {
  "text parameters": async (table) => {
    for (const values of table.parameters("text")) await database.query(table.sql.insert, values, pgliteTextTypes);
  },
  "binary parameters": async (table) => {
    for (const values of table.parameters()) await database.query(table.sql.insert, values, pgliteTextTypes);
  },
  "COPY text": (table) => database.query(table.sql.copyIn.replace("STDIN WITH (FORMAT binary)", "'/dev/blob'"), [], { blob: new Blob([table.copyText() as BlobPart]) }),
  "COPY binary": (table) => database.query(table.sql.copyIn.replace("STDIN", "'/dev/blob'"), [], { blob: new Blob([table.copyBinary() as BlobPart]) }),
};

/** Every way out. */
const WAYS_BACK: Record<string, (table: Table) => Promise<TableInput>> = {
  "COPY text": async (table) => ({ copyText: await blob(table.sql.copyOut.replace("STDOUT WITH (FORMAT binary)", "'/dev/blob'")) }),
  "COPY binary": async (table) => ({ copyBinary: await blob(table.sql.copyOut.replace("STDOUT", "'/dev/blob'")) }),
  "rows, text types": async (table) => ({ objects: (await database.query<object>(`SELECT * FROM ${table.sql.name}`, [], pgliteTextTypes)).rows, json: "text" }),
};

async function blob(sql: string): Promise<Uint8Array> {
  const result = await database.query(sql);
  return new Uint8Array(await (result.blob as Blob).arrayBuffer());
}

async function load(into: (table: Table) => Promise<unknown>): Promise<void> {
  const names = all.flatMap(({ rows }) => rows.tables.map((table) => table.sql.name));
  await database.exec(`TRUNCATE ${names.join(", ")}; BEGIN; SET CONSTRAINTS ALL DEFERRED`);
  for (const { rows } of all) for (const table of rows.tables) if (table.count > 0) await into(table);
  await database.exec("COMMIT");
}

async function read(stored: Stored, back: (table: Table) => Promise<TableInput>): Promise<Record<string, TableInput>> {
  const tables: Record<string, TableInput> = {};
  for (const table of stored.rows.tables) tables[table.name] = await back(table);
  return tables;
}

/** Values that drivers lose as they come: JSON null, and dates beyond Dates; issues name both. */
const lossy = {
  unless: (document: Uint8Array, issues: readonly Issue[]) => /":null/.test(toExtendedJson(document)) && issues.some((issue) => issue.code === "value-ambiguous"),
  missing: (issues: readonly Issue[]) => issues.filter((issue) => issue.code === "value-lost").length,
};

describe("the escrow example in PGlite", () => {
  it.each(Object.entries(WAYS_IN))("by %s, and every way back: the same documents", async (_, into) => {
    await load(into);
    for (const [name, back] of Object.entries(WAYS_BACK)) for (const stored of all) expect(expectBack(stored, await read(stored, back)), `${stored.collection.name} by ${name}`).toEqual([]);
  }, 120_000);

  it("rows as PGlite gives them by default are the same documents", async () => {
    await load(WAYS_IN["COPY binary"] as (table: Table) => Promise<unknown>);
    for (const stored of all) {
      const rows = await read(stored, async (table) => ({ objects: (await database.query<object>(`SELECT * FROM ${table.sql.name}`)).rows, timestamps: "local" }));
      expectBack(stored, rows, lossy);
    }
  }, 60_000);

  it("by Drizzle's insert, and back by its select: the same documents", async () => {
    const db = drizzle(database);
    const tables = new Map(all.flatMap(({ rows }) => rows.tables.map((table): [string, PgTable] => [table.name, drizzleTable(table)])));
    const inexact: Issue[] = [];
    await load(async (table) => {
      const into = tables.get(table.name) as PgTable;
      for (const values of insertValues(into, table, { onInexact: (issue) => inexact.push(issue) })) await db.insert(into).values(values);
    });
    expect(new Set(inexact.map((issue) => issue.code))).toEqual(new Set(["value-inexact"]));
    for (const stored of all) {
      const rows = await read(stored, async (table) => {
        const from = tables.get(table.name) as PgTable;
        return selectedRows(from, await db.select().from(from), stored.collection);
      });
      expectBack(stored, rows, lossy);
    }
  }, 120_000);
});

const bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/** The Drizzle table somebody would write for a table of the plan. */
function drizzleTable(table: Table): PgTable {
  return pgTable(table.name, Object.fromEntries(table.columns.map((column) => [column.name, drizzleColumn(column)])));
}

function drizzleColumn(column: ColumnDescription): PgColumnBuilderBase {
  const scalar = {
    text: text(), citext: text(), enum: text(), varchar: varchar(), char: char(), boolean: boolean(), smallint: smallint(), integer: integer(), bigint: bigint({ mode: "bigint" }), real: real(), "double precision": doublePrecision(),
    numeric: numeric(), date: date(), timestamp: timestamp(), timestamptz: timestamp({ withTimezone: true, mode: "string" }), uuid: uuid(), bytea: bytea(), jsonb: jsonb(), json: jsonb(),
  }[column.kind];
  return column.dimensions === 0 ? scalar : column.dimensions === 1 ? scalar.array() : scalar.array().array();
}
