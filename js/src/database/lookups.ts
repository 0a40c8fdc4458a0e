import type { Collection, DocumentInput, Lookups, ToRowsOptions } from "../core/collection.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { arrayToText } from "../postgres/array.ts";
import type { ResultRow, Session } from "./session.ts";
import { writeStatements } from "./write-statements.ts";

/** Makes a key for an id that `id_map` does not have. */
export type NewKey = (collection: string, id: string) => string;

/**
 * Answers of `id_map` for the ids in documents. Ids that it does not have get a key of `newKey`, where there is one: it is written at
 * once, and whoever else wrote one first wins.
 */
export async function lookupsFor(session: Session, collection: Collection, input: DocumentInput, newKey?: NewKey): Promise<Lookups> {
  const needed = collection.neededLookups(input);
  if (needed.length === 0) return [];
  const { lookup, lookupCreate } = writeStatements(collection);
  const columns = (rows: readonly (readonly string[])[], count: number): string[] => Array.from({ length: count }, (_, column) => arrayToText(rows.map((row) => row[column] as string)));
  const found = (await session.query({ ...lookup, parameters: columns(needed, 2) })).map(answer);
  if (newKey === undefined || found.length === needed.length) return found;
  const known = new Set(found.map(([of, id]) => `${of}\0${id}`));
  const missing = needed.filter(([of, id]) => !known.has(`${of}\0${id}`)).map(([of, id]) => [of, id, keyFrom(newKey, of, id)] as const);
  return [...found, ...(await session.query({ ...lookupCreate, parameters: columns(missing, 3) })).map(answer)];
}

/** What these documents need to become rows that are read or compared: the caller's answers, else those of `id_map`. */
export async function answersFor(session: Session, collection: Collection, input: DocumentInput, given: Lookups | undefined): Promise<ToRowsOptions> {
  const lookups = given ?? (collection.inner.looksUp ? await lookupsFor(session, collection, input) : undefined);
  return lookups === undefined ? {} : { lookups };
}

function keyFrom(newKey: NewKey, collection: string, id: string): string {
  const key: unknown = newKey(collection, id);
  if (typeof key !== "string") throw new RowlensError("lookup-key", `\`newKey\` gave no text for an id of \`${collection}\`: give the key as PostgreSQL prints it`);
  return key;
}

const answer = (row: ResultRow): readonly [string, string, string] => [row.collection as string, row.mongo_id as string, row.pg_id as string];
