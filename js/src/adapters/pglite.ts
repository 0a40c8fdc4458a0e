import type { PGliteInterface, Transaction } from "@electric-sql/pglite";
import { RowlensError } from "../core/rowlens-error.ts";
import type { Plan } from "../core/plan.ts";
import { byteaFromText } from "../database/bytea.ts";
import { Database } from "../database/database.ts";
import { ENCODING, inUtf8, refuseOtherEncodings } from "../database/encoding.ts";
import { PostgresError, translated } from "../database/postgres-error.ts";
import { laneOf, takingTurns } from "../database/lane.ts";
import type { ResultRow, Session, Statement } from "../database/session.ts";
import { inOrder, inSavepoint, isolatedInOrder, plain } from "../database/transaction-sql.ts";

/** What a PGlite database and a transaction of one have in common. */
type Queryable = Pick<Transaction, "query">;

/**
 * A PGlite database as a database for rowlens. With what `database.transaction` hands to its callback everything joins that
 * transaction.
 * @example
 * import { pgliteDatabase } from "rowlens/pglite";
 * const db = pgliteDatabase(await PGlite.create(), plan);
 */
export function pgliteDatabase(database: PGliteInterface | Transaction, plan: Plan): Database {
  return new Database(pgliteSession(database), plan);
}

/**
 * {@link pgliteDatabase} without a plan.
 * @throws RowlensError `client-unsupported`.
 */
export function pgliteSession(database: PGliteInterface | Transaction): Session {
  if (typeof database !== "object" || database === null || !("query" in database)) throw new RowlensError("client-unsupported", "this is neither a database of PGlite nor a transaction of one: `await PGlite.create()` gives one");
  return isTransaction(database) ? takingTurns(inUtf8(transactionSession(database), () => refuseEncodings(database)), laneOf(database)) : databaseSession(database);
}

const isTransaction = (database: PGliteInterface | Transaction): database is Transaction => !("transaction" in database);

function databaseSession(database: PGliteInterface): Session {
  const turns = laneOf(database);
  const { copyIn } = copies(database);
  const transaction = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    translated(() => database.transaction(async (own) => {
      await query(own, plain("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"));
      return work(takingTurns(transactionSession(own)));
    }));
  const atomic = (statements: readonly Statement[]): Promise<ResultRow[][]> => transaction((session) => session.pipeline(statements));
  const session = inUtf8({
    query: (statement) => query(database, statement),
    pipeline: atomic,
    atomic,
    transaction,
    isolated: (groups) => transaction((own) => own.isolated(groups)),
    copyIn,
    // All of it is there at once, so that the connection is free in the loop over it.
    async *copyOut(text) {
      const bytes = await turns.run(() => copiedOut(database, text));
      if (bytes !== undefined) yield bytes;
    },
    inTransaction: false,
    binary: true,
  }, () => refuseEncodings(database));
  return { ...takingTurns(session, turns), inTransaction: false, copyOut: session.copyOut };
}

function transactionSession(own: Transaction): Session {
  const run = (statement: Statement): Promise<ResultRow[]> => query(own, statement);
  const pipeline = (statements: readonly Statement[]): Promise<ResultRow[][]> => inOrder(run, statements);
  const session: Session = {
    query: run,
    pipeline,
    atomic: pipeline,
    transaction: (work) => inSavepoint(run, () => work(session)),
    isolated: (groups) => isolatedInOrder(groups, (group) => inSavepoint(run, () => pipeline(group))),
    ...copies(own),
    inTransaction: true,
    binary: true,
  };
  return session;
}

/** Values go as they are, whatever their type; only text and bytea come back. */
const AS_THEY_ARE = {
  serializers: new Proxy({}, { get: () => <T>(value: T): T => value }),
  parsers: { 17: byteaFromText, 25: (text: string) => text },
  rowMode: "object",
} as const;

const query = (database: Queryable, { text, parameters }: Statement): Promise<ResultRow[]> => translated(async () => (await database.query<ResultRow>(text, [...parameters], AS_THEY_ARE)).rows);

/** It is asked for each time, which costs no way to a server: PGlite does not say when somebody sets another. */
async function refuseEncodings(database: Queryable): Promise<void> {
  // A transaction that has failed answers nothing; the statement says so itself.
  const [row] = await query(database, ENCODING).catch((error: unknown): ResultRow[] => {
    if (error instanceof PostgresError) return [];
    throw error;
  });
  refuseOtherEncodings(row?.encoding);
}

/** COPY goes by a device that PGlite has for it: one blob in, one out. */
function copies(database: Queryable): Pick<Session, "copyIn" | "copyOut"> {
  return {
    copyIn: async (text, chunks) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      await translated(() => database.query(throughDevice(text, "STDIN"), [], { ...AS_THEY_ARE, blob: new Blob(parts as BlobPart[]) }));
    },
    async *copyOut(text) {
      const bytes = await copiedOut(database, text);
      if (bytes !== undefined) yield bytes;
    },
  };
}

async function copiedOut(database: Queryable, text: string): Promise<Uint8Array | undefined> {
  const { blob } = await translated(() => database.query(throughDevice(text, "STDOUT"), [], AS_THEY_ARE));
  // There is none where COPY wrote nothing.
  return blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
}

/** The last word of that name: the one before may be a column's. */
function throughDevice(text: string, word: "STDIN" | "STDOUT"): string {
  const at = text.lastIndexOf(word);
  return `${text.slice(0, at)}'/dev/blob'${text.slice(at + word.length)}`;
}
