// @ts-check
// A throw-away PostgreSQL: a database of its own on the server that PG_URL names, else PGlite behind a socket.
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pg from "pg";

/** `connections`: how many it takes at a time. @typedef {{ url: string, connections: number, stop(): Promise<void> }} Server */

/** A port that nobody listens on just now. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/** @returns {Promise<Server>} */
export async function startPostgres() {
  return process.env.PG_URL ? databaseOn(process.env.PG_URL) : pglite();
}

/** @returns {Promise<Server>} */
async function pglite() {
  const db = await PGlite.create();
  const port = await freePort();
  // PGlite has one session, so clients get along only one after the other; but the next may come before the last is quite gone.
  const server = new PGLiteSocketServer({ db, port, host: "127.0.0.1", maxConnections: 10 });
  await server.start();
  const stop = async () => {
    await server.stop();
    await db.close();
  };
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, connections: 1, stop };
}

/** @param {string} url @returns {Promise<Server>} */
async function databaseOn(url) {
  const name = `rowlens_${randomBytes(6).toString("hex")}`;
  const run = async (/** @type {string} */ sql) => {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, connections: 10, stop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}
