import type { ColumnType } from "./column-type.ts";
import { timestampToDate } from "./datetime.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { toText, utf8 } from "./text.ts";

/** Binary parameters: parts of one copy of the tuples, as Buffers where there are Buffers. @internal */
export function binaryParameters(tuples: Uint8Array): (Uint8Array | null)[][] {
  // A copy: parameters outlive views.
  const bytes = tuples.slice();
  const { buffer, byteOffset } = bytes;
  const data = new DataView(buffer, byteOffset, bytes.length);
  const rows: (Uint8Array | null)[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const count = data.getInt16(at);
    at += 2;
    const row: (Uint8Array | null)[] = new Array(count);
    for (let index = 0; index < count; index++) {
      const length = data.getInt32(at);
      at += 4;
      if (length < 0) {
        row[index] = null;
        continue;
      }
      row[index] = typeof Buffer === "function" ? Buffer.from(buffer, byteOffset + at, length) : bytes.subarray(at, at + length);
      at += length;
    }
    rows.push(row);
  }
  return rows;
}

/** A value `postgres` turns into JSON text by itself, with nothing for it to guess a type from. */
class Json {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toJSON(): unknown {
    return JSON.parse(this.#text);
  }
}

/** A Date that says an instant beyond Dates the way PostgreSQL writes it. */
class FarDate extends Date {
  readonly #text: string;
  constructor(text: string) {
    super(0);
    this.#text = text;
  }
  override toISOString(): string {
    return this.#text;
  }
}

/**
 * A value that `postgres` with its default types sends as what it is: it turns booleans, bytes, JSON and dates into text
 * itself, whatever it is given. @internal
 */
export function postgresValue(type: ColumnType, data: DataView, at: number, length: number): unknown {
  // Arrays that are text already are left alone, and so is every other type.
  if (type.dimensions > 0) return toText(type, data, at, length);
  switch (type.kind) {
    case "boolean": return data.getUint8(at) !== 0;
    case "bytea": return new Uint8Array(data.buffer, data.byteOffset + at, length).slice();
    case "jsonb": return new Json(utf8(data, at + 1, length - 1));
    case "json": return new Json(utf8(data, at, length));
    case "date":
    case "timestamp":
    case "timestamptz": {
      const text = toText(type, data, at, length);
      const date = type.kind === "date" ? new Date(`${text}T00:00:00Z`) : timestampToDate(data.getBigInt64(at));
      const iso = date === undefined || Number.isNaN(date.getTime()) ? "" : date.toISOString();
      // Text: a Date would be sent as a timestamptz, whatever the column is.
      if (/^\d{4}-/.test(iso) && !iso.startsWith("0000")) return iso;
      if (type.kind === "timestamptz") return new FarDate(text);
      throw new RowlensError("value-unsendable", `\`postgres\` with its default types cannot send the ${type.kind} \`${text}\`: connect with \`types: postgresTextTypes\` and use \`parameters("text")\``);
    }
    default: return toText(type, data, at, length);
  }
}
