import { drizzle as overPg } from "drizzle-orm/node-postgres";
import { drizzle as overPglite } from "drizzle-orm/pglite";
import { drizzle as overPostgres } from "drizzle-orm/postgres-js";
import pg from "pg";
import postgres from "postgres";
import { expect, it } from "vitest";
import { drizzleSession } from "../../src/adapters/drizzle-session.ts";
import { ownDatabase, pglite, sharedServer } from "../support/servers/index.ts";
import { oddSettings, sessionSuite } from "./suite.ts";

const server = await sharedServer("18");
const own = (): ReturnType<typeof ownDatabase> => ownDatabase(server as NonNullable<typeof server>, oddSettings("database"));

sessionSuite("Drizzle over a pool of pg", server !== undefined, async () => {
  const { connection, drop } = await own();
  const pool = new pg.Pool({ ...connection, max: 4 });
  const db = overPg(pool, { casing: "snake_case" });
  return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => work(drizzleSession(tx))), lent: () => pool.totalCount - pool.idleCount, close: () => pool.end().then(drop) };
});

sessionSuite("Drizzle over a client of pg, in a transaction in a transaction", server !== undefined, async () => {
  const { connection, drop } = await own();
  const client = new pg.Client(connection);
  await client.connect();
  const db = overPg(client);
  return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => tx.transaction((deeper) => work(drizzleSession(deeper)))), lent: () => 0, close: () => client.end().then(drop) };
});

sessionSuite("Drizzle over postgres", server !== undefined, async () => {
  const { connection, drop } = await own();
  const sql = postgres({ ...connection, max: 4, onnotice: () => undefined });
  const db = overPostgres(sql, { casing: "snake_case" });
  return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => work(drizzleSession(tx))), lent: () => 0, close: () => sql.end({ timeout: 1 }).then(drop) };
});

sessionSuite("Drizzle over PGlite", true, async () => {
  const database = await pglite();
  await database.exec(oddSettings("session"));
  const db = overPglite(database);
  return { session: drizzleSession(db), inside: (work) => db.transaction((tx) => work(drizzleSession(tx))), lent: () => 0, close: () => database.close() };
});

it("Drizzle over another driver is refused, with those that can be", () => {
  expect(() => drizzleSession({ _: { session: { client: { execute() {} } } } })).toThrow(expect.objectContaining({ code: "client-unsupported", message: expect.stringContaining("node-postgres") }));
  expect(() => drizzleSession({ _: { session: {} } })).toThrow(expect.objectContaining({ code: "client-unsupported" }));
});
