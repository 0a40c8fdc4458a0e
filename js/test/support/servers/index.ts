import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { connect } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { citext } from "@electric-sql/pglite/contrib/citext";
import pg from "pg";
import { inject } from "vitest";
import type { Answer, Major } from "./shared.ts";

/** Servers that tests name. */
export type ServerName = Major | "pglite";

/** How drivers reach a database of one's own. */
export interface Connection {
  host: string;
  user: string;
  database: string;
}

/** A fresh database on a shared server. */
export interface OwnDatabase {
  connection: Connection;
  drop(): Promise<void>;
}

/**
 * Where the server of that version is; one per run, started by whoever asks first. Undefined where it cannot be had: then it says
 * so, and the tests are to be skipped. CI has to have 18.
 */
export async function sharedServer(major: Major): Promise<{ host: string; user: string } | undefined> {
  const socket = connect(inject("servers"));
  socket.write(major);
  const answer = JSON.parse(await text(socket)) as Answer;
  if (answer !== null && "error" in answer) throw new Error(answer.error);
  if (answer !== null) return answer;
  const what = `PostgreSQL ${major} cannot be had: install Debian's postgresql-${major}${major === "18" ? ", or let npm reach its registry" : ""}`;
  if (process.env.CI && major === "18") throw new Error(what);
  console.warn(`${what}; its tests are skipped`);
  return undefined;
}

/** A fresh database there, with `sql` run in it. */
export async function ownDatabase(server: { host: string; user: string }, sql = ""): Promise<OwnDatabase> {
  const database = `rowlens_${randomBytes(6).toString("hex")}`;
  await run({ ...server, database: "postgres" }, `CREATE DATABASE ${database}`);
  const connection = { ...server, database };
  if (sql !== "") await run(connection, sql);
  return { connection, drop: () => run({ ...server, database: "postgres" }, `DROP DATABASE ${database} WITH (FORCE)`) };
}

async function run(connection: Connection, sql: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** PostgreSQL in this process, with the extensions that mappings may ask for. */
export const pglite = (): Promise<PGlite> => PGlite.create({ extensions: { citext } });
