/**
 * rowlens without a source of its own for the WebAssembly (`rowlens/wasm` is the file): the caller passes bytes or a module.
 * For edge runtimes and for libraries.
 * @module
 */
import { start, startAsync } from "../wasm/handle.ts";

export * from "../api.ts";

/**
 * Initialises from anything: bytes, a module, a URL, a `Response`, or a promise of one.
 * @example
 * await init(fetch("/assets/rowlens_bg.wasm"));
 */
export function init(source: BufferSource | WebAssembly.Module | URL | string | Response | Promise<Response>): Promise<void> {
  return startAsync(() => source);
}

/**
 * Initialises from bytes or a module that are here already.
 * @example
 * import module from "rowlens/wasm"; // as edge runtimes give it
 * initSync(module);
 */
export function initSync(source: BufferSource | WebAssembly.Module): void {
  start(source);
}
