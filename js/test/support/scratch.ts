import pg from "pg";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import type { Session } from "../../src/database/session.ts";
import { ownDatabase, pglite, type ServerName, sharedServer } from "./servers/index.ts";

/** A server for tests that leave nothing behind. */
export interface Scratch {
  /** Runs SQL, then `body`, in a transaction that is rolled back. */
  run(sql: string, body: (session: Session) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The server for the tests of one `describe`, which are skipped, and say so, where it cannot be had. */
export function useScratch(server: ServerName): Pick<Scratch, "run"> {
  let scratch: Scratch | undefined;
  beforeAll(async () => {
    scratch = await openScratch(server);
  }, 180_000);
  beforeEach((test) => {
    if (scratch === undefined) test.skip();
  });
  afterAll(() => scratch?.close());
  return { run: (sql, body) => (scratch as Scratch).run(sql, body) };
}

async function openScratch(server: ServerName): Promise<Scratch | undefined> {
  if (server === "pglite") {
    const database = await pglite();
    return {
      run: (sql, body) => database.transaction(async (own) => {
        await own.exec(sql);
        await body(pgliteSession(own));
        await own.rollback();
      }),
      close: () => database.close(),
    };
  }
  const shared = await sharedServer(server);
  if (shared === undefined) return undefined;
  const own = await ownDatabase(shared);
  const client = new pg.Client(own.connection);
  await client.connect();
  return {
    run: async (sql, body) => {
      await client.query(`BEGIN; ${sql}`);
      try {
        await body(pgSession(client));
      } finally {
        await client.query("ROLLBACK");
      }
    },
    close: async () => {
      await client.end();
      await own.drop();
    },
  };
}
