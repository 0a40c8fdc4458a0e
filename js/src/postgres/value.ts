import { readArray, writeArray } from "./array.ts";
import { type ColumnType, elementType } from "./column-type.ts";
import { dateFromDate, dateToText, timestampFromDate, timestampToDate, timestampToText, type WallClock } from "./datetime.ts";
import { numericFromText, numericToText } from "./numeric.ts";
import { fromText, packed, realText, toText, utf8 } from "./text.ts";
import { unreadable } from "./unreadable.ts";

/** How row objects say values. The defaults are Drizzle's. */
export interface ValueForms {
  /** `numeric`. Default `string`. `bigint` is for integral values. */
  numeric?: "string" | "number" | "bigint";
  /** `bigint`. Default `bigint`. */
  bigint?: "bigint" | "number" | "string";
  /** `timestamp` and `timestamptz`. Default `date`. A `date` column is always text, `2026-01-31`. */
  date?: "date" | "string";
  /**
   * `jsonb` and `json`. Default `value`, parsed, as Drizzle takes and gives them. Of what rowlens writes two things are lost that
   * way: a JSON `null` in the column itself becomes SQL NULL, and `json` (not `jsonb`) loses repeated keys and the order of keys
   * that look like numbers. `text` is lossless; say so to `toDocuments`, too.
   */
  json?: "value" | "text";
}

/** How row objects that come back say values. */
export interface ReadForms {
  /** Whether strings in `jsonb` and `json` columns are values (default) or JSON text. */
  json?: "value" | "text";
  /**
   * What the Dates of `timestamp` columns (without time zone) show their time in: `utc` (default; Drizzle's do), or `local`: the
   * process's own zone, as `pg`, `postgres` and PGlite read them. Local times that summer time skips are lost by those drivers.
   */
  timestamps?: WallClock;
}

/** A value that cannot be said the way that was asked for: `kept` is whether PostgreSQL's exact text stands in for it. @internal */
export type OnInexact = (message: string, kept: boolean) => void;

/** JavaScript value of a value in binary form. @internal */
export function toValue(type: ColumnType, data: DataView, at: number, length: number, forms: ValueForms, inexact: OnInexact): unknown {
  if (type.dimensions > 0) {
    const element = elementType(type);
    return readArray(data, at, (start, size) => toValue(element, data, start, size, forms, inexact));
  }
  switch (type.kind) {
    case "boolean": return data.getUint8(at) !== 0;
    case "smallint": return data.getInt16(at);
    case "integer": return data.getInt32(at);
    case "bigint": return bigint(data.getBigInt64(at), forms.bigint ?? "bigint", inexact);
    case "real": return Number(realText(data.getFloat32(at)));
    case "double precision": return data.getFloat64(at);
    case "numeric": return numeric(type, numericToText(data, at), forms.numeric ?? "string", inexact);
    case "date": return dateToText(data.getInt32(at));
    case "timestamp":
    case "timestamptz": {
      const microseconds = data.getBigInt64(at);
      const date = forms.date === "string" ? undefined : timestampToDate(microseconds);
      if (date !== undefined) return date;
      const text = timestampToText(microseconds, type.kind === "timestamptz");
      if (forms.date !== "string") inexact(`\`${text}\` is not a Date`, true);
      return text;
    }
    case "bytea": return new Uint8Array(data.buffer, data.byteOffset + at, length).slice();
    case "jsonb": return json(utf8(data, at + 1, length - 1), forms, false, inexact);
    case "json": return json(utf8(data, at, length), forms, true, inexact);
    default: return toText(type, data, at, length);
  }
}

