import type { Duplex } from "node:stream";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { pgSession } from "../../src/adapters/pg/session.ts";
import type { ResultRow, Session } from "../../src/database/session.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import { ownDatabase, sharedServer, type Connection, type OwnDatabase } from "../support/servers/index.ts";
import { insert, oddSettings, sessionSuite, sql, type Opened } from "./suite.ts";

/** Parsers that a user set for all of the process: they must not reach rowlens. */
for (const oid of [16, 17, 20, 25]) pg.types.setTypeParser(oid, () => "the user's own");

async function inside<T>(client: pg.ClientBase, work: (session: Session) => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    const result = await work(pgSession(client as pg.Client));
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

async function openPool(connection: Connection, drop: () => Promise<void>): Promise<Opened> {
  const pool = new pg.Pool({ ...connection, max: 4 });
  return {
    session: pgSession(pool),
    inside: async (work) => {
      const client = await pool.connect();
      return inside(client, work).finally(() => client.release());
    },
    lent: () => pool.totalCount - pool.idleCount,
    close: () => pool.end().then(drop),
  };
}

async function openClient(connection: Connection, drop: () => Promise<void>): Promise<Opened> {
  const client = new pg.Client(connection);
  await client.connect();
  return { session: pgSession(client), inside: (work) => inside(client, work), lent: () => 0, close: () => client.end().then(drop) };
}

const server18 = await sharedServer("18");
for (const [major, server] of [["18", server18], ["15", await sharedServer("15")]] as const) {
  for (const [kind, open] of [["pool", openPool], ["client", openClient]] as const) {
    sessionSuite(`a ${kind} of pg, PostgreSQL ${major}`, server !== undefined, async () => {
      const { connection, drop } = await ownDatabase(server as NonNullable<typeof server>, oddSettings("database"));
      return open(connection, drop);
    });
  }
}

describe.skipIf(server18 === undefined)("pg alone", () => {
  let own: OwnDatabase;
  beforeAll(async () => {
    own = await ownDatabase(server18 as NonNullable<typeof server18>, "CREATE TABLE t (id int PRIMARY KEY, label text)");
  });
  afterAll(() => own?.drop());

  async function withClient(options: pg.ClientConfig, work: (client: pg.Client) => Promise<void>): Promise<void> {
    const client = new pg.Client({ ...own.connection, ...options });
    client.on("error", () => undefined);
    await client.connect();
    await work(client).finally(() => client.end());
  }

  it("a connection is asked for its client_encoding when it is first used, and another one is refused whenever it is set", async () => {
    const ask = sql("SELECT 'x' AS a");
    const refused = { code: "client-encoding", message: expect.stringContaining("LATIN1") as string };
    await withClient({}, async (client) => {
      await client.query("SET client_encoding = 'LATIN1'");
      const session = pgSession(client);
      await expect(session.atomic([insert(90, "ü")])).rejects.toMatchObject(refused);
      await client.query("RESET client_encoding");
      expect(await session.query(ask)).toEqual([{ a: "x" }]);
      await client.query("SET client_encoding = 'LATIN1'");
      await expect(session.isolated([[insert(90, "ü")]])).rejects.toMatchObject(refused);
      await expect(session.transaction((own) => own.query(ask))).rejects.toMatchObject(refused);
      await expect(session.copyIn("COPY t FROM STDIN", [])).rejects.toMatchObject(refused);
      expect(client.getTransactionStatus()).toBe("I");
      await client.query("SET client_encoding = 'utf-8'");
      expect(await session.query(ask)).toEqual([{ a: "x" }]);
    });
    const pool = new pg.Pool({ ...own.connection, max: 2 });
    pool.on("connect", (client) => void client.query("SET client_encoding = 'LATIN1'"));
    await expect(pgSession(pool).atomic([insert(90, "ü")])).rejects.toMatchObject(refused);
    await pool.end();
  });

  it("needs one round trip for a transaction, and for isolated groups", () =>
    withClient({}, async (client) => {
      const session = pgSession(client);
      await session.query(sql("SELECT 'once a connection' AS a"));
      const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
      /** What went over the socket: a letter whenever its direction turned. */
      let turns = "";
      const write = stream.write.bind(stream);
      stream.write = ((...given: Parameters<typeof write>) => {
        if (!turns.endsWith("w")) turns += "w";
        return write(...given);
      }) as typeof stream.write;
      const emit = stream.emit.bind(stream);
      stream.emit = ((event: string, ...given: unknown[]) => {
        if (event === "data" && !turns.endsWith("r")) turns += "r";
        return emit(event, ...given);
      }) as typeof stream.emit;
      await session.atomic([insert(1), insert(2), sql("SELECT count(*)::text AS n FROM t")]);
      expect(turns).toBe("wr");
      const results = await session.isolated([[insert(3)], [insert(1)], [insert(4)]]);
      expect(results.map((result) => result instanceof PostgresError)).toEqual([false, true, false]);
      expect(turns).toBe("wrwr");
    }));

  it("parses a named statement once per connection", () =>
    withClient({}, async (client) => {
      const { connection } = client as unknown as { connection: { parse(message: unknown): void } };
      const parse = vi.spyOn(connection, "parse");
      const named = { text: "SELECT $1::text AS a", parameters: ["x"], name: "rowlens_named" };
      const session = pgSession(client);
      for (let time = 0; time < 3; time++) await session.query(named);
      await session.isolated([[named, named], [named]]);
      expect(parse.mock.calls.filter(([message]) => (message as { name: string }).name === "rowlens_named")).toHaveLength(1);
      await pgSession(client, { prepare: false }).query(named);
      expect(parse.mock.calls.at(-1)).toEqual([expect.objectContaining({ name: "" })]);
    }));

  it("prepared statements that were dropped behind its back are made anew, in a batch too", () =>
    withClient({}, async (client) => {
      const session = pgSession(client);
      const named = { text: "SELECT $1::text AS a", parameters: ["x"], name: "rowlens_named" };
      const other = { ...named, text: "SELECT $1::text AS b", name: "rowlens_other" };
      await session.pipeline([named, other]);
      for (const run of [() => session.query(named), () => session.atomic([named, other]).then(([rows]) => rows), () => session.isolated([[named, other], [other, named]]).then(([rows]) => (rows as ResultRow[][])[0])]) {
        await client.query("DISCARD ALL");
        expect(await run()).toEqual([{ a: "x" }]);
      }
    }));

  it("a connection that PostgreSQL ends is an error of ours, and the pool goes on", async () => {
    const pool = new pg.Pool({ ...own.connection, max: 1 });
    const session = pgSession(pool);
    const ended = await session.query(sql("SELECT pg_terminate_backend(pg_backend_pid())::text AS a")).catch((error: unknown) => error);
    expect(ended).toMatchObject({ sqlstate: "57P01" });
    await expect(session.transaction(async (inside) => {
      await inside.query(sql("SELECT pg_terminate_backend(pg_backend_pid())::text AS a"));
    })).rejects.toMatchObject({ sqlstate: "57P01" });
    expect(await session.query(sql("SELECT 'x' AS a"))).toEqual([{ a: "x" }]);
    expect(pool.totalCount - pool.idleCount).toBe(0);
    await pool.end();
    await expect(session.query(sql("SELECT 'x' AS a"))).rejects.toMatchObject({ code: "postgres-error", sqlstate: "08006" });
  });

  it("a server that is not there is an error of ours", async () => {
    const pool = new pg.Pool({ host: "127.0.0.1", port: 1 });
    await expect(pgSession(pool).query(sql("SELECT 'x' AS a"))).rejects.toMatchObject({ code: "postgres-error", sqlstate: "08006" });
    await pool.end();
  });

  it("the user's `query_timeout` ends a pipeline", async () => {
    const pool = new pg.Pool({ ...own.connection, max: 1, query_timeout: 100 });
    const session = pgSession(pool);
    await expect(session.query(sql("SELECT pg_sleep(5)::text AS a"))).rejects.toMatchObject({ sqlstate: "08006" });
    expect(await session.query(sql("SELECT 'x' AS a"))).toEqual([{ a: "x" }]);
    await pool.end();
  });

  it("notices and notifications reach the user's client, in the middle of a pipeline too", () =>
    withClient({}, async (client) => {
      const heard: unknown[] = [];
      client.on("notification", ({ payload }) => heard.push(payload));
      client.on("notice", ({ message }) => heard.push(message));
      await client.query("LISTEN rowlens_test");
      await pgSession(client).pipeline([sql("SELECT pg_notify('rowlens_test', 'hello')::text"), sql("DO $$ BEGIN RAISE NOTICE 'a notice'; END $$")]);
      await client.query("SELECT 1");
      expect(heard.sort()).toEqual(["a notice", "hello"]);
    }));

  it("waits its turn on a client that is at work, and two transactions on one client do not mix", () =>
    withClient({}, async (client) => {
      const session = pgSession(client);
      const slow = client.query("SELECT pg_sleep(0.05)");
      const failing = session.transaction(async (inside) => {
        await inside.query(insert(100));
        await inside.query(sql("SELECT 1/0"));
      });
      const other = pgSession(client).atomic([insert(101)]);
      await expect(failing).rejects.toMatchObject({ sqlstate: "22012" });
      await other;
      await slow;
      expect(await session.query(sql("SELECT id::text AS id FROM t WHERE id >= 100"))).toEqual([{ id: "101" }]);
    }));

  it("clients that cannot be used are refused, with what helps", async () => {
    const refused = (client: object): unknown => {
      try {
        return pgSession(client as pg.Client);
      } catch (error) {
        return error;
      }
    };
    expect(refused({ query() {} })).toMatchObject({ code: "client-unsupported" });
    expect(refused({ query() {}, connection: {} })).toMatchObject({ code: "client-unsupported", message: expect.stringContaining("8.21") });
    await withClient({ pipeline: true } as pg.ClientConfig, (client) => expect(pgSession(client).query(sql("SELECT 'x' AS a"))).rejects.toMatchObject({ code: "client-unsupported" }));
    await withClient({}, async (client) => {
      (client as unknown as { connection: { stream: Duplex } }).connection.stream.on("data", () => undefined);
      await expect(pgSession(client).query(sql("SELECT 'x' AS a"))).rejects.toMatchObject({ code: "client-unsupported" });
    });
  });

  it("a result that is neither text nor bytes is refused by name", () =>
    withClient({}, (client) => expect(pgSession(client).query(sql("SELECT 1 AS number"))).rejects.toMatchObject({ code: "result-type", message: expect.stringContaining("`number`") })));
});
