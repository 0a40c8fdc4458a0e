/**
 * rowlens for browsers: `await init()` once, then everything is synchronous.
 * @module
 */
import { RowlensError } from "../core/rowlens-error.ts";
import { startAsync } from "../wasm/handle.ts";

export * from "../api.ts";

/**
 * Fetches and compiles the WebAssembly: once, however often it is called. After a failure the next call tries again.
 * @throws RowlensError `wasm-unavailable` where the file cannot be had, with what to do.
 * @example
 * await init();
 * const plan = compile(mapping);
 */
export async function init(): Promise<void> {
  const url = new URL("./rowlens_bg.wasm", import.meta.url);
  try {
    await startAsync(() => url);
  } catch (error) {
    const message = `the WebAssembly could not be had from \`${url.pathname}\`: ${error instanceof Error ? error.message : String(error)}`;
    const help = "the file belongs beside the code that was bundled. Vite's development server moves the code without it: set `optimizeDeps: { exclude: [\"rowlens\"] }`; or import `rowlens/inline`";
    throw new RowlensError("wasm-unavailable", `${message}; ${help}`, [{ code: "wasm-unavailable", severity: "error", message, path: "", help }]);
  }
}
