/**
 * rowlens without a source of its own for the WebAssembly (`rowlens/wasm` is the file): the caller passes bytes or a module.
 * For edge runtimes and for libraries.
 * @module
 */
import { start, startAsync } from "../wasm/handle.ts";

export * from "../api.ts";

/** Initialises from anything: bytes, a module, a URL, a `Response`, or a promise of one. */
export async function init(source: BufferSource | WebAssembly.Module | URL | string | Response | Promise<Response>): Promise<void> {
  await startAsync(source);
}

/** Initialises from bytes or a module that are here already. */
export function initSync(source: BufferSource | WebAssembly.Module): void {
  start(source);
}
