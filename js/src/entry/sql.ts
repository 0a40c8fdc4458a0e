/**
 * The part of rowlens' WebAssembly that writes SQL for databases, and explains plans: `Plan.ddl`, `Plan.explain`, `migrate`, `checkDatabase` and everything that `pgliteDatabase` and its
 * like do need it. In Node it is there by itself; browsers and edge runtimes initialise it once.
 * @module
 */
import { sqlInstance } from "../wasm/sql.ts";

/**
 * Fetches and compiles it, from the file beside this code or from whatever is given: bytes, a module, a URL, a `Response`.
 * @example
 * import { init } from "rowlens";
 * import { initSql } from "rowlens/sql";
 * await init();
 * await initSql();
 * const db = pgliteDatabase(await PGlite.create(), compile(mapping));
 */
export async function initSql(source?: BufferSource | WebAssembly.Module | URL | string | Response | Promise<Response>): Promise<void> {
  if (source === undefined && sqlInstance.ready) return void sqlInstance.get();
  await sqlInstance.startAsync(() => source ?? new URL("./rowlens_sql_bg.wasm", import.meta.url));
}
