import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import postgres from "postgres";
import { beforeAll, describe, expect, it } from "vitest";
import { pgTextTypes, postgresTextTypes, RowlensError, toExtendedJson, type Plan, type Rows, type TableInput } from "rowlens";
import { sharedServer } from "./support/servers/index.ts";
import { escrow, expectBack, madeUp, type Stored } from "./support/stored.ts";

// Dates without a zone are the drivers' own business: a process elsewhere than UTC shows it.
process.env.TZ = "Europe/Berlin";

const server = (await sharedServer("18")) ?? (await sharedServer("15"));

type Load = (database: string, all: readonly Stored[]) => Promise<void>;

/** Every way in: what loads the rows of all tables into a database. */
const WAYS_IN: Record<string, Load> = {
  "pg, binary parameters": (database, all) => byPg(database, all, (table) => table.parameters()),
  "pg, text parameters": (database, all) => byPg(database, all, (table) => table.parameters("text")),
  "postgres, its default types": (database, all) => byPostgres(database, all, {}, (table) => table.parameters("postgres")),
  "postgres, text types": (database, all) => byPostgres(database, all, { types: postgresTextTypes, fetch_types: false }, (table) => table.parameters("text")),
  "COPY binary": (database, all) => byCopy(database, all, "binary"),
  "COPY text": (database, all) => byCopy(database, all, "text"),
};

type Table = Stored["rows"]["tables"][number];
const eachTable = (all: readonly Stored[]): Table[] => all.flatMap(({ rows }) => rows.tables).filter((table) => table.count > 0);

