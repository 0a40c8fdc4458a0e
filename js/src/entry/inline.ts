/**
 * rowlens with the WebAssembly inside the JavaScript, for bundlers and runtimes that cannot carry a file beside it.
 * Some browsers do not compile synchronously on the main thread: call `await init()` first there.
 * @module
 */
import { base64 } from "../wasm/bytes.generated.js";
import { provide, startAsync } from "../wasm/handle.ts";

function bytes(): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) out[at] = text.charCodeAt(at);
  return out;
}
provide(bytes);

export * from "../api.ts";

/**
 * Compiles the WebAssembly asynchronously. Optional where synchronous compilation is allowed (Node, workers).
 * @example
 * import { compile, init } from "rowlens/inline";
 * await init();
 */
export function init(): Promise<void> {
  return startAsync(bytes);
}
