// @ts-check
// One payment in PostgreSQL: its rows replaced, read back, locked.
import { readFileSync } from "node:fs";
import { compile, pgTextTypes } from "rowlens";

export const plan = compile(readFileSync(new URL("./mapping.json", import.meta.url), "utf8"));
export const payments = plan.collection("payments");

/** The tables this service needs. */
export const ddl = plan.ddl() + readFileSync(new URL("./gaps.sql", import.meta.url), "utf8");

/**
 * A transaction that alone may touch this payment's rows until it ends. Whatever it reads from MongoDB, it reads after the
 * lock: so the mirror that comes last has read the newest state, whatever the order of the writes was.
 * @template T
 * @param {import("pg").Pool} pool
 * @param {string} key the payment's id in PostgreSQL
 * @param {(client: import("pg").PoolClient) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function lockPayment(pool, key, work) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`payments:${key}`]);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

/**
 * Writes one payment's rows in place of those it had. The parameters are binary: `pg` sends Buffers as they are.
 * @param {import("pg").PoolClient} client
 * @param {string} key
 * @param {import("rowlens").Rows} rows
 */
export async function replacePayment(client, key, rows) {
  const [, ...children] = payments.sql;
  for (const sql of children) await client.query(sql.delete, [key]);
  for (const table of rows.tables) {
    for (const values of table.parameters()) await client.query(table.sql.upsert, values);
  }
}

/**
 * One payment as BSON, from its rows as PostgreSQL's own text; undefined where it has none.
 * @param {import("pg").PoolClient | import("pg").Pool} client
 * @param {string} key
 */
export async function readPayment(client, key) {
  /** @type {Record<string, import("rowlens").TableInput>} */
  const tables = {};
  for (const [index, { name }] of payments.tables.entries()) {
    const { rows } = await client.query({ text: payments.sql[index].select, values: [key], types: pgTextTypes });
    tables[name] = { objects: rows, json: "text" };
  }
  return payments.toDocuments(tables).documents.at(0);
}
