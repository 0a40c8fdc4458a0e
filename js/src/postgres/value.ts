import { readArray, writeArray } from "./array.ts";
import { type ColumnType, elementType } from "./column-type.ts";
import { dateFromDate, dateToText, timestampFromDate, timestampToDate, timestampToText } from "./datetime.ts";
import { numericToText } from "./numeric.ts";
import { fromText, packed, realText, toText, utf8 } from "./text.ts";
import { unreadable } from "./unreadable.ts";

/**
 * How row objects say values. The defaults are Drizzle's. A value that the wished type cannot hold exactly (a `numeric` beyond
 * a double, a timestamp with microseconds or beyond Date) stays PostgreSQL's text: nothing is rounded.
 */
export interface ObjectsOptions {
  /** `numeric`. Default `string`. `bigint` is for integral values. */
  numeric?: "string" | "number" | "bigint";
  /** `bigint`. Default `bigint`. */
  bigint?: "bigint" | "number" | "string";
  /** `timestamp` and `timestamptz`. Default `date`. A `date` column is always text, `2026-01-31`. */
  date?: "date" | "string";
  /**
   * `jsonb` and `json`. Default `value`, parsed, as Drizzle takes and gives them. JavaScript cannot tell `5.0` from `5` nor hold
   * all digits of every number: for a lossless way back choose `text`, and say so to `toDocuments`.
   */
  json?: "value" | "text";
}

/** JavaScript value of a value in binary form. @internal */
export function toValue(type: ColumnType, data: DataView, at: number, length: number, options: ObjectsOptions): unknown {
  if (type.dimensions > 0) {
    const element = elementType(type);
    return readArray(data, at, (start, size) => toValue(element, data, start, size, options));
  }
  switch (type.kind) {
    case "boolean": return data.getUint8(at) !== 0;
    case "smallint": return data.getInt16(at);
    case "integer": return data.getInt32(at);
    case "bigint": return bigint(data.getBigInt64(at), options.bigint ?? "bigint");
    case "real": return Number(realText(data.getFloat32(at)));
    case "double precision": return data.getFloat64(at);
    case "numeric": return numeric(numericToText(data, at), options.numeric ?? "string");
    case "date": return dateToText(data.getInt32(at));
    case "timestamp":
    case "timestamptz": {
      const microseconds = data.getBigInt64(at);
      return (options.date === "string" ? undefined : timestampToDate(microseconds)) ?? timestampToText(microseconds, type.kind === "timestamptz");
    }
    case "bytea": return new Uint8Array(data.buffer, data.byteOffset + at, length).slice();
    case "jsonb": return json(utf8(data, at + 1, length - 1), options);
    case "json": return json(utf8(data, at, length), options);
    default: return toText(type, data, at, length);
  }
}

const json = (text: string, options: ObjectsOptions): unknown => (options.json === "text" ? text : JSON.parse(text));

function bigint(value: bigint, as: "bigint" | "number" | "string"): bigint | number | string {
  if (as === "bigint") return value;
  const number = Number(value);
  return as === "number" && Number.isSafeInteger(number) ? number : String(value);
}

function numeric(text: string, as: "string" | "number" | "bigint"): bigint | number | string {
  if (as === "string") return text;
  if (as === "bigint") return /^-?\d+(?:\.0*)?$/.test(text) ? BigInt(text.replace(/\..*$/, "")) : text;
  const number = Number(text);
  // The same digits, trailing zeros and exponents aside.
  return Number.isNaN(number) ? (text === "NaN" ? number : text) : plain(numericToPlain(number)) === plain(text) ? number : text;
}

const plain = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** Text of a double without an exponent. */
function numericToPlain(value: number): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value));
  if (!match) return String(value);
  const [, sign, whole = "", fraction = "", exponent] = match;
  const shift = Number(exponent);
  if (shift >= 0) return sign + whole + fraction.padEnd(shift, "0");
  return `${sign}0.${"0".repeat(-shift - 1)}${whole}${fraction}`;
}

/**
 * Binary form of a JavaScript value, as drivers and ORMs return them for a column of this type; null and undefined are NULL.
 * @internal
 */
export function fromValue(type: ColumnType, value: unknown, options: { json?: "value" | "text" }): Uint8Array | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (type.dimensions > 0 && Array.isArray(value)) {
    const element = elementType(type);
    return writeArray(type, value, (item) => {
      const bytes = fromValue(element, item, options);
      if (bytes === null) throw unreadable(type.kind, item);
      return bytes;
    });
  }
  if (type.dimensions === 0 && (type.kind === "json" || type.kind === "jsonb")) {
    return fromText(type, options.json === "text" && typeof value === "string" ? value : JSON.stringify(value));
  }
  switch (typeof value) {
    case "string": return fromText(type, value);
    case "boolean":
      if (type.kind === "boolean") return Uint8Array.of(value ? 1 : 0);
      break;
    case "bigint": return fromText(type, String(value));
    case "number":
      if (type.kind === "boolean") break;
      return fromText(type, Object.is(value, -0) && type.kind !== "real" && type.kind !== "double precision" ? "0" : Object.is(value, -0) ? "-0" : String(value));
    case "object":
      if (value instanceof Uint8Array && type.kind === "bytea") return value;
      if (value instanceof Date) {
        if (type.kind === "timestamp" || type.kind === "timestamptz") return packed(8, (data) => data.setBigInt64(0, timestampFromDate(value)));
        if (type.kind === "date") return packed(4, (data) => data.setInt32(0, dateFromDate(value)));
      }
      break;
    default:
  }
  throw unreadable(type.dimensions > 0 ? `${type.kind} array` : type.kind, value);
}
