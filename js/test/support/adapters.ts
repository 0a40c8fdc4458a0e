import { drizzle as overPg } from "drizzle-orm/node-postgres";
import { drizzle as overPglite } from "drizzle-orm/pglite";
import { drizzle as overPostgres } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import type { Plan } from "rowlens";
import { drizzleSession } from "../../src/adapters/drizzle-session.ts";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { postgresSession } from "../../src/adapters/postgres.ts";
import type { Database } from "../../src/database/database.ts";
import type { Session } from "../../src/database/session.ts";
import { databaseOver } from "./live.ts";
import { type Connection, ownDatabase, pglite, sharedServer } from "./servers/index.ts";

/** A database of one's own as users of one adapter have it. */
export interface OpenedAdapter {
  readonly db: Database;
  /** In a transaction that the driver's user begins and commits. */
  inside<T>(work: (db: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** An adapter over a driver, and how its users come to a database. */
export interface Adapter {
  readonly name: string;
  /** A database in which `sql` was run. */
  open(plan: Plan, sql: string): Promise<OpenedAdapter>;
}

interface Sessions {
  readonly session: Session;
  inside<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Every adapter; those whose server cannot be had are left out. */
export async function allAdapters(): Promise<Adapter[]> {
  const server = await sharedServer("18");
  const overServer = (name: string, sessions: (connection: Connection) => Promise<Sessions>): Adapter[] => (server === undefined ? [] : [{
    name,
    open: async (plan, sql) => {
      const { connection, drop } = await ownDatabase(server, sql);
      const own = await sessions(connection);
      return opened(plan, { ...own, close: () => own.close().then(drop) });
    },
  }]);
  const inProcess = (name: string, sessions: (database: Awaited<ReturnType<typeof pglite>>) => Sessions): Adapter => ({
    name,
    open: async (plan, sql) => {
      const database = await pglite();
      await database.exec(sql);
      return opened(plan, sessions(database));
    },
  });
  return [
    ...overServer("a pool of pg", async (connection) => {
      const pool = pgPool(connection);
      return { session: pgSession(pool), inside: (work) => lent(pool, (client) => begun(client, () => work(pgSession(client as never)))), close: () => pool.end() };
    }),
    ...overServer("a client of pg", async (connection) => {
      const client = await pgClient(connection);
      return { session: pgSession(client), inside: (work) => begun(client, () => work(pgSession(client))), close: () => client.end() };
    }),
    ...overServer("postgres", async (connection) => {
      const sql = postgresPool(connection);
      return { session: postgresSession(sql), inside: (work) => sql.begin((own) => work(postgresSession(own))) as never, close: () => sql.end({ timeout: 1 }) };
    }),
    inProcess("PGlite", (database) => ({ session: pgliteSession(database), inside: (work) => database.transaction((own) => work(pgliteSession(own))), close: () => database.close() })),
    ...overServer("Drizzle over a pool of pg", async (connection) => {
      const pool = pgPool(connection);
      const db = overPg(pool);
      return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => work(drizzleSession(tx))), close: () => pool.end() };
    }),
    ...overServer("Drizzle over a client of pg", async (connection) => {
      const client = await pgClient(connection);
      const db = overPg(client);
      return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => work(drizzleSession(tx))), close: () => client.end() };
    }),
    ...overServer("Drizzle over postgres", async (connection) => {
      const sql = postgresPool(connection);
      const db = overPostgres(sql);
      return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => work(drizzleSession(tx))), close: () => sql.end({ timeout: 1 }) };
    }),
    inProcess("Drizzle over PGlite", (database) => {
      const db = overPglite(database);
      return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => work(drizzleSession(tx))), close: () => database.close() };
    }),
  ];
}

const opened = (plan: Plan, { session, inside, close }: Sessions): OpenedAdapter => ({ db: databaseOver(session, plan), inside: (work) => inside((own) => work(databaseOver(own, plan))), close });

function pgPool(connection: Connection): pg.Pool {
  const pool = new pg.Pool({ ...connection, max: 4 });
  // The database goes with whoever is still connected to it.
  pool.on("error", () => undefined);
  return pool;
}

async function pgClient(connection: Connection): Promise<pg.Client> {
  const client = new pg.Client(connection);
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

const postgresPool = (connection: Connection): postgres.Sql => postgres({ ...connection, max: 4, onnotice: () => undefined });

async function lent<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  return work(client).finally(() => client.release());
}

async function begun<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
