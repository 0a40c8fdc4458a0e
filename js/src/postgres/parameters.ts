import type { ColumnType } from "./column-type.ts";
import { timestampToDate } from "./datetime.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { uninitialised } from "../wasm/copy.ts";
import { toText, utf8 } from "./text.ts";

/**
 * A Buffer that is a part of another: what Node's own class of Buffers is, which has no public name. Made at a fraction of what
 * `Buffer.from` and `subarray` cost; there are dozens in a row set.
 */
class Part extends Uint8Array {
  constructor(buffer: ArrayBuffer, byteOffset: number, length: number) {
    super(buffer, byteOffset, length);
  }
}
if (typeof Buffer === "function") {
  Object.setPrototypeOf(Part.prototype, Buffer.prototype);
  Object.defineProperty(Part.prototype, "constructor", { value: Buffer });
}

/** Small copies share memory, as Node's pool of Buffers does: a few tables of one document are the rule. */
const POOL = 8192;
let pool = new Uint8Array(0);
let taken = 0;

/** Binary parameters: parts of one copy of the tuples, as Buffers where there are Buffers. @internal */
export function binaryParameters(tuples: Uint8Array, count: number): (Uint8Array | null)[][] {
  // A copy: parameters outlive views.
  let bytes = pool;
  let at = taken;
  if (tuples.length > POOL >> 2) {
    bytes = uninitialised(tuples.length);
    at = 0;
  } else {
    if (at + tuples.length > bytes.length) {
      bytes = pool = new Uint8Array(POOL);
      at = 0;
    }
    taken = at + tuples.length;
  }
  bytes.set(tuples, at);
  const { buffer } = bytes;
  const rows: (Uint8Array | null)[][] = new Array(count);
  for (let row = 0; row < count; row++) {
    const columns = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    at += 2;
    const values: (Uint8Array | null)[] = new Array(columns);
    for (let index = 0; index < columns; index++) {
      const length = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
      at += 4;
      if (length < 0) {
        values[index] = null;
      } else {
        values[index] = new Part(buffer, at, length);
        at += length;
      }
    }
    rows[row] = values;
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
