// @ts-check
/** Bytes of rowlens' WebAssembly memory. It never shrinks, so this is its peak, too. */
export function wasmMemory() {
  const [glue] = Object.values(/** @type {any} */ (globalThis)[Symbol.for("rowlens.wasm")] ?? {});
  if (!glue) throw new Error("rowlens has no WebAssembly instance yet");
  return /** @type {number} */ (glue.linear_memory().buffer.byteLength);
}
