/**
 * rowlens for browsers: `await init()` once, then everything is synchronous.
 * @module
 */
import { startAsync } from "../wasm/handle.ts";

export * from "../api.ts";

/**
 * Fetches and compiles the WebAssembly: once, however often it is called. After a failure the next call tries again.
 * @example
 * await init();
 * const plan = compile(mapping);
 */
export function init(): Promise<void> {
  return startAsync(() => new URL("./rowlens_bg.wasm", import.meta.url));
}
