import { RowlensError } from "../../core/rowlens-error.ts";
import { PostgresError } from "../../database/postgres-error.ts";
import type { ResultRow, Statement } from "../../database/session.ts";
import type { PgClient, PgConnection } from "./client.ts";
import { whileListening } from "./lost.ts";
import { errorOf, fieldsOf, MESSAGE, MessageSplitter, rowOf } from "./messages.ts";
import { preparedOn, type Field, type Prepared } from "./prepared.ts";

/** What became of the statements before one Sync: the rows of each that ran, and the error that ended them. @internal */
export interface GroupResult {
  rows: ResultRow[][];
  error?: PostgresError | RowlensError;
}

/** @internal */
export interface PipelineResult {
  readonly groups: GroupResult[];
  /** `I` idle, `T` in a transaction, `E` in a transaction that failed. */
  readonly status: string;
}

/**
 * Sends groups of statements in one go, a Sync after each, and reads all answers: one round trip, however many statements.
 * PostgreSQL skips what follows a failure up to the next Sync.
 * @internal
 */
export function runPipeline(client: PgClient, groups: readonly (readonly Statement[])[], prepare: boolean, timeout?: number): Promise<PipelineResult> {
  return whileListening(client, () => new Promise<PipelineResult>((resolve, reject) => {
    const pipeline = new Pipeline(groups, prepare, resolve, reject);
    if (timeout !== undefined) pipeline.query_timeout = timeout;
    client.query(pipeline);
  }));
}

/** A statement on its way. */
interface Sent {
  readonly text: string;
  readonly name: string;
  readonly values: (string | Uint8Array | null)[];
  /** Known columns of a statement that is prepared, else what PostgreSQL describes. */
  fields: readonly Field[] | undefined;
}

/**
 * node-postgres runs whatever has a `submit` method (pg-cursor and pg-copy-streams are such objects). Its own reading of results
 * decodes every value as UTF-8, and knows one Sync and one statement at a time; so for the time of the pipeline we read the socket
 * ourselves, as pg-copy-streams does, and give it back with the last ReadyForQuery still to be read.
 */
class Pipeline {
  readonly #groups: readonly Sent[][];
  readonly #resolve: (result: PipelineResult) => void;
  readonly #reject: (error: unknown) => void;
  readonly #splitter = new MessageSplitter();
  readonly #results: GroupResult[] = [];
  #current: GroupResult = { rows: [] };
  /** Rows of the statement that is answering. */
  #rows: ResultRow[] = [];
  #prepared: Map<string, Prepared> = new Map();
  #status = "I";
  #detach: (rest: Buffer) => void = () => undefined;
  #pass: (message: Buffer) => void = () => undefined;
  /** Instead of the client's own, in milliseconds. */
  query_timeout?: number;
  /** node-postgres puts its `query_timeout` around it. */
  callback: () => void = () => undefined;

  constructor(groups: readonly (readonly Statement[])[], prepare: boolean, resolve: (result: PipelineResult) => void, reject: (error: unknown) => void) {
    this.#groups = groups.map((group) => group.map(({ text, name, parameters }) => ({ text, name: prepare ? (name ?? "") : "", values: parameters.map(sendable), fields: undefined })));
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: PgConnection): Error | null {
    const { stream } = connection;
    const theirs = stream.listeners("data") as ((chunk: Buffer) => void)[];
    const [read] = theirs;
    if (read === undefined || theirs.length !== 1) return new RowlensError("client-unsupported", "something else reads the socket of this connection; give rowlens a client of its own");
    const ours = (chunk: Buffer): void => this.#read(chunk);
    stream.on("data", ours);
    stream.removeListener("data", read);
    this.#pass = read;
    this.#detach = (rest) => {
      stream.on("data", read);
      stream.removeListener("data", ours);
      read(rest);
    };
    this.#prepared = preparedOn(connection);
    stream.cork();
    for (const group of this.#groups) this.#send(connection, group);
    stream.uncork();
    return null;
  }

