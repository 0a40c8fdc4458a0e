import { compile, type Mapping, type Plan } from "rowlens";
import pg from "pg";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { Database } from "../../src/database/database.ts";
import type { ResultRow, Session } from "../../src/database/session.ts";
import { ownDatabase, pglite, sharedServer, type ServerName } from "./servers/index.ts";

/** A database of one's own with a mapping's tables. */
export interface Live {
  plan: Plan;
  db: Database;
  /** More sessions to the same database, on other connections; PGlite has one for all. */
  session(): Session;
  /** Work in a transaction that the user has begun, with this statement, and commits. */
  inside<T>(work: (db: Database) => Promise<T>, begin?: string): Promise<T>;
  /** Columns as text. */
  rows(sql: string): Promise<ResultRow[]>;
  run(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** The database over a session, whichever copy of the package the plan is of. */
export const databaseOver = (session: Session, plan: Plan): Database => new Database(session, plan as never);

/** Undefined where the server cannot be had. */
export async function live(server: ServerName, mapping: Mapping | object, sql = ""): Promise<Live | undefined> {
  const plan = compile(mapping);
  const ddl = `${plan.ddl()}\n${sql}`;
  if (server === "pglite") {
    const database = await pglite();
    await database.exec(ddl);
    const session = pgliteSession(database);
    return {
      plan, db: databaseOver(session, plan), session: () => session,
      inside: (work, begin) => database.transaction(async (own) => {
        if (begin !== undefined) await own.exec(begin.replace("BEGIN", "SET TRANSACTION"));
        return work(databaseOver(pgliteSession(own), plan));
      }),
      rows: (text) => session.query({ text, parameters: [] }),
      run: async (text) => void (await database.exec(text)),
      close: () => database.close(),
    };
  }
  const shared = await sharedServer(server);
  if (shared === undefined) return undefined;
  const own = await ownDatabase(shared, ddl);
  const pool = new pg.Pool({ ...own.connection, max: 16 });
  // The database goes with whoever is still connected to it.
  pool.on("error", () => undefined);
  const session = pgSession(pool);
  return {
    plan, db: databaseOver(session, plan), session: () => session,
    inside: async (work, begin = "BEGIN") => {
      const client = await pool.connect();
      try {
        await client.query(begin);
        const result = await work(databaseOver(pgSession(client as never), plan));
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    rows: (text) => session.query({ text, parameters: [] }),
    run: async (text) => void (await pool.query(text)),
    close: async () => {
      await pool.end();
      await own.drop();
    },
  };
}
