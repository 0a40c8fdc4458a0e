/**
 * rowlens for Drizzle: rows as values of an insert, and selected rows back.
 * @module
 */
export { insertValues, selectedRows } from "../adapters/drizzle.ts";
export type { DrizzleTable, InsertOptions } from "../adapters/drizzle.ts";
