import { setTimeout as sleep } from "node:timers/promises";
import { compile } from "rowlens";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { copyStreams } from "../../src/adapters/pg/copy.ts";
import { databaseOver } from "../support/live.ts";
import { ownDatabase, sharedServer, type OwnDatabase } from "../support/servers/index.ts";

const plan = compile({ version: 1, collections: { things: { table: "things", key: { column: "id", as: "text" }, version: { path: "v", column: "source_version" }, complement: "rest" } } });
const server = await sharedServer("18");

describe.skipIf(server === undefined)("a client of pg that gets no answer, or loses its connection", () => {
  let own: OwnDatabase;
  let other: pg.Client;
  beforeAll(async () => {
    own = await ownDatabase(server as NonNullable<typeof server>, plan.ddl());
    other = new pg.Client(own.connection);
    await other.connect();
  });
  afterAll(async () => {
    await other?.end();
    await own?.drop();
  });
  beforeEach(() => other.query("TRUNCATE things, rowlens_tombstones"));
  const there = async (): Promise<string> => (await other.query("SELECT string_agg(id, ',' ORDER BY id) AS a FROM things")).rows[0].a as string;

  const ways: [string, (db: ReturnType<typeof databaseOver>) => Promise<unknown>][] = [
    ["a load", (db) => db.load("things", [[{ _id: "a", v: 2 }, { _id: "b", v: 2 }]])],
    ["many", (db) => db.applyMany("things", [{ _id: "a", v: 2 }, { _id: "b", v: 2 }])],
    ["a delete", (db) => db.delete("things", "a", { version: 2 })],
    ["isolated groups", (db) => db.session.isolated([[{ text: "SELECT pg_sleep(0.5)::text", parameters: [] }], [{ text: "SELECT pg_sleep(0.5)::text", parameters: [] }]]).catch(() => undefined)],
  ];
  it.each(ways)("`query_timeout` during %s: its transaction does not stay open, and nothing that is said to be written is lost in it", async (_, work) => {
    const client = new pg.Client({ ...own.connection, query_timeout: 150 });
    await client.connect();
    const db = databaseOver(pgSession(client), plan);
    await other.query("BEGIN");
    await databaseOver(pgSession(other), plan).apply("things", { _id: "a", v: 1 });
    await work(db);
    // It is still at what was given up: nothing joins that.
    expect(await db.apply("things", { _id: "c", v: 1 })).toMatchObject({ outcome: "failed", reason: "pg-down" });
    await other.query("COMMIT");
    let outcome = "failed";
    for (let tries = 0; outcome === "failed" && tries < 100; tries++) {
      outcome = (await db.apply("things", { _id: "d", v: 1 })).outcome;
      if (outcome === "failed") await sleep(20);
    }
    expect(outcome).toBe("inserted");
    expect(client.getTransactionStatus()).toBe("I");
    expect(await there()).toMatch(/(^|,)d$/);
    await client.end();
    expect(await there()).toMatch(/(^|,)d$/);
  });

  it("a connection that is lost between two statements does not end the process, and the pool goes on", async () => {
    const pool = new pg.Pool({ ...own.connection, max: 1 });
    pool.on("error", () => undefined);
    const db = databaseOver(pgSession(pool), plan);
    const kill = async function* (): AsyncGenerator<object[]> {
      yield [{ _id: "x", v: 1 }];
      await sleep(50);
      await other.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
      await sleep(50);
      yield [{ _id: "y", v: 1 }];
    };
    await expect(db.load("things", kill(), { into: "empty" })).rejects.toMatchObject({ code: "postgres-error", sqlstate: expect.stringMatching(/^(57P01|08006)$/) });
    expect(await db.apply("things", { _id: "z", v: 1 })).toMatchObject({ outcome: "inserted" });
    expect(await there()).toBe("z");
    await pool.end();
  });

  it("a read in a transaction of the caller is one round trip, too", async () => {
    await other.query("BEGIN");
    const query = vi.spyOn(other, "query");
    expect((await databaseOver(pgSession(other), plan).read("things", ["a"])).missing).toEqual(["a"]);
    expect(query.mock.calls.length).toBe(1);
    query.mockRestore();
    await other.query("COMMIT");
  });

  it("`pg-copy-streams` is found in what a CommonJS module gives, whatever of it is named", async () => {
    const real = await import("pg-copy-streams");
    expect(copyStreams({ default: real }).from).toBe(real.from);
    expect(copyStreams(real).to).toBe(real.to);
  });
});
