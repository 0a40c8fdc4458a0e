import type { Collection, Lookups, ToRowsOptions } from "../core/collection.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import type { ColumnType } from "../postgres/column-type.ts";
import { toText } from "../postgres/text.ts";
import { answersFor } from "./lookups.ts";
import type { Session } from "./session.ts";

/** Root keys, as PostgreSQL's text. */
export type Key = string;

/** The key of each document that has no more than such an identity; undefined where its key has no room for it, so that it has no row. */
export async function keysOf(session: Session, collection: Collection, ids: readonly unknown[], lookups: Lookups | undefined): Promise<(Key | undefined)[]> {
  const root = collection.tables[0];
  const column = root?.columns.findIndex(({ name }) => name === root.key[0]) ?? -1;
  const path = root?.columns[column]?.path ?? "";
  if (!/^[^'.[\]{}@]+(\.[^'.[\]{}@]+)*$/.test(path)) throw new RowlensError("key-path", `documents of \`${collection.name}\` have their key at \`${path}\`, where no identity can be put; pass keys instead: \`{ keys: [\u2026] }\``);
  const names = path.split(".").reverse();
  const documents = ids.map((id) => names.reduce<unknown>((inner, name) => ({ [name]: inner }), id) as object);
  if (documents.length === 0) return [];
  return keysIn(collection, documents, column, { copy: false, ...(await answersFor(session, collection, documents, lookups)) });
}

function keysIn(collection: Collection, documents: readonly object[], column: number, options: ToRowsOptions): (Key | undefined)[] {
  const rows = collection.toRows(documents, options);
  const refused = new Set<number | undefined>();
  if (rows.accepted === 0) return documents.map(() => undefined);
  if (rows.accepted < documents.length) {
    // Without a complement each document of no more than an identity has an error, too: its rows do not say that it has no children.
    for (const { code, severity, document } of rows.issues) if (severity === "error" && code !== "not-representable") refused.add(document);
    if (refused.size !== documents.length - rows.accepted) {
      // Only the first thousand findings are told.
      const half = Math.ceil(documents.length / 2);
      return [documents.slice(0, half), documents.slice(half)].flatMap((part) => keysIn(collection, part, column, options));
    }
  }
  const keys = rows.tables[0]?.parameters("text").map((values) => values[column] ?? undefined) ?? [];
  let next = 0;
  return documents.map((_, index) => (refused.has(index) ? undefined : keys[next++]));
}

/**
 * The key in the spelling that PostgreSQL would print, from those that people and other programs write: a document is known by it
 * wherever its key stands in a list. What is in none of them stays as it is. @internal
 */
export function spelled(type: ColumnType, key: Key): Key {
  if (type.kind === "uuid" && /^\{?(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$/i.test(key)) return key.toLowerCase().replace(/[{}-]/g, "").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  if ((type.kind === "integer" || type.kind === "bigint") && /^\s*[+-]?[0-9]+\s*$/.test(key)) return String(BigInt(key.trim().replace("+", "")));
  if (type.kind === "bytea") return key.startsWith("\\x") ? key.toLowerCase() : key;
  // Blanks at the end are no part of a char.
  return type.kind === "char" ? key.replace(/ +$/, "") : key;
}

/** How keys of one type are ordered: by their bytes, as PostgreSQL compares them (text with `COLLATE "C"`). */
export interface KeyOrder {
  /** A key in binary form, changed in place to bytes that sort as keys do. */
  toOrder(bytes: Uint8Array): void;
  /** PostgreSQL's text of such bytes. */
  text(bytes: Uint8Array): Key;
  /** Negative where the first of two keys comes before the other. */
  compare(a: Key, b: Key): number;
  /** The first of all keys. */
  readonly first: Key;
}

/** @internal */
export function keyOrder(type: ColumnType): KeyOrder {
  // Integers have their sign first.
  const signed = type.kind === "integer" || type.kind === "bigint";
  const toOrder = (bytes: Uint8Array): void => {
    if (signed) bytes[0] = (bytes[0] as number) ^ 0x80;
  };
  const text = (bytes: Uint8Array): Key => {
    const own = bytes.slice();
    toOrder(own);
    return toText(type, new DataView(own.buffer), 0, own.length);
  };
  const first = { uuid: "00000000-0000-0000-0000-000000000000", integer: "-2147483648", bigint: "-9223372036854775808", bytea: "\\x" }[type.kind as string] ?? "";
  const compare = (a: Key, b: Key): number => (signed ? Number(BigInt(a) - BigInt(b)) : compareBytes(encoder.encode(a), encoder.encode(b)));
  return { toOrder, text, compare, first };
}

const encoder = new TextEncoder();

/** As `memcmp`. @internal */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return (a[at] as number) - (b[at] as number);
  return a.length - b.length;
}
