/** Below this, filling with zeros costs less than asking for bytes without. */
const FEW = 4096;

/** Bytes that hold anything: for what writes all of them at once. @internal */
export function uninitialised(length: number): Uint8Array<ArrayBuffer> {
  if (length < FEW || typeof Buffer !== "function") return new Uint8Array(length);
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

/** A copy of a view of WebAssembly's memory. @internal */
export function copyOf(view: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = uninitialised(view.length);
  copy.set(view);
  return copy;
}
