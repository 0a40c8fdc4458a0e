import pg from "pg";
import postgres from "postgres";
import { RowlensError } from "rowlens";
import { afterAll, describe, expect, it } from "vitest";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { postgresSession } from "../../src/adapters/postgres.ts";
import type { Database } from "../../src/database/database.ts";
import type { Outcome } from "../../src/database/outcome.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import type { Session } from "../../src/database/session.ts";
import { databaseOver } from "../support/live.ts";
import type { Connection } from "../support/servers/index.ts";
import { openArena, type Arena } from "./simulation/arena.ts";
import { check } from "./simulation/check.ts";
import { Choices } from "./simulation/choices.ts";
import { delivery, type Job } from "./simulation/delivery.ts";
import { history, newest, POISON } from "./simulation/model.ts";

/** Drivers' own sessions, whose statements are given up soon. */
const DRIVERS: [string, (connection: Connection) => { session: Session; end(): Promise<void> }][] = [
  ["pg", (connection) => {
    const pool = new pg.Pool({ ...connection, max: 8, options: "-c lock_timeout=15 -c statement_timeout=150" });
    pool.on("error", () => undefined);
    return { session: pgSession(pool), end: () => pool.end() };
  }],
  ["postgres", (connection) => {
    const sql = postgres({ ...connection, max: 8, onnotice: () => undefined, connection: { lock_timeout: 15, statement_timeout: 150 } });
    return { session: postgresSession(sql), end: () => sql.end({ timeout: 1 }) };
  }],
];

const AGAIN = new Set(["throttle", "retry", "pg-down"]);

/** Writes until nothing is left that failed for others' sake; every third worker has transactions of its own, which its writes join. */
async function worker(number: number, db: Database, jobs: Job[], faults: string[]): Promise<void> {
  const write = <T>(work: (own: Database) => Promise<T>): Promise<T> => (number % 3 === 1 ? db.session.transaction((own) => work(databaseOver(own, db.plan as never))) : work(db));
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const outcomes: Outcome[] = [];
    try {
      switch (job.kind) {
        case "apply": { const { document } = job; outcomes.push(await write((own) => own.apply("orders", document))); break; }
        case "applyMany": { const { documents } = job; outcomes.push(...(await write((own) => own.applyMany("orders", documents))).outcomes); break; }
        case "delete": { const { key, version } = job; outcomes.push(await write((own) => own.delete("orders", key, { version }))); break; }
        case "load": await db.load("orders", job.batches as never, { onOutcome: (outcome) => outcomes.push(outcome) }); break;
        case "read": break;
      }
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      jobs.push(job);
      continue;
    }
    const failed = outcomes.flatMap((outcome) => (outcome.outcome === "failed" ? [outcome] : []));
    if (failed.some(({ reason }) => AGAIN.has(reason))) jobs.push(job);
    for (const { key, reason, message } of failed) if (!AGAIN.has(reason) && key !== POISON._id) faults.push(`${key}: ${reason}: ${message}`);
  }
}

describe.each(DRIVERS)("8 workers at the same time over %s, with locks and statements that are given up", async (_, open) => {
  const arena = await openArena("18");
  afterAll(() => arena?.close(), 60_000);

  it.skipIf(arena === undefined).each([1, 2])("seed %i: in the end PostgreSQL has what the model has", async (seed) => {
    const { connection, plan, clear } = arena as Arena;
    await clear();
    const choices = new Choices(seed);
    const events = history(choices.fork(), 3 + choices.below(8), 80);
    const jobs = delivery(choices.fork(), events);
    const { session, end } = open(connection);
    const db = databaseOver(session, plan);
    const faults: string[] = [];
    // All of some time before, at once, while the others begin: it comes first or is refused.
    const before = [...newest(events.slice(0, 20)).values()].flatMap(({ document }) => document ?? []);
    const first = db.load("orders", [before] as never, { into: "empty" }).catch((error: unknown) => {
      if (!RowlensError.is(error) || (error.code !== "table-not-empty" && error.code !== "postgres-error")) throw error;
    });
    try {
      await Promise.all([first, ...Array.from({ length: 8 }, (_, number) => worker(number, db, jobs, faults))]);
      expect(faults).toEqual([]);
      expect(await check(arena as Arena, events)).toEqual([]);
    } finally {
      await end();
    }
  }, 60_000);
});
