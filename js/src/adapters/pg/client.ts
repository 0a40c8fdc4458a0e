/**
 * What is used of a node-postgres connection: the messages it can send, and its socket. Structural, so that `rowlens/pg` needs no
 * types of `pg`.
 * @internal
 */
export interface PgConnection {
  readonly stream: PgStream;
  parse(message: { name: string; text: string; types: number[] }): void;
  bind(message: { portal: string; statement: string; values: (string | Uint8Array | null)[]; binary: boolean }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  close(message: { type: "S"; name: string }): void;
  sync(): void;
}

/** @internal */
export interface PgStream {
  cork(): void;
  uncork(): void;
  listeners(event: "data"): unknown[];
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  removeListener(event: "data", listener: (chunk: Buffer) => void): unknown;
}

/** A `Client` of node-postgres: connected, or lent by a pool. */
export interface PgClient {
  /** Its connection, which speaks the protocol. */
  readonly connection: object;
  /** Takes objects that speak the protocol themselves, as `pg-cursor` and `pg-copy-streams` make them. */
  query(query: any): any;
  /** For `error` events: a lost connection must not end the process while rowlens uses it. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** The counterpart. */
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** Whether a transaction is under way; `pg` 8.21 or later. */
  getTransactionStatus?(): string | null;
}

/** A client that goes back to its pool. */
export interface PgPoolClient extends PgClient {
  /** Back to the pool, or with an error away. */
  release(error?: Error | boolean): void;
}

/** A `Pool` of node-postgres. */
export interface PgPool {
  /** Lends a client. */
  connect(): Promise<PgPoolClient>;
  /** How many clients there are; tells a pool from a client. */
  readonly totalCount: number;
}
