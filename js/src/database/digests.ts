import type { Collection } from "../core/collection.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { arrayToText } from "../postgres/array.ts";
import { quoteIdentifier } from "../postgres/table-sql.ts";
import { type Key, keyOrder } from "./keys.ts";
import type { ResultRow, Session } from "./session.ts";
import { sqlPlan } from "../wasm/sql.ts";

/**
 * The digest of a set of rows: equal sets have equal digests, whatever the order of their rows, and digests of parts add up to that of
 * the whole. The sums are modulo 2^64.
 */
export interface Digest {
  /** How many root rows: documents. */
  readonly documents: number;
  /** How many rows of all tables; of stored digests, how many documents have one. */
  readonly rows: number;
  /** Sum of the first halves of the rows' MD5, as a signed 64-bit integer. */
  readonly high: bigint;
  /** Sum of the second halves. */
  readonly low: bigint;
}

/** Keys from `from` up to, and without, `to`; where one is null, there is no end on that side. */
export interface KeyRange {
  /** First key, as PostgreSQL's text, or null. */
  readonly from: Key | null;
  /** First key behind the range, or null. */
  readonly to: Key | null;
}

/** Options of digests. */
export interface DigestOptions {
  /** Digests of these ranges instead of the one of the whole collection. */
  ranges?: readonly KeyRange[];
  /** What the `hash` column holds, instead of what the rows are: fast, and blind to all that others wrote. Default false. */
  stored?: boolean;
}

const ALL = 0;
const RANGES = 1;
const KEYS = 2;

/** Digests inside PostgreSQL, computed of its rows: one of all, or one of each range. Nothing but the sums is sent. */
export async function readDigests(session: Session, collection: Collection, options: DigestOptions = {}): Promise<Digest[]> {
  const stored = options.stored ?? false;
  if (options.ranges === undefined) return (await session.query({ text: statement(collection, ALL, stored), parameters: [] })).map(digestOf);
  if (options.ranges.length === 0) return [];
  const { ranges } = options;
  const order = closedFirst(ranges);
  const rows = await session.query({ text: statement(collection, RANGES, stored), parameters: bounds(collection, order.map((at) => ranges[at] as KeyRange)) });
  const digests: Digest[] = [];
  order.forEach((at, place) => { digests[at] = digestOf(rows[place] as ResultRow); });
  return digests;
}

/** How many rows of its tables have no root key, and so lie in no range: the indexes of the primary keys tell, where there are such. @internal */
export async function countKeyless(session: Session, { tables, sql }: Collection): Promise<number> {
  // A child's key begins with its root row's key.
  const counts = tables.map(({ key }, table) => `(SELECT count(*) FROM ${sql[table]?.name} WHERE ${quoteIdentifier(key[0] as string)} IS NULL)`);
  const [row] = await session.query({ text: `SELECT (${counts.join(" + ")})::text AS keyless`, parameters: [] });
  return Number(row?.keyless);
}

/** Digest of each aggregate in ranges, by key in order, at most `limit`. @internal */
export async function readKeyDigests(session: Session, collection: Collection, ranges: readonly KeyRange[], stored: boolean, limit: number): Promise<{ key: Key; digest: Digest }[]> {
  const rows = await session.query({ text: statement(collection, KEYS, stored), parameters: [...bounds(collection, closedFirst(ranges).map((at) => ranges[at] as KeyRange)), String(limit)] });
  return rows.map((row) => ({ key: row.key as string, digest: digestOf(row) }));
}

/** Whether two digests are of the same rows. @internal */
export const equalDigests = (a: Digest, b: Digest): boolean => a.rows === b.rows && a.documents === b.documents && a.high === b.high && a.low === b.low;

function statement(collection: Collection, scope: number, stored: boolean): string {
  const { plan, index } = collection.inner;
  const text = sqlPlan(plan).digest_statement(index, scope, stored);
  if (text === undefined) throw new RowlensError("hash-unmapped", `collection \`${collection.name}\` has no column for stored digests; name one in the mapping (\`"hash": "row_hash"\`), or leave out \`stored\``);
  return text;
}

/** Positions of ranges, those without an end behind all others. */
function closedFirst(ranges: readonly KeyRange[]): number[] {
  const places = ranges.map((_, at) => at);
  return [...places.filter((at) => ranges[at]?.to !== null), ...places.filter((at) => ranges[at]?.to === null)];
}

/** `unnest` fills up the shorter array with NULLs: there is no NULL in either, because with `array_nulls` off it would be a word. */
function bounds(collection: Collection, ranges: readonly KeyRange[]): string[] {
  const { first } = keyOrder(collection.inner.key);
  return [arrayToText(ranges.map(({ from }) => from ?? first)), arrayToText(ranges.flatMap(({ to }) => to ?? []))];
}

// PostgreSQL's sums are exact.
const sum = (text: unknown): bigint => BigInt.asIntN(64, BigInt(text as string));

function digestOf(row: ResultRow): Digest {
  return { documents: Number(row.documents), rows: Number(row.rows), high: sum(row.high), low: sum(row.low) };
}
