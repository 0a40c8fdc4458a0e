import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { postgresSession } from "../../src/adapters/postgres.ts";
import { ownDatabase, sharedServer, type Connection } from "../support/servers/index.ts";
import { insert, oddSettings, sessionSuite, sql as statement, type Opened } from "./suite.ts";

/** What a user may have set, and what must not reach rowlens. */
const ODD: postgres.Options<Record<string, postgres.PostgresType>> = {
  transform: { ...postgres.camel, value: { from: () => "the user's own" } },
  types: Object.fromEntries([16, 17, 20, 25, 114, 1184, 3802].map((oid) => [`odd${oid}`, { to: oid, from: [oid], serialize: () => "the user's own", parse: () => "the user's own" }])),
};

function open(connection: Connection, drop: () => Promise<void>, options: postgres.Options<Record<string, postgres.PostgresType>>): Opened {
  const sql = postgres({ ...connection, max: 4, onnotice: () => undefined, ...options });
  return {
    session: postgresSession(sql),
    inside: <T>(work: (session: ReturnType<typeof postgresSession>) => Promise<T>) => sql.begin((own) => work(postgresSession(own))) as Promise<T>,
    lent: () => 0,
    close: () => sql.end({ timeout: 1 }).then(drop),
  };
}

const server18 = await sharedServer("18");
for (const [major, server] of [["18", server18], ["15", await sharedServer("15")]] as const) {
  sessionSuite(`postgres, PostgreSQL ${major}`, server !== undefined, async () => {
    const { connection, drop } = await ownDatabase(server as NonNullable<typeof server>, oddSettings("database"));
    return open(connection, drop, major === "18" ? ODD : {});
  });
}

describe.skipIf(server18 === undefined)("postgres alone", () => {
  it("connections whose client_encoding is not UTF8 are refused", async () => {
    const { connection, drop } = await ownDatabase(server18 as NonNullable<typeof server18>, "CREATE TABLE t (id int PRIMARY KEY, label text)");
    const { session, close } = open(connection, drop, { connection: { client_encoding: "LATIN1" } });
    const refused = { code: "client-encoding", message: expect.stringContaining("LATIN1") as string };
    await expect(session.query(statement("SELECT 'a' AS a"))).rejects.toMatchObject(refused);
    await expect(session.atomic([insert(1, "ü")])).rejects.toMatchObject(refused);
    await expect(session.isolated([[insert(1, "ü")]])).rejects.toMatchObject(refused);
    await expect(session.copyIn("COPY t FROM STDIN", [])).rejects.toMatchObject(refused);
    await expect(session.copyOut("COPY t TO STDOUT")[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
    expect(await session.query({ ...statement("SELECT count(*)::text AS n FROM t"), anyEncoding: true })).toEqual([{ n: "0" }]);
    await close();
  });

  it("column names are the statement's, whatever the user's `transform` makes of them", async () => {
    const { connection, drop } = await ownDatabase(server18 as NonNullable<typeof server18>);
    const { session, close } = open(connection, drop, ODD);
    expect(await session.query(statement("SELECT 'a' AS row_count, 'b' AS \"rowCount2\""))).toEqual([{ row_count: "a", rowCount2: "b" }]);
    await close();
  });

  it("a connection that PostgreSQL ends, or a server that is not there, is an error of ours", async () => {
    const { connection, drop } = await ownDatabase(server18 as NonNullable<typeof server18>, "CREATE TABLE t (id int PRIMARY KEY, label text)");
    const { session, close } = open(connection, drop, {});
    await expect(session.query(statement("SELECT pg_terminate_backend(pg_backend_pid())::text AS a"))).rejects.toMatchObject({ code: "postgres-error", sqlstate: expect.stringMatching(/^(57P01|08006)$/) });
    await session.query(insert(1));
    await close();
    await expect(session.query(insert(2))).rejects.toMatchObject({ code: "postgres-error", sqlstate: "08006" });
    const nowhere = postgres({ host: "127.0.0.1", port: 1, max: 1 });
    await expect(postgresSession(nowhere).query(insert(1))).rejects.toMatchObject({ code: "postgres-error", sqlstate: "08006" });
    await nowhere.end();
  });

  it.each(["read on", "left", "a COPY in"])("a connection that PostgreSQL ends in the middle of a stream is an error of ours, and the pool goes on (%s)", async (how) => {
    const { connection, drop } = await ownDatabase(server18 as NonNullable<typeof server18>, "CREATE TABLE t (id int PRIMARY KEY, label text)");
    const { session, close } = open(connection, drop, { max: 1 });
    const admin = new pg.Client(connection);
    await admin.connect();
    const kill = async (): Promise<void> => {
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
      await sleep(50);
    };
    const lost = { code: "postgres-error", sqlstate: expect.stringMatching(/^(57P01|08006)$/) };
    const reading = (async () => {
      for await (const _ of session.copyOut("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 30000)) TO STDOUT")) {
        await kill();
        if (how === "left") break;
      }
    });
    if (how === "a COPY in") await expect(session.copyIn("COPY t FROM STDIN", (async function* () { yield Buffer.from("1\ta\n"); await kill(); yield Buffer.from("2\ta\n"); })())).rejects.toMatchObject(lost);
    else if (how === "left") await reading();
    else await expect(reading()).rejects.toMatchObject(lost);
    // `postgres` may tell the next one, too, why the last connection ended.
    expect(await session.query(insert(1)).catch(() => session.query(insert(1)))).toEqual([{ id: "1" }]);
    for await (const _ of session.copyOut("COPY t TO STDOUT"));
    await admin.end();
    await close();
  });

  it("a reserved connection is refused", async () => {
    const sql = postgres({ host: "127.0.0.1", port: 1 });
    expect(() => postgresSession({ unsafe: sql.unsafe })).toThrow(expect.objectContaining({ code: "client-unsupported" }));
  });
});
