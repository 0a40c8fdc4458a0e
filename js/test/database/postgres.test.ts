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

  it("a reserved connection is refused", async () => {
    const sql = postgres({ host: "127.0.0.1", port: 1 });
    expect(() => postgresSession({ unsafe: sql.unsafe })).toThrow(expect.objectContaining({ code: "client-unsupported" }));
  });
});
