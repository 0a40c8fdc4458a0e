import type { Readable, Writable } from "node:stream";
import { RowlensError } from "../core/rowlens-error.ts";
import type { Plan } from "../core/plan.ts";
import { Database } from "../database/database.ts";
import { ENCODING, refuseOtherEncodings } from "../database/encoding.ts";
import { byteaFromText } from "../database/bytea.ts";
import { PostgresError, translated } from "../database/postgres-error.ts";
import { laneOf, takingTurns } from "../database/lane.ts";
import type { ResultRow, Session, Statement } from "../database/session.ts";
import { isolatedInOrder } from "../database/transaction-sql.ts";

/** What `postgres(url)` gives, or what its `begin` and `savepoint` hand to their callbacks. */
export interface PostgresSql {
  /** Runs SQL with parameters. */
  unsafe(text: string, parameters?: any[], options?: any): any;
}

/** A `sql` of the package `postgres`, with what its types do not promise for all kinds of it. */
interface Sql extends PostgresSql {
  readonly parameters?: Record<string, string | undefined>;
  typed(value: unknown, type: number): unknown;
  begin?<T>(options: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  reserve?(): Promise<Sql & { release(): void }>;
  savepoint?<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

/**
 * A `sql` of the package `postgres` as a database for rowlens. One that `sql.begin` handed to its callback stays in that
 * transaction: everything joins it.
 * @throws RowlensError `client-unsupported` for a reserved connection.
 * @example
 * import { postgresDatabase } from "rowlens/postgres";
 * const db = postgresDatabase(postgres(url), plan);
 */
export function postgresDatabase(sql: PostgresSql, plan: Plan): Database {
  return new Database(postgresSession(sql), plan);
}

/**
 * {@link postgresDatabase} without a plan.
 * @throws RowlensError `client-unsupported`.
 */
export function postgresSession(source: PostgresSql): Session {
  const sql = source as Sql;
  if (typeof (source as unknown) !== "function") throw new RowlensError("client-unsupported", "this is no `sql` of the package `postgres`: `postgres(url)` gives one");
  if (sql.savepoint !== undefined) return takingTurns(joinedSession(sql), laneOf(sql));
  const { begin, reserve } = sql;
  if (begin === undefined || reserve === undefined) throw new RowlensError("client-unsupported", "this is neither what `postgres(…)` gives nor a transaction of it; a reserved connection cannot be used, `sql.begin` hands out one that can");
  const transaction = <T>(work: (session: Session) => Promise<T>): Promise<T> => translated(() => begin("isolation level read committed", (own) => settled(own, (session) => work(takingTurns(session)))));
  const atomic = (statements: readonly Statement[]): Promise<ResultRow[][]> => (statements.length === 0 ? Promise.resolve([]) : transaction((session) => session.pipeline(statements)));
  return {
    query: async (statement) => {
      if (statement.anyEncoding === true) return run(sql, statement);
      // What PostgreSQL has said last, whichever connection it was: known at the latest with the answer.
      refuseOtherEncodings(sql.parameters?.client_encoding);
      const rows = await run(sql, statement);
      refuseOtherEncodings(sql.parameters?.client_encoding);
      return rows;
    },
    pipeline: atomic,
    atomic,
    transaction,
    isolated: (groups) => (groups.length === 0 ? Promise.resolve([]) : transaction((session) => session.isolated(groups))),
    // On a connection of its own: others' statements may follow on any that is busy, and fail during a COPY.
    copyIn: async (text, chunks) => {
      const own = await translated(reserve);
      const link = { lost: false };
      try {
        refuseOtherEncodings(await encodingOf(own));
        await copyIn(own, text, chunks);
      } catch (error) {
        link.lost = isLost(error);
        throw error;
      } finally {
        await released(own, link);
      }
    },
    async *copyOut(text) {
      const own = await translated(reserve);
      const link = { lost: false };
      try {
        refuseOtherEncodings(await encodingOf(own));
        yield* copyOut(own, text, link);
      } finally {
        await released(own, link);
      }
    },
    inTransaction: false,
    binary: false,
  };
}

/** A reserved connection, which may end before it goes back. */
interface Link {
  lost: boolean;
}

const isLost = (error: unknown): boolean => error instanceof PostgresError && /^(08|57P)/.test(error.sqlstate);

/**
 * A connection goes back when its last answer has come, which is later than the last byte of a COPY. One that is lost has gone back by itself:
 * `postgres` would write to a socket that is no more, where nobody can catch it.
 */
async function released(own: Sql & { release(): void }, link: Link): Promise<void> {
  if (!link.lost) await translated(() => own.unsafe("SELECT")).catch((error: unknown) => { link.lost = isLost(error); });
  if (!link.lost) own.release();
}

/**
 * Work in a transaction or savepoint that has begun. Parameters are text here, and a NULL in an array would be a word where the setting
 * `array_nulls` is off. That and the question for the encoding go with what comes next; the answer is there before the end.
 */
async function settled<T>(own: Sql, work: (session: Session) => Promise<T>): Promise<T> {
  const asked = encodingOf(own, "SELECT current_setting('client_encoding'), set_config('array_nulls', 'on', true)");
  try {
    return await work(transactionSession(own));
  } finally {
    refuseOtherEncodings(await asked);
  }
}

/** Undefined where a transaction has failed, in which the statements themselves say so. */
const encodingOf = async (sql: Sql, text = ENCODING.text): Promise<string | undefined> => {
  const rows = (await sql.unsafe(text).raw().catch(() => [])) as RawResult;
  return rows[0]?.[0]?.toString("latin1");
};

/** The question goes with the work. */
async function asking<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  const asked = encodingOf(sql);
  try {
    return await work();
  } finally {
    refuseOtherEncodings(await asked);
  }
}

/** A transaction of the caller. */
function joinedSession(sql: Sql): Session {
  const session = transactionSession(sql);
  return {
    ...session,
    query: (statement) => (statement.anyEncoding === true ? session.query(statement) : asking(sql, () => session.query(statement))),
    pipeline: (statements) => asking(sql, () => session.pipeline(statements)),
    atomic: (statements) => asking(sql, () => session.atomic(statements)),
    copyIn: async (text, chunks) => {
      refuseOtherEncodings(await encodingOf(sql));
      return session.copyIn(text, chunks);
    },
    async *copyOut(text) {
      refuseOtherEncodings(await encodingOf(sql));
      yield* session.copyOut(text);
    },
  };
}

function transactionSession(sql: Sql): Session {
  const savepoint = sql.savepoint as NonNullable<Sql["savepoint"]>;
  const query = (statement: Statement): Promise<ResultRow[]> => run(sql, statement);
  // `postgres` sends what it can before the first answer has come. A failure fails all that follow, and the first to fail says why.
  const pipeline = async (statements: readonly Statement[]): Promise<ResultRow[][]> => {
    const settled = await Promise.allSettled(statements.map(query));
    for (const one of settled) if (one.status === "rejected") throw one.reason;
    return settled.map((one) => (one as PromiseFulfilledResult<ResultRow[]>).value);
  };
  // Savepoints are its own: a failure outside of them would fail the transaction, whoever caught it.
  const within = <T>(work: (session: Session) => Promise<T>): Promise<T> => translated(() => savepoint((own) => settled(own, work)));
  return {
    query,
    pipeline,
    atomic: pipeline,
    transaction: within,
    isolated: (groups) => isolatedInOrder(groups, (group) => within((session) => session.pipeline(group))),
    copyIn: (text, chunks) => copyIn(sql, text, chunks),
    copyOut: (text) => copyOut(sql, text),
    inTransaction: true,
    binary: false,
  };
}

/** PostgreSQL takes a parameter declared so as one of no declared type; `postgres` has no serializer for it, and lets it be. */
const UNKNOWN = 705;

interface RawResult extends Array<(Buffer | null)[]> {
  columns?: { name: string; type: number }[];
}

function run(sql: Sql, { text, parameters, name }: Statement): Promise<ResultRow[]> {
  return translated(async () => {
    const values = parameters.map((value) => (value === null ? null : sql.typed(value, UNKNOWN)));
    // Raw: neither parsers nor transforms of the user's get to see values.
    const result = (await sql.unsafe(text, values, { prepare: name !== undefined, simple: false }).raw()) as RawResult;
    const columns = (result.columns ?? []).map(({ name: column, type }) => ({ name: nameIn(text, column), type }));
    return result.map((row) => Object.fromEntries(columns.map(({ name: column, type }, index) => [column, valueOf(row[index] ?? null, type)])));
  });
}

const BYTEA = 17;
const valueOf = (value: Buffer | null, type: number): ResultRow[string] => (value === null ? null : type === BYTEA ? byteaFromText(value.toString("latin1")) : value.toString("utf8"));

/** Names of columns as their statement says them: the user's `transform` may have changed them (`row_count` to `rowCount`). */
function nameIn(text: string, name: string): string {
  const identifiers = text.match(/\w+/g)?.map(String) ?? [];
  if (identifiers.includes(name)) return name;
  const bare = (one: string): string => one.replace(/[^a-z0-9]/gi, "").toLowerCase();
  const found = identifiers.find((one) => bare(one) === bare(name));
  // A column that has no name in its statement has PostgreSQL's (`?column?`).
  return found ?? name;
}

async function copyIn(sql: Sql, text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const { Readable } = await import("node:stream");
  const { pipeline } = await import("node:stream/promises");
  await translated(async () => {
    const query = sql.unsafe(text);
    // What PostgreSQL refuses after the last chunk comes to the query, which has been resolved with the stream: nobody would hear of it.
    const { reject } = query;
    const failed = new Promise<never>((_, fail) => {
      query.reject = (error: unknown) => {
        reject(error);
        fail(error);
      };
    });
    failed.catch(() => undefined);
    const stream = (await query.writable()) as Writable;
    await Promise.race([pipeline(Readable.from(chunks), stream), failed]);
  });
}

/** All of it is read, whoever still wants it: `postgres` cannot end a COPY, and the connection is to go on. */
async function* copyOut(sql: Sql, text: string, link: Link = { lost: false }): AsyncGenerator<Uint8Array> {
  const stream: Readable = await translated(() => sql.unsafe(text).readable());
  const chunks = stream.iterator({ destroyOnReturn: false });
  let early = true;
  try {
    for (;;) {
      const next = await translated(() => chunks.next()).catch((error: unknown) => {
        early = false;
        link.lost = isLost(error);
        throw error;
      });
      if (next.done === true) break;
      yield next.value as Uint8Array;
    }
    early = false;
  } finally {
    if (early) await dropped(stream).catch((error: unknown) => { link.lost = isLost(PostgresError.of(error)); });
    // `postgres` pauses the socket when the stream is full, and forgets it where that was the last chunk: its read goes on reading. Where it
    // cannot, there is no socket any more.
    try {
      stream._read(0);
    } catch {
      link.lost = true;
    }
  }
}

async function dropped(stream: Readable): Promise<void> {
  for await (const _ of stream);
}
