import type { Writer } from "./writer.ts";

/** Values of the `bson` package, of any major version: read by what they have, never by their class. @internal */
export interface Tagged {
  _bsontype: string;
  [key: string]: unknown;
}

/** Writes the value of an ObjectId: `bson` 7.3 and later keep four integers, older ones a buffer behind `id`. @internal */
export function writeObjectId(writer: Writer, value: Tagged): boolean {
  writer.room(12);
  const { bytes, at } = writer;
  const { i0, i1, i2, i3 } = value;
  if (typeof i0 === "number" && typeof i1 === "number" && typeof i2 === "number" && typeof i3 === "number") {
    bytes[at] = i0 >>> 16;
    bytes[at + 1] = i0 >>> 8;
    bytes[at + 2] = i0;
    bytes[at + 3] = i1 >>> 16;
    bytes[at + 4] = i1 >>> 8;
    bytes[at + 5] = i1;
    bytes[at + 6] = i2 >>> 16;
    bytes[at + 7] = i2 >>> 8;
    bytes[at + 8] = i2;
    bytes[at + 9] = i3 >>> 16;
    bytes[at + 10] = i3 >>> 8;
    bytes[at + 11] = i3;
  } else {
    const id = value.buffer instanceof Uint8Array ? value.buffer : value.id;
    if (id instanceof Uint8Array && id.length === 12) {
      for (let index = 0; index < 12; index++) bytes[at + index] = id[index] as number;
    } else {
      const hex = typeof value.toHexString === "function" ? String((value.toHexString as () => string)()) : "";
      if (!/^[0-9a-f]{24}$/i.test(hex)) return false;
      for (let index = 0; index < 12; index++) bytes[at + index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
    }
  }
  writer.at = at + 12;
  return true;
}

/** Subtype 2 carries its length twice. */
const OLD_BINARY = 2;

/** Writes the value of a Binary or UUID. @internal */
export function writeBinary(writer: Writer, value: Tagged): boolean {
  const buffer = value.buffer;
  const subtype = value.sub_type;
  if (!(buffer instanceof Uint8Array) || typeof subtype !== "number") return false;
  const length = typeof value.position === "number" ? value.position : buffer.length;
  const content = length === buffer.length ? buffer : buffer.subarray(0, length);
  writer.int32(subtype === OLD_BINARY ? length + 4 : length);
  writer.byte(subtype);
  if (subtype === OLD_BINARY) writer.int32(length);
  writer.raw(content);
  return true;
}

/** Writes the two halves of a Long or Timestamp. @internal */
export function writeLong(writer: Writer, value: Tagged): boolean {
  const { low, high } = value;
  if (typeof low !== "number" || typeof high !== "number") return false;
  writer.int32(low);
  writer.int32(high);
  return true;
}