function json(text: string, forms: ValueForms, verbatim: boolean, inexact: OnInexact): unknown {
  if (forms.json === "text") return text;
  const value: unknown = JSON.parse(text);
  if (value === null) inexact("JSON `null` becomes SQL NULL", false);
  else if (verbatim && !sameTokens(text, JSON.stringify(value))) inexact("JSON whose keys repeat or look like numbers changes when it is parsed", false);
  return value;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[^\s]/g;

/** Whether two JSON texts have the same keys, in the same order, and the same values. */
function sameTokens(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [a.match(TOKEN) ?? [], b.match(TOKEN) ?? []];
  return left.length === right.length && left.every((token, index) => token === right[index] || (/["\d]/.test(token) && JSON.parse(token) === JSON.parse(right[index] as string)));
}

function bigint(value: bigint, as: "bigint" | "number" | "string", inexact: OnInexact): bigint | number | string {
  if (as === "bigint") return value;
  const text = String(value);
  if (as === "string") return text;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  inexact(`\`${text}\` is beyond what a number holds exactly`, true);
  return text;
}

function numeric(type: ColumnType, text: string, as: "string" | "number" | "bigint", inexact: OnInexact): bigint | number | string {
  if (as === "string") return text;
  if (as === "number") {
    const number = Number(text);
    // Exact means: the same numeric again, with its scale.
    if (text === "NaN" || numericText(type, String(number)) === text) return number;
    inexact(`\`${text}\` is not exactly a number`, true);
    return text;
  }
  if (/^-?\d+(?:\.0*)?$/.test(text)) {
    const integer = BigInt(text.replace(/\..*$/, ""));
    if (numericText(type, String(integer)) === text) return integer;
  }
  inexact(`\`${text}\` is not exactly a bigint`, true);
  return text;
}

/** What a numeric column makes of a text. */
function numericText(type: ColumnType, text: string): string | undefined {
  try {
    const bytes = numericFromText(text, type.scale);
    return numericToText(new DataView(bytes.buffer), 0);
  } catch {
    return undefined;
  }
}

/**
 * Binary form of a JavaScript value, as drivers and ORMs return them for a column of this type; null and undefined are NULL.
 * @internal
 */
export function fromValue(type: ColumnType, value: unknown, forms: ReadForms): Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (type.dimensions > 0) {
    // Drivers leave arrays of types they do not know (enums, citext) as text.
    if (typeof value === "string") return fromText(type, value);
    if (!Array.isArray(value)) throw unreadable(`${type.kind} array`, value);
    const element = elementType(type);
    // `postgres` gives the text `NULL` for a NULL in an array; where no text can be meant, that is what it is.
    return writeArray(type, isText(type) ? value : value.map(nulls), (item) => fromValue(element, item, forms) as Uint8Array);
  }
  if (type.kind === "json" || type.kind === "jsonb") return fromText(type, forms.json === "text" && typeof value === "string" ? value : jsonText(type, value));
  switch (typeof value) {
    case "string": return fromText(type, value);
    case "boolean":
      if (type.kind === "boolean") return Uint8Array.of(value ? 1 : 0);
      break;
    case "bigint":
      if (isNumber(type)) return fromText(type, String(value));
      break;
    case "number":
      // Drivers say infinite dates as numbers, too.
      if (isNumber(type) || (isTime(type) && Math.abs(value) === Infinity)) return fromText(type, Object.is(value, -0) && isFloat(type) ? "-0" : String(value));
      break;
    case "object":
      if (type.kind === "bytea" && ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      if (Object.prototype.toString.call(value) === "[object Date]") {
        if (type.kind === "timestamptz") return packed(8, (data) => data.setBigInt64(0, timestampFromDate(value as Date)));
        if (type.kind === "timestamp") return packed(8, (data) => data.setBigInt64(0, timestampFromDate(value as Date, forms.timestamps)));
        if (type.kind === "date") return packed(4, (data) => data.setInt32(0, dateFromDate(value as Date)));
      }
      break;
    default:
  }
  throw unreadable(type.kind, value);
}

function jsonText(type: ColumnType, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A bigint or a cycle.
  }
  if (text === undefined) throw unreadable(type.kind, value);
  return text;
}

const isFloat = (type: ColumnType): boolean => type.kind === "real" || type.kind === "double precision";
const isTime = (type: ColumnType): boolean => type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamptz";
const isNumber = (type: ColumnType): boolean => isFloat(type) || type.kind === "numeric" || type.kind === "smallint" || type.kind === "integer" || type.kind === "bigint";

const isText = (type: ColumnType): boolean => type.kind === "text" || type.kind === "varchar" || type.kind === "char" || type.kind === "citext" || type.kind === "enum" || type.kind === "json" || type.kind === "jsonb";
const nulls = (value: unknown): unknown => (value === "NULL" ? null : Array.isArray(value) ? value.map(nulls) : value);

/** What a driver's value may have lost on its way here, in words; undefined where it says everything. @internal */
export function ambiguity(type: ColumnType, value: unknown, forms: ReadForms): string | undefined {
  if (type.kind === "json" || type.kind === "jsonb") {
    const ambiguous = forms.json !== "text" && (value === null || (type.dimensions > 0 && Array.isArray(value) && value.includes(null)));
    return ambiguous ? "parsed JSON cannot tell JSON `null` from NULL" : undefined;
  }
  if (type.dimensions > 0 && isText(type)) return Array.isArray(value) && value.flat().includes("NULL") ? "`postgres` and PGlite say NULL in an array as the text `NULL`" : undefined;
  if (type.kind === "numeric") {
    // Up to 15 digits at a fixed scale a double says exactly.
    const lossy = !(type.precision !== undefined && type.precision <= 15) && someNumber(value, () => true);
    return lossy ? "numbers may have lost digits and trailing zeros of a numeric" : undefined;
  }
  if (type.kind === "bigint") return someNumber(value, (number) => !Number.isSafeInteger(number)) ? "numbers beyond 2^53 may have lost digits of a bigint" : undefined;
  return undefined;
}

const someNumber = (value: unknown, test: (value: number) => boolean): boolean =>
  typeof value === "number" ? Number.isFinite(value) && test(value) : Array.isArray(value) && value.some((item) => someNumber(item, test));
