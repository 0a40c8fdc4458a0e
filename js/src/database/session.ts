import type { PostgresError } from "./postgres-error.ts";

/** One statement with its parameters. */
export interface Statement {
  /** SQL with `$1`, `$2`, … Each parameter is cast in the text (`$1::uuid[]`), so that its type never depends on the driver. */
  readonly text: string;
  /**
   * PostgreSQL's own text of each value (an array as its literal, `{1,2}`), or null. Where {@link Session.binary} says so, bytes in
   * PostgreSQL's binary form too.
   */
  readonly parameters: readonly (string | Uint8Array | null)[];
  /**
   * Prepared under this name, once per connection, where the driver can. The same name always stands for the same text; at most
   * 63 bytes.
   */
  readonly name?: string;
  /** Runs although the connection's `client_encoding` is not UTF8, where all else is refused: what asks for it. */
  readonly anyEncoding?: boolean;
}

/**
 * A row as rowlens' own statements return them: columns are `text` (a string) or `bytea` (bytes), or NULL. Every other type is
 * cast in the statement: what drivers make of it would be theirs to say, or the user's type parsers'.
 */
export type ResultRow = Record<string, string | Uint8Array | null>;

/**
 * What rowlens needs of a connection to PostgreSQL. Each driver has one; everything above it is the same for all.
 *
 * Failures are {@link PostgresError}s, whichever the driver, and hold no values of rows. Calls that come at the same time over one
 * connection wait for each other.
 */
export interface Session {
  /** One statement, one round trip. Outside a transaction it is one of its own. */
  query(statement: Statement): Promise<ResultRow[]>;
  /**
   * Statements in order, in as few round trips as the driver can; the first failure ends it. They are one transaction: the
   * caller's, or one of their own, in the isolation that the connection has by default.
   */
  pipeline(statements: readonly Statement[]): Promise<ResultRow[][]>;
  /**
   * Work in one transaction, READ COMMITTED: committed when it resolves, rolled back when it rejects. In a transaction that is
   * under way it is a savepoint of that one. Statements of the work go through the session that it is given.
   */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * The statements as one READ COMMITTED transaction of their own: all or none. `pg` needs one round trip for it. In a transaction
   * that is under way they just join it.
   */
  atomic(statements: readonly Statement[]): Promise<ResultRow[][]>;
  /**
   * Groups of statements in one transaction, each in a savepoint: a group that fails is undone and its error stands in its place,
   * the others stay. `pg` needs one round trip for all. It rejects where the whole is lost: the connection, or the commit.
   */
  isolated(groups: readonly (readonly Statement[])[]): Promise<(ResultRow[][] | PostgresError)[]>;
  /** `COPY … FROM STDIN`; where `chunks` throws, nothing is written. */
  copyIn(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** `COPY … TO STDOUT`. Ending the iteration early gives the connection back. */
  copyOut(text: string): AsyncIterable<Uint8Array>;
  /**
   * Runs what waits for others while a transaction of this session is open, as a load does for its source. Where there is one
   * connection for all, whoever comes to it meanwhile is refused with `connection-busy`, since the two would wait for each other.
   */
  asking?<T>(why: string, work: () => Promise<T>): Promise<T>;
  /** Whether a transaction of the caller is under way, which rowlens joins and does not end. */
  readonly inTransaction: boolean;
  /** Whether parameters may be bytes in PostgreSQL's binary form. */
  readonly binary: boolean;
}
