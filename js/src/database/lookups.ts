import { leadingDocuments } from "../bson/split-bson.ts";
import type { Collection, DocumentInput, Lookups, ToRowsOptions } from "../core/collection.ts";
import type { Issue } from "../core/issue.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { arrayToText } from "../postgres/array.ts";
import { PostgresError } from "./postgres-error.ts";
import { retried } from "./retry.ts";
import type { ResultRow, Session, Statement } from "./session.ts";
import { isHopeless } from "./sqlstate.ts";
import { writeStatements } from "./write-statements.ts";

/** Makes a key for an id that `id_map` does not have. */
export type NewKey = (collection: string, id: string) => string;

/** Why an id has no key that could be used. */
export type LookupFailure = PostgresError | Issue;

type Answer = Lookups[number];

/** Answers of `id_map` for documents that are to be written. @internal */
export interface WriteLookups {
  readonly lookups: Lookups;
  /** Documents that need an id for which there is none, by their index. */
  readonly unresolved: ReadonlyMap<number, LookupFailure>;
}

/**
 * Answers of `id_map` for the ids in documents. Ids that it does not have get a key of `newKey`, where there is one: it is written at
 * once if its column can hold it, and whoever else wrote one first wins. What fails is the failure of the documents that need it.
 * @internal
 */
export async function writeLookups(session: Session, collection: Collection, input: DocumentInput, newKey?: NewKey): Promise<WriteLookups> {
  const needed = collection.neededLookups(input);
  const failures = new Map<string, LookupFailure>();
  const usable = (answers: readonly Answer[]): Answer[] => {
    const refused = collection.inner.refusedLookups(answers);
    for (const [index, issue] of refused) failures.set(idOf(answers[index] as Answer), issue);
    return answers.filter((_, index) => !refused.has(index));
  };
  const found = await lookedUp(session, collection, needed).catch((error: unknown) => failed(error));
  if (found instanceof PostgresError) for (const id of needed) failures.set(idOf(id), found);
  let lookups = usable(found instanceof PostgresError ? [] : found);
  if (newKey !== undefined && !(found instanceof PostgresError) && found.length < needed.length) {
    const known = new Set(found.map(idOf));
    const made = needed.filter((id) => !known.has(idOf(id))).map(([of, id]) => [of, id, keyFrom(newKey, of, id)] as const);
    const created = await create(session, collection, usable(made), failures);
    lookups = usable([...lookups, ...created]);
  }
  return { lookups, unresolved: failures.size === 0 ? NONE : unresolvedIn(collection, input, failures) };
}

const NONE: ReadonlyMap<number, LookupFailure> = new Map();

/** Writes keys, all at once, and where one is refused each by itself; gives those that hold. */
async function create(session: Session, collection: Collection, made: readonly Answer[], failures: Map<string, LookupFailure>): Promise<Answer[]> {
  if (made.length === 0) return [];
  const statement = (answers: readonly Answer[]): Statement => ({ ...writeStatements(collection).lookupCreate, parameters: columns(answers, 3) });
  const all = await asked(session, statement(made)).catch((error: unknown) => failed(error));
  if (!(all instanceof PostgresError)) return all.map(answer);
  const each = made.length === 1 || isHopeless(all) ? made.map(() => all) : await retried(() => session.isolated(made.map((one) => [statement([one])]))).catch((error: unknown) => made.map(() => failed(error)));
  return made.flatMap((one, index) => {
    const done = each[index] as ResultRow[][] | PostgresError;
    if (!(done instanceof PostgresError)) return (done[0] ?? []).map(answer);
    failures.set(idOf(one), done);
    return [];
  });
}

/** Documents that need one of these ids. */
function unresolvedIn(collection: Collection, input: DocumentInput, failures: ReadonlyMap<string, LookupFailure>): Map<number, LookupFailure> {
  const found = new Map<number, LookupFailure>();
  documentsOf(input).forEach((document, index) => {
    const failure = collection.neededLookups(document).map((id) => failures.get(idOf(id))).find((one) => one !== undefined);
    if (failure !== undefined) found.set(index, failure);
  });
  return found;
}

/** The documents one by one, up to one whose length leads nowhere. */
function documentsOf(input: DocumentInput): DocumentInput[] {
  if (Array.isArray(input)) return input as object[];
  return input instanceof Uint8Array ? leadingDocuments(input) : [input];
}

/** Answers of `id_map` for documents that are read, compared or deleted. */
async function lookupsFor(session: Session, collection: Collection, input: DocumentInput): Promise<Lookups> {
  return lookedUp(session, collection, collection.neededLookups(input));
}

const lookedUp = async (session: Session, collection: Collection, needed: readonly (readonly [string, string])[]): Promise<Answer[]> =>
  needed.length === 0 ? [] : (await asked(session, { ...writeStatements(collection).lookup, parameters: columns(needed, 2) })).map(answer);

/** What these documents need to become rows that are read or compared: the caller's answers, else those of `id_map`. */
export async function answersFor(session: Session, collection: Collection, input: DocumentInput, given: Lookups | undefined): Promise<ToRowsOptions> {
  const lookups = given ?? (collection.inner.looksUp ? await lookupsFor(session, collection, input) : undefined);
  return lookups === undefined ? {} : { lookups };
}

/** One statement; in the caller's transaction in a savepoint, so that its failure does not end that. */
async function asked(session: Session, statement: Statement): Promise<ResultRow[]> {
  if (!session.inTransaction) return retried(() => session.query(statement));
  const [done] = await session.isolated([[statement]]);
  if (done instanceof PostgresError) throw done;
  return done?.[0] ?? [];
}

function failed(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  throw error;
}

function keyFrom(newKey: NewKey, collection: string, id: string): string {
  const key: unknown = newKey(collection, id);
  if (typeof key !== "string") throw new RowlensError("lookup-key", `\`newKey\` gave no text for an id of \`${collection}\`: give the key as PostgreSQL prints it`);
  return key;
}

const columns = (rows: readonly (readonly string[])[], count: number): string[] => Array.from({ length: count }, (_, column) => arrayToText(rows.map((row) => row[column] as string)));
const idOf = ([collection, id]: readonly [string, string, string?]): string => `${collection}\0${id}`;
const answer = (row: ResultRow): Answer => [row.collection as string, row.mongo_id as string, row.pg_id as string];
