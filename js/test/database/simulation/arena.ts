import { setTimeout as sleep } from "node:timers/promises";
import { compile, type Plan } from "rowlens";
import pg from "pg";
import { pgSession } from "../../../src/adapters/pg/session.ts";
import type { Database } from "../../../src/database/database.ts";
import { lane } from "../../../src/database/lane.ts";
import type { Session } from "../../../src/database/session.ts";
import { databaseOver } from "../../support/live.ts";
import { ownDatabase, sharedServer, type Connection } from "../../support/servers/index.ts";
import type { Major } from "../../support/servers/shared.ts";
import { CHECK, mapping, TABLES } from "./model.ts";

/** A connection to PostgreSQL that can be lost. */
export interface Link {
  readonly pid: number;
  readonly session: Session;
  /** Ends it as a crash does, without a word, and waits until PostgreSQL has noticed. */
  cut(): Promise<void>;
}

/** A database with the model's tables, which simulations use one after the other. */
export interface Arena {
  readonly plan: Plan;
  /** For looking at what came of it. */
  readonly db: Database;
  readonly connection: Connection;
  /** A connection of one's own; those of numbers stay for the next simulation. */
  link(worker: number): Promise<Link>;
  /** Which of these backends wait for a lock. */
  waitingForLocks(pids: readonly number[]): Promise<ReadonlySet<number>>;
  rows(sql: string): Promise<Record<string, string | null>[]>;
  /** Tables without rows, and nobody in a transaction. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Undefined where the server cannot be had. */
export async function openArena(server: Major): Promise<Arena | undefined> {
  const shared = await sharedServer(server);
  if (shared === undefined) return undefined;
  const plan = compile(mapping);
  // Without locks there are deadlocks, which PostgreSQL finds when it looks.
  const own = await ownDatabase(shared, `${plan.ddl()}\n${CHECK}\nDO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''20ms''', current_database()); END $$`);
  const { connection } = own;
  const monitor = await connected(connection);
  const oneByOne = lane();
  const backends = (sql: string, pids: readonly number[]): Promise<Set<number>> => oneByOne(async () => new Set((await monitor.query<{ pid: number }>(sql, [pids])).rows.map(({ pid }) => pid)));
  const gone = async (pid: number): Promise<void> => {
    while ((await backends("SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1)", [pid])).size > 0) await sleep(1);
  };
  const links = new Map<number, { client: pg.Client; link: Link }>();
  const cut = async (worker: number): Promise<void> => {
    const found = links.get(worker);
    if (found === undefined) return;
    links.delete(worker);
    found.client.connection.stream.destroy();
    await gone(found.link.pid);
  };
  return {
    plan, connection, db: databaseOver(pgSession(monitor as never), plan),
    link: async (worker) => {
      const there = links.get(worker);
      if (there !== undefined) return there.link;
      const client = await connected(connection);
      const link: Link = { pid: client.processID, session: pgSession(client as never), cut: () => cut(worker) };
      links.set(worker, { client, link });
      return link;
    },
    waitingForLocks: (pids) => backends("SELECT pid FROM pg_locks WHERE NOT granted AND pid = ANY ($1)", pids),
    rows: async (sql) => (await monitor.query<Record<string, string | null>>(sql)).rows,
    clear: async () => void (await monitor.query(`TRUNCATE ${TABLES.join(", ")}`)),
    close: async () => {
      for (const { client } of links.values()) client.connection.stream.destroy();
      await monitor.end();
      await own.drop();
    },
  };
}

/** What `pg` has and its types do not say. */
type Client = pg.Client & { readonly processID: number; readonly connection: { readonly stream: { destroy(): void } } };

async function connected(connection: Connection): Promise<Client> {
  const client = new pg.Client(connection);
  // Whoever uses it is told by the statement.
  client.on("error", () => undefined);
  await client.connect();
  return client as Client;
}
