/**
 * rowlens over node-postgres (`pg`): documents applied, loaded, read back and compared.
 * @module
 */
export { pgDatabase } from "../adapters/pg/session.ts";
export type { PgOptions } from "../adapters/pg/session.ts";
export type { PgClient, PgPool, PgPoolClient } from "../adapters/pg/client.ts";
export * from "../database/api.ts";
