import type { PGliteInterface, Transaction } from "@electric-sql/pglite";
import { RowlensError } from "../core/rowlens-error.ts";
import type { Plan } from "../core/plan.ts";
import { Database } from "../database/database.ts";
import type { Session } from "../database/session.ts";
import type { PgClient, PgPool } from "./pg/client.ts";
import { pgSession, pgTransactionSession, type PgOptions } from "./pg/session.ts";
import { pgliteSession } from "./pglite.ts";
import { postgresSession, type PostgresSql } from "./postgres.ts";

/** A Drizzle database over `pg`, `postgres` or PGlite, or a transaction of one. */
export interface DrizzleDatabase {
  /** Drizzle's own: it leads to the driver's connection. */
  readonly _: { readonly session: object };
}

/**
 * A Drizzle database, or the `tx` of a `db.transaction`, as a database for rowlens. With a `tx` everything joins that transaction.
 * Statements go to the driver itself: neither Drizzle's logger nor its cache sees them, and neither its casing nor its type mapping
 * can change them.
 * @throws RowlensError `client-unsupported` for other drivers than `pg`, `postgres` and PGlite.
 * @example
 * import { drizzleDatabase } from "rowlens/drizzle";
 * await db.transaction(async (tx) => {
 *   await tx.insert(quotes).values(quote);
 *   await drizzleDatabase(tx, plan).apply("payments", payment);
 * });
 */
export function drizzleDatabase(database: DrizzleDatabase, plan: Plan, options: PgOptions = {}): Database {
  return new Database(drizzleSession(database, options), plan);
}

/** {@link drizzleDatabase} without a plan. */
export function drizzleSession(database: DrizzleDatabase, options: PgOptions = {}): Session {
  const { client } = ((database as DrizzleDatabase | undefined | null)?._?.session ?? {}) as { client?: unknown };
  if (typeof client === "function" && "unsafe" in client) return postgresSession(client as unknown as PostgresSql);
  if (typeof client === "object" && client !== null) {
    // PGlite: a database or a transaction.
    if ("exec" in client) return pgliteSession(client as PGliteInterface | Transaction);
    // Only transactions can be rolled back by hand; Drizzle says so, and old clients cannot.
    if ("connection" in client && "rollback" in database) return pgTransactionSession(client as PgClient, options);
    if ("totalCount" in client || "connection" in client) return pgSession(client as unknown as PgPool | PgClient, options);
  }
  throw new RowlensError("client-unsupported", "this is no Drizzle database, or over a driver that rowlens does not know; it takes those of `drizzle-orm/node-postgres`, `drizzle-orm/postgres-js` and `drizzle-orm/pglite`");
}
