/**
 * rowlens for Node, Bun and Deno: nothing to initialise, the WebAssembly next to this file is read at the first call.
 * @module
 */
import { readFileSync } from "node:fs";
import { provide, wasm } from "../wasm/handle.ts";
import { sqlInstance } from "../wasm/sql.ts";

provide(() => readFileSync(new URL("./rowlens_bg.wasm", import.meta.url)));
sqlInstance.provide(() => readFileSync(new URL("./rowlens_sql_bg.wasm", import.meta.url)));

export * from "../api.ts";

/**
 * Does early what the first call would do. Code that also runs in browsers calls it.
 * @example
 * await init();
 * const plan = compile(mapping);
 */
export async function init(): Promise<void> {
  wasm();
}
