import { PostgresError } from "../../database/postgres-error.ts";
import { RowlensError } from "../../core/rowlens-error.ts";
import type { ResultRow } from "../../database/session.ts";
import type { Field } from "./prepared.ts";

/** Messages from PostgreSQL that a pipeline meets, by their first byte. @internal */
export const MESSAGE = { parseComplete: 0x31, rowDescription: 0x54, noData: 0x6e, dataRow: 0x44, commandComplete: 0x43, emptyQuery: 0x49, error: 0x45, readyForQuery: 0x5a, notice: 0x4e, parameterStatus: 0x53, notification: 0x41 } as const;

/** Takes a stream's chunks apart into messages; what is not whole yet is kept. @internal */
export class MessageSplitter {
  #parts: Buffer[] = [];
  #have = 0;
  #need = 0;

  /**
   * Calls `take` with each whole message: where it begins and ends, its first byte included. Where `take` answers false, the rest,
   * that message first, is given back.
   */
  push(chunk: Buffer, take: (bytes: Buffer, start: number, end: number) => boolean): Buffer | undefined {
    if (this.#parts.length > 0) {
      this.#parts.push(chunk);
      this.#have += chunk.length;
      if (this.#have < this.#need) return undefined;
      chunk = Buffer.concat(this.#parts, this.#have);
      this.#parts = [];
    }
    let start = 0;
    let size = 5;
    for (;;) {
      if (chunk.length - start < 5) break;
      size = 1 + chunk.readUInt32BE(start + 1);
      if (chunk.length - start < size) break;
      if (!take(chunk, start, start + size)) return chunk.subarray(start);
      start += size;
      size = 5;
    }
    if (start < chunk.length) {
      this.#parts = [chunk.subarray(start)];
      this.#have = chunk.length - start;
      this.#need = size;
    }
    return undefined;
  }
}

/** RowDescription: the columns of a result. @internal */
export function fieldsOf(bytes: Buffer, start: number): Field[] {
  const fields: Field[] = [];
  const count = bytes.readUInt16BE(start + 5);
  let at = start + 7;
  for (let index = 0; index < count; index++) {
    const end = bytes.indexOf(0, at);
    fields.push({ name: bytes.toString("utf8", at, end), type: bytes.readUInt32BE(end + 7) });
    at = end + 19;
  }
  return fields;
}

const BYTEA = 17;
/** Types whose binary form is their text: text, varchar, char(n), name, and literals that nobody cast. */
const TEXTS = new Set([25, 1043, 1042, 19, 705]);

/** DataRow, in the binary format: bytes as they are, and text. @internal */
export function rowOf(fields: readonly Field[], bytes: Buffer, start: number): ResultRow {
  const row: ResultRow = {};
  let at = start + 7;
  for (const { name, type } of fields) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) row[name] = null;
    else {
      if (type === BYTEA) row[name] = bytes.subarray(at, at + length);
      else if (TEXTS.has(type)) row[name] = bytes.toString("utf8", at, at + length);
      else throw new RowlensError("result-type", `column \`${name}\` of a result is of the type with oid ${type}; cast it to \`text\` or \`bytea\``);
      at += length;
    }
  }
  return row;
}

/** ErrorResponse. @internal */
export function errorOf(bytes: Buffer, start: number): PostgresError {
  const fields: Record<string, string> = {};
  for (let at = start + 5; bytes[at] !== 0; ) {
    const end = bytes.indexOf(0, at);
    fields[String.fromCharCode(bytes[at] as number)] = bytes.toString("utf8", at + 1, end);
    at = end + 1;
  }
  const { C: code, M: message, S: severity, W: where, R: routine, n: constraint, t: table, c: column, s: schema } = fields;
  return PostgresError.of({ code, message, severity, where, routine, constraint, table, column, schema }) as PostgresError;
}
