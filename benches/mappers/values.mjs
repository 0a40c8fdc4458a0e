// @ts-check
// What a careful user writes between the driver's objects and PostgreSQL: parameters that `pg` takes, and COPY's text lines of them.

/** @typedef {string | number | boolean | bigint | Date | Uint8Array | string[] | null | undefined} Value what `pg` takes as a parameter; undefined is NULL */
/** @typedef {Value[][][]} Tables per table its rows */

/** The UUID of an ObjectId, by the rule of docs/mapping.md. @param {{ toHexString(): string } | null | undefined} id */
export function uuid(id) {
  if (id == null) return null;
  const hex = id.toHexString();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-80${hex.slice(12, 14)}-80${hex.slice(14, 16)}-${hex.slice(16)}6f69`;
}

const COPY_SPECIAL = /[\\\n\r\t]/;
const ESCAPES = /** @type {Record<string, string>} */ ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" });

/** A regular expression that finds nothing is faster than a replacement that replaces nothing. @param {string} text */
const escape = (text) => (COPY_SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => /** @type {string} */ (ESCAPES[character])) : text);

const ARRAY_SPECIAL = /[{}",\\\s]|^$|^null$/i;

/** A PostgreSQL array literal. @param {string[]} items */
const arrayLiteral = (items) => `{${items.map((item) => (ARRAY_SPECIAL.test(item) ? `"${item.replace(/["\\]/g, "\\$&")}"` : item)).join(",")}}`;

/** One field of COPY's text format. @param {Value} value */
function field(value) {
  if (value === null || value === undefined) return "\\N";
  if (typeof value === "string") return escape(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  return escape(arrayLiteral(value));
}

/** COPY's text lines of rows. @param {Value[][]} rows */
export function lines(rows) {
  let out = "";
  for (const row of rows) {
    for (let index = 0; index < row.length; index++) out += index === 0 ? field(row[index]) : `\t${field(row[index])}`;
    out += "\n";
  }
  return out;
}

/** COPY's text of documents, per table, ready to be sent. @param {number} tables @param {Iterable<any>} documents @param {(document: any) => Tables} map */
export function copyText(tables, documents, map) {
  const out = Array.from({ length: tables }, () => "");
  for (const document of documents) {
    const rows = map(document);
    for (let table = 0; table < tables; table++) out[table] += lines(/** @type {Value[][]} */ (rows[table]));
  }
  return out.map((text) => Buffer.from(text));
}
