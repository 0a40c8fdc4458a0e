import { RowlensError } from "../core/rowlens-error.ts";
import { uninitialised } from "../wasm/copy.ts";

const SIGNATURE = [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0];
const HEADER: Uint8Array = Uint8Array.from([...SIGNATURE, 0, 0, 0, 0, 0, 0, 0, 0]);

/** COPY's binary envelope around tuples. @internal */
export function copyBinary(tuples: Uint8Array): Uint8Array {
  const out = uninitialised(HEADER.length + tuples.length + 2);
  out.set(HEADER);
  out.set(tuples, HEADER.length);
  out.fill(0xff, out.length - 2);
  return out;
}

/** The tuples inside COPY's binary envelope, as a view. @internal */
export function tuplesOfCopyBinary(bytes: Uint8Array): Uint8Array {
  if (bytes.length < HEADER.length || SIGNATURE.some((byte, index) => bytes[index] !== byte)) throw new RowlensError("copy-header", "these bytes are not what `COPY … TO … WITH (FORMAT binary)` gives");
  const extension = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(15);
  const start = HEADER.length + extension;
  // A stream that was cut at a tuple has no trailer; the tuples themselves tell.
  const end = bytes.length - start >= 2 && bytes[bytes.length - 1] === 0xff && bytes[bytes.length - 2] === 0xff ? bytes.length - 2 : bytes.length;
  return bytes.subarray(start, end);
}
