/**
 * rowlens over the package `postgres`: documents applied, loaded, read back and compared.
 * @module
 */
export { postgresDatabase } from "../adapters/postgres.ts";
export type { PostgresSql } from "../adapters/postgres.ts";
export * from "../database/api.ts";
