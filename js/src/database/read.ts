import type { Collection, Lookups } from "../core/collection.ts";
import type { Documents } from "../core/documents.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { arrayToText } from "../postgres/array.ts";
import { type Key, keysOf, spelled } from "./keys.ts";
import { PostgresError } from "./postgres-error.ts";
import { RecordReader } from "./record-reader.ts";
import type { ResultRow, Session } from "./session.ts";
import { sqlPlan } from "../wasm/sql.ts";

/** Which documents: their `_id`s, or the keys of their root rows as PostgreSQL's text. */
export type DocumentIds = readonly unknown[] | { readonly keys: readonly string[] };

/** Options of reading. */
export interface ReadOptions {
  /** Answers of `id_map` that are known already. Default: they are asked for. */
  lookups?: Lookups;
}

/** Documents that were read, in the order they were asked for. */
export type ReadDocuments = Documents & {
  /** Ids (or keys) without a row, as they were given. */
  readonly missing: readonly unknown[];
};

// Lists have a method of that name.
const isKeys = (ids: DocumentIds): ids is { readonly keys: readonly Key[] } => !Array.isArray(ids);

/** So many documents are read at a time; a statement's result is one row. */
const AT_ONCE = 5_000;

/** Documents by id: their rows in one round trip and one snapshot. */
export async function readDocuments(session: Session, collection: Collection, ids: DocumentIds, options: ReadOptions = {}): Promise<ReadDocuments> {
  const byKey = isKeys(ids);
  const asked: readonly unknown[] = byKey ? ids.keys : ids;
  const keys = byKey ? ids.keys.map((key) => spelled(collection.inner.key, key)) : await keysOf(session, collection, asked, options.lookups);
  // Each document once, however often it is asked for.
  const wanted = [...new Set(keys)].filter((key) => key !== undefined);
  const reader = new RecordReader(collection);
  try {
    const absent = await readInto(session, collection, wanted, reader);
    return Object.assign(reader.documents(false, options.lookups), { missing: asked.filter((_, index) => keys[index] === undefined || absent.has(keys[index] as Key)) });
  } finally {
    reader.free();
  }
}

/** Rows of the aggregates with these keys, each named once; gives the keys that have none. @internal */
export async function readInto(session: Session, collection: Collection, keys: readonly Key[], reader: RecordReader): Promise<Set<Key>> {
  const { plan, index } = collection.inner;
  const text = sqlPlan(plan).read_statement(index) as string;
  const absent = new Set<Key>();
  const chunk = async (part: readonly Key[]): Promise<void> => {
    const row = await attempt(session, text, part);
    if (row === "too large") {
      const half = Math.ceil(part.length / 2);
      await chunk(part.slice(0, half));
      return chunk(part.slice(half));
    }
    reader.append(row);
    const missing = row?.missing;
    if (typeof missing === "string") for (const position of missing.split(",")) absent.add(part[Number(position) - 1] as Key);
  };
  for (let at = 0; at < keys.length; at += AT_ONCE) await chunk(keys.slice(at, at + AT_ONCE));
  return absent;
}

async function attempt(session: Session, text: string, keys: readonly Key[]): Promise<ResultRow | undefined | "too large"> {
  const statement = { text, parameters: [arrayToText([...keys])] };
  try {
    if (!session.inTransaction) return (await session.query(statement))[0];
    // What fails inside a transaction ends it, unless it is in a savepoint.
    const [result] = await session.isolated([[statement]]);
    if (result instanceof PostgresError) throw result;
    return result?.[0]?.[0];
  } catch (error) {
    if (!(error instanceof PostgresError) || !isTooLarge(error)) throw error;
    if (keys.length > 1) return "too large";
    throw new RowlensError("document-too-large", `the rows of the document with key \`${keys[0]}\` are beyond what PostgreSQL can send at once (1 GB a table); read them with \`stream\``);
  }
}

/** Beyond a gigabyte, or beyond the server's memory. */
const isTooLarge = (error: PostgresError): boolean => error.sqlstate === "54000" || error.sqlstate === "53200" || (error.sqlstate === "XX000" && error.message.includes("invalid memory alloc request size"));
