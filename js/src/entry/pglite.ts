/**
 * rowlens over PGlite: documents applied, loaded, read back and compared.
 * @module
 */
export { pgliteDatabase } from "../adapters/pglite.ts";
export * from "../database/api.ts";
