/**
 * rowlens for browsers: `await init()` once, then everything is synchronous.
 * @module
 */
import { startAsync } from "../wasm/handle.ts";

export * from "../api.ts";

let pending: Promise<void> | undefined;

/** Fetches and compiles the WebAssembly. Further calls give the same promise; after a failure the next call tries again. */
export function init(): Promise<void> {
  pending ??= startAsync(new URL("./rowlens_bg.wasm", import.meta.url)).catch((error: unknown) => {
    pending = undefined;
    throw error;
  });
  return pending;
}