async function withClient<T>(database: string, use: (client: pg.Client) => Promise<T>, types?: typeof pgTextTypes): Promise<T> {
  const client = new pg.Client({ host: server?.host as string, user: server?.user as string, database, ...(types ? { types } : {}) });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const byPg = (database: string, all: readonly Stored[], parameters: (table: Table) => unknown[][]): Promise<void> =>
  withClient(database, async (client) => {
    await client.query("BEGIN; SET CONSTRAINTS ALL DEFERRED");
    for (const table of eachTable(all)) for (const values of parameters(table)) await client.query(table.sql.insert, values);
    await client.query("COMMIT");
  });

const connect = (database: string, options: object): postgres.Sql => postgres({ host: server?.host as string, user: server?.user as string, database, max: 1, onnotice: () => undefined, ...options });

async function byPostgres(database: string, all: readonly Stored[], options: object, parameters: (table: Table) => unknown[][]): Promise<void> {
  const sql = connect(database, options);
  await sql.begin(async (transaction) => {
    await transaction.unsafe("SET CONSTRAINTS ALL DEFERRED");
    for (const table of eachTable(all)) for (const values of parameters(table)) await transaction.unsafe(table.sql.insert, values as never[], { prepare: true });
  });
  await sql.end();
}

const byCopy = (database: string, all: readonly Stored[], format: "binary" | "text"): Promise<void> =>
  withClient(database, async (client) => {
    await client.query("BEGIN; SET CONSTRAINTS ALL DEFERRED");
    for (const table of eachTable(all)) {
      const bytes = format === "binary" ? table.copyBinary() : table.copyText();
      await pipeline(Readable.from([Buffer.from(bytes)]), client.query(copyFrom(table.sql.copyIn.replace("FORMAT binary", `FORMAT ${format}`))));
    }
    await client.query("COMMIT");
  });

type Read = (database: string, stored: Stored) => Promise<Record<string, TableInput>>;

/** The ways back that lose nothing. */
const EXACT_WAYS_BACK: Record<string, Read> = {
  "COPY binary": (database, stored) => copied(database, stored, "binary", (copyBinary) => ({ copyBinary })),
  "COPY text": (database, stored) => copied(database, stored, "text", (copyText) => ({ copyText })),
  "pg, text types": (database, stored) => withClient(database, async (client) => perTable(stored, async (table) => ({ objects: (await client.query(`SELECT * FROM ${table.sql.name}`)).rows, json: "text" })), pgTextTypes),
  "postgres, text types": async (database, stored) => {
    const sql = connect(database, { types: postgresTextTypes, fetch_types: false });
    const tables = await perTable(stored, async (table) => ({ objects: await sql.unsafe(`SELECT * FROM ${table.sql.name}`), json: "text" }));
    await sql.end();
    return tables;
  },
};

/** The drivers as they come. */
const PLAIN_WAYS_BACK: Record<string, Read> = {
  pg: (database, stored) => withClient(database, async (client) => perTable(stored, async (table) => ({ objects: (await client.query(`SELECT * FROM ${table.sql.name}`)).rows, timestamps: "local" }))),
  postgres: async (database, stored) => {
    const sql = connect(database, {});
    const tables = await perTable(stored, async (table) => ({ objects: await sql.unsafe(`SELECT * FROM ${table.sql.name}`), timestamps: "local" }));
    await sql.end();
    return tables;
  },
};

async function perTable(stored: Stored, read: (table: Table) => Promise<TableInput>): Promise<Record<string, TableInput>> {
  const tables: Record<string, TableInput> = {};
  for (const table of stored.rows.tables) tables[table.name] = await read(table);
  return tables;
}

const copied = (database: string, stored: Stored, format: string, form: (bytes: Uint8Array) => TableInput): Promise<Record<string, TableInput>> =>
  withClient(database, (client) =>
    perTable(stored, async (table) => {
      const chunks: Buffer[] = [];
      for await (const chunk of client.query(copyTo(table.sql.copyOut.replace("FORMAT binary", `FORMAT ${format}`)))) chunks.push(chunk as Buffer);
      return form(Buffer.concat(chunks));
    }),
  );

function isSendable(rows: Rows): boolean {
  try {
    for (const table of rows.tables) table.parameters("postgres");
    return true;
  } catch (error) {
    if (RowlensError.is(error) && error.code === "value-unsendable") return false;
    throw error;
  }
}

const sets: [string, () => { plan: Plan; all: Stored[] }][] = [
  ["the escrow example", escrow],
  ["documents made up for every type", () => madeUp(400)],
];

describe.skipIf(server === undefined).each(sets)("%s in a PostgreSQL server", (_, make) => {
  const { plan, all } = make();
  const databases = new Map(Object.keys(WAYS_IN).map((way, index) => [way, `${all.length === 1 ? "made_up" : "escrow"}_${index}`]));

  beforeAll(async () => {
    await withClient("postgres", async (client) => {
      for (const database of databases.values()) await client.query(`CREATE DATABASE ${database}`);
    });
    for (const database of databases.values()) await withClient(database, (client) => client.query(`CREATE EXTENSION IF NOT EXISTS citext; ${plan.ddl()}`));
  }, 60_000);

  it.each(Object.entries(WAYS_IN))("%s: the same documents, every way back", async (way, load) => {
    const database = databases.get(way) as string;
    // `postgres` with its default types cannot send dates before Christ or beyond 9999, and the parameters say so.
    const sent = way === "postgres, its default types" ? all.map((stored) => stored.only(isSendable)) : all;
    expect(sent.reduce((sum, { documents }) => sum + documents.length, 0)).toBeGreaterThan(250);
    await load(database, sent);
    for (const [name, read] of Object.entries(EXACT_WAYS_BACK)) {
      for (const stored of sent) expect(expectBack(stored, await read(database, stored)), `${stored.collection.name} by ${name}`).toEqual([]);
    }
  }, 120_000);

  it.skipIf(all.length === 1).each(Object.entries(PLAIN_WAYS_BACK))("rows as %s gives them by default are the same documents", async (name, read) => {
    for (const stored of all) {
      // JSON null is NULL to them, and dates beyond Dates are invalid ones; issues say so.
      const issues = expectBack(stored, await read(databases.get("COPY binary") as string, stored), {
        unless: (document, issues) => /":null/.test(toExtendedJson(document)) && issues.some((issue) => issue.code === "value-ambiguous"),
        missing: (issues) => issues.filter((issue) => issue.code === "value-lost").length,
      });
      expect(issues.filter((issue) => issue.code !== "value-ambiguous" && issue.code !== "value-lost"), `${stored.collection.name} by ${name}`).toEqual([]);
    }
  }, 60_000);
});
