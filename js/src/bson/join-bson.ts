import { lengthOf } from "./split-bson.ts";

/** Bytes one behind the other, in memory of their own: what `splitBson` takes apart. @internal */
export function joinBson(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
