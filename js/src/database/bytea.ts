const BACKSLASH = 92;

/**
 * The bytes of a `bytea` in PostgreSQL's text form, which is the user's choice (`bytea_output`): `\x…`, or the older one with `\\`
 * and `\ooo`. The two cannot be mistaken for each other.
 */
export function byteaFromText(text: string): Uint8Array {
  if (text.startsWith("\\x")) return fromHex(text, 2);
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== BACKSLASH) out[length++] = text.charCodeAt(at);
    else if (text.charCodeAt(at + 1) === BACKSLASH) out[length++] = text.charCodeAt(++at);
    else {
      out[length++] = Number.parseInt(text.slice(at + 1, at + 4), 8);
      at += 3;
    }
  }
  return out.subarray(0, length);
}

/** Node's own decoder is many times faster than a loop. */
const buffer: { from(text: string, encoding: "hex"): Uint8Array } | undefined = (globalThis as { Buffer?: { from(text: string, encoding: "hex"): Uint8Array } }).Buffer;

function fromHex(text: string, start: number): Uint8Array {
  if (buffer !== undefined) return buffer.from(text.slice(start), "hex");
  const out = new Uint8Array((text.length - start) / 2);
  for (let at = 0; at < out.length; at++) out[at] = Number.parseInt(text.slice(start + 2 * at, start + 2 * at + 2), 16);
  return out;
}