  #send(connection: PgConnection, group: readonly Sent[]): void {
    const parsed = new Map<string, string>();
    for (const sent of group) {
      const { text, name, values } = sent;
      const known = this.#prepared.get(name);
      if (name !== "" && known?.text === text) sent.fields = known.fields;
      else if (name === "" || parsed.get(name) !== text) {
        // Nobody knows what else went over this connection; to close what is not there is no error.
        if (name !== "") connection.close({ type: "S", name });
        this.#prepared.delete(name);
        connection.parse({ name, text, types: [] });
        parsed.set(name, text);
      }
      connection.bind({ portal: "", statement: name, values, binary: true });
      if (sent.fields === undefined) connection.describe({ type: "P", name: "" });
      connection.execute({ portal: "", rows: 0 });
    }
    connection.sync();
  }

  #read(chunk: Buffer): void {
    const rest = this.#splitter.push(chunk, (bytes, start, end) => {
      const code = bytes[start] as number;
      if (code === MESSAGE.readyForQuery) {
        this.#status = String.fromCharCode(bytes[start + 5] as number);
        this.#results.push(this.#current);
        this.#current = { rows: [] };
        this.#rows = [];
        // The last one is for node-postgres to read.
        return this.#results.length < this.#groups.length;
      }
      this.#take(code, bytes, start, end);
      return true;
    });
    if (rest !== undefined) this.#detach(rest);
  }

  #take(code: number, bytes: Buffer, start: number, end: number): void {
    const group = this.#groups[this.#results.length] as readonly Sent[];
    const sent = group[this.#current.rows.length];
    switch (code) {
      case MESSAGE.parseComplete:
        if (sent !== undefined && sent.name !== "") this.#prepared.set(sent.name, { text: sent.text, fields: undefined });
        break;
      case MESSAGE.rowDescription:
      case MESSAGE.noData: {
        if (sent === undefined) break;
        sent.fields = code === MESSAGE.noData ? [] : fieldsOf(bytes, start);
        const prepared = this.#prepared.get(sent.name);
        if (prepared?.text === sent.text) prepared.fields = sent.fields;
        break;
      }
      case MESSAGE.dataRow:
        try {
          this.#rows.push(rowOf(sent?.fields ?? [], bytes, start));
        } catch (error) {
          // Ours, not PostgreSQL's: the statement goes on there.
          this.#current.error ??= error as RowlensError;
        }
        break;
      case MESSAGE.commandComplete:
      case MESSAGE.emptyQuery:
        this.#current.rows.push(this.#rows);
        this.#rows = [];
        break;
      case MESSAGE.error:
        this.#current.error ??= errorOf(bytes, start);
        // Where one prepared statement is gone, so are the others.
        if (isForgotten(this.#current.error)) this.#prepared.clear();
        break;
      case MESSAGE.notice:
      case MESSAGE.parameterStatus:
      case MESSAGE.notification:
        this.#pass(bytes.subarray(start, end));
        break;
      default:
        break;
    }
  }

  /** Called by node-postgres when the connection is lost, the query timed out, or it never was sent. */
  handleError(error: Error): void {
    this.callback();
    // PostgreSQL says why it hangs up, if it can.
    this.#reject(this.#current.error ?? asOurs(error));
  }

  /** Called by node-postgres for the last ReadyForQuery. */
  handleReadyForQuery(): void {
    this.callback();
    this.#resolve({ groups: this.#results, status: this.#status });
  }
}

/** Something between us and PostgreSQL has dropped prepared statements (`DISCARD ALL`, a pooler), or their tables have changed. @internal */
export const isForgotten = (error: unknown): boolean => error instanceof PostgresError && (error.sqlstate === "26000" || error.sqlstate === "0A000");

const givenUp = new WeakSet<object>();

/** Whether node-postgres has given up waiting for an answer that may still come. @internal */
export const isGivenUp = (error: unknown): boolean => typeof error === "object" && error !== null && givenUp.has(error);

/** What node-postgres says, as an error of ours. @internal */
export function asOurs(error: Error): unknown {
  if (error.message.includes("pipeline mode")) return new RowlensError("client-unsupported", "a client with `pipeline: true` cannot be used; rowlens pipelines by itself, give it a client without");
  if (error.message === "Query read timeout") {
    const late = new PostgresError("08006", "PostgreSQL did not answer within the client's `query_timeout`; what became of the statement is not known");
    givenUp.add(late);
    return late;
  }
  return PostgresError.of(error);
}

/** node-postgres takes only its own runtime's buffers for bytes, and whatever is wrong must be found before anything is sent. */
function sendable(value: string | Uint8Array | null): string | Uint8Array | null {
  if (value === null || typeof value === "string" || Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError("a parameter is a string, bytes or null");
}
