export { Database } from "./database.ts";
export { PostgresError } from "./postgres-error.ts";
export type { PostgresErrorPlace } from "./postgres-error.ts";
export type { ResultRow, Session, Statement } from "./session.ts";
