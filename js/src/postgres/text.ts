import { arrayFromText, arrayToText, readArray, writeArray } from "./array.ts";
import { type ColumnType, elementType } from "./column-type.ts";
import { dateFromText, dateToText, timestampFromText, timestampToText } from "./datetime.ts";
import { numericFromText, numericToText } from "./numeric.ts";
import { unreadable } from "./unreadable.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8 of a part of the bytes below `data`. @internal */
export function utf8(data: DataView, at: number, length: number): string {
  return decoder.decode(new Uint8Array(data.buffer, data.byteOffset + at, length));
}

/** PostgreSQL's text for a value in binary form. @internal */
export function toText(type: ColumnType, data: DataView, at: number, length: number): string {
  if (type.dimensions > 0) {
    const element = elementType(type);
    return arrayToText(readArray(data, at, (start, size) => toText(element, data, start, size)));
  }
  switch (type.kind) {
    case "boolean": return data.getUint8(at) === 0 ? "f" : "t";
    case "smallint": return String(data.getInt16(at));
    case "integer": return String(data.getInt32(at));
    case "bigint": return String(data.getBigInt64(at));
    case "real": return realText(data.getFloat32(at));
    case "double precision": return numberText(data.getFloat64(at), 15);
    case "numeric": return numericToText(data, at);
    case "date": return dateToText(data.getInt32(at));
    case "timestamp": return timestampToText(data.getBigInt64(at), false);
    case "timestamptz": return timestampToText(data.getBigInt64(at), true);
    case "uuid": return uuidText(data, at);
    case "bytea": return `\\x${hex(data, at, length)}`;
    case "jsonb": return utf8(data, at + 1, length - 1);
    default: return utf8(data, at, length);
  }
}

/** As PostgreSQL prints floats: an exponent of two digits or more below 1e-4, and from `10 ** digits` on. */
function numberText(value: number, digits: number): string {
  if (Object.is(value, -0)) return "-0";
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0 || (size >= 1e-4 && size < 10 ** digits)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** The shortest text that gives the same 32-bit float back. @internal */
export function realText(value: number): string {
  for (let digits = 1; digits < 10 && value !== 0 && Number.isFinite(value); digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return numberText(text, 6);
  }
  return numberText(value, 6);
}

function hex(data: DataView, at: number, length: number): string {
  let text = "";
  for (let index = at; index < at + length; index++) text += data.getUint8(index).toString(16).padStart(2, "0");
  return text;
}

/** @internal */
export function uuidText(data: DataView, at: number): string {
  const text = hex(data, at, 16);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** Binary form of PostgreSQL's text for a value. @internal */
export function fromText(type: ColumnType, text: string): Uint8Array {
  if (type.dimensions > 0) {
    const element = elementType(type);
    return writeArray(type, arrayFromText(text), (item) => fromText(element, item as string));
  }
  switch (type.kind) {
    case "boolean": return Uint8Array.of(booleanFromText(text));
    case "smallint": return integer(text, 2, type.kind);
    case "integer": return integer(text, 4, type.kind);
    case "bigint": return integer(text, 8, type.kind);
    case "real": return float(text, 4);
    case "double precision": return float(text, 8);
    case "numeric": return numericFromText(text, type.scale);
    case "date": return packed(4, (data) => data.setInt32(0, dateFromText(text)));
    case "timestamp": return packed(8, (data) => data.setBigInt64(0, timestampFromText(text, false)));
    case "timestamptz": return packed(8, (data) => data.setBigInt64(0, timestampFromText(text, true)));
    case "uuid": return uuidFromText(text);
    case "bytea": return byteaFromText(text);
    case "jsonb": return encoder.encode(`\u0001${text}`);
    case "char": return encoder.encode(text.padEnd(text.length + Math.max(0, (type.length ?? 1) - [...text].length)));
    default: return encoder.encode(text);
  }
}

/** Bytes that `write` fills. @internal */
export function packed(length: number, write: (data: DataView) => void): Uint8Array {
  const out = new Uint8Array(length);
  write(new DataView(out.buffer));
  return out;
}

function booleanFromText(text: string): number {
  if (/^\s*(?:t|true|y|yes|on|1)\s*$/i.test(text)) return 1;
  if (/^\s*(?:f|false|n|no|off|0)\s*$/i.test(text)) return 0;
  throw unreadable("boolean", text);
}

function integer(text: string, bytes: 2 | 4 | 8, kind: string): Uint8Array {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw unreadable(kind, text);
  const value = BigInt(text.trim().replace(/^\+/, ""));
  if (BigInt.asIntN(bytes * 8, value) !== value) throw unreadable(kind, text);
  return packed(bytes, (data) => (bytes === 2 ? data.setInt16(0, Number(value)) : bytes === 4 ? data.setInt32(0, Number(value)) : data.setBigInt64(0, value)));
}

function float(text: string, bytes: 4 | 8): Uint8Array {
  const trimmed = text.trim();
  const value = /^[+-]?inf(?:inity)?$/i.test(trimmed) ? (trimmed.startsWith("-") ? -Infinity : Infinity) : Number(trimmed);
  if (trimmed === "" || (Number.isNaN(value) && !/^nan$/i.test(trimmed))) throw unreadable(bytes === 4 ? "real" : "double precision", text);
  return packed(bytes, (data) => (bytes === 4 ? data.setFloat32(0, value) : data.setFloat64(0, value)));
}

function uuidFromText(text: string): Uint8Array {
  const digits = text.trim().replace(/^\{(.*)\}$/, "$1").replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw unreadable("uuid", text);
  return fromHex(digits);
}

function byteaFromText(text: string): Uint8Array {
  if (text.startsWith("\\x")) {
    const digits = text.slice(2);
    if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw unreadable("bytea", text);
    return fromHex(digits);
  }
  throw unreadable("bytea (`bytea_output` must be `hex`)", text);
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) => Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16));
}
