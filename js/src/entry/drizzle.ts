/**
 * rowlens for Drizzle: a database or transaction of Drizzle's as a database for rowlens; rows as values of an insert, and selected
 * rows back.
 * @module
 */
export { insertValues, selectedRows } from "../adapters/drizzle.ts";
export type { DrizzleTable, InsertOptions } from "../adapters/drizzle.ts";
export { drizzleDatabase } from "../adapters/drizzle-session.ts";
export type { DrizzleDatabase } from "../adapters/drizzle-session.ts";
export type { PgOptions } from "../adapters/pg/session.ts";
export * from "../database/api.ts";
