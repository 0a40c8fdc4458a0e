import { PostgresError, translated } from "../../database/postgres-error.ts";
import { RowlensError } from "../../core/rowlens-error.ts";
import type { Plan } from "../../core/plan.ts";
import { Database } from "../../database/database.ts";
import type { ResultRow, Session, Statement } from "../../database/session.ts";
import { ConnectionLane, laneOf } from "../../database/lane.ts";
import { BEGIN, plain } from "../../database/transaction-sql.ts";
import type { PgClient, PgPool } from "./client.ts";
import { copyFrom, copyTo } from "./copy.ts";
import { refuseEncodings } from "./encoding.ts";
import { ignore, whileListening } from "./lost.ts";
import { preparedOn } from "./prepared.ts";
import { isForgotten, isGivenUp, runPipeline, type GroupResult, type PipelineResult } from "./pipeline.ts";
import { isUnsettled, refuseUnsettled, settle } from "./settle.ts";

/** Options of {@link pgDatabase}. */
export interface PgOptions {
  /**
   * Whether statements are prepared once per connection. Default true; false behind a pooler that hands every transaction another
   * connection and knows no prepared statements (PgBouncer before 1.21).
   */
  prepare?: boolean;
}

/**
 * A pool or client of node-postgres (`pg`) as a database for rowlens. A client inside a transaction stays in it: everything joins it.
 * Bulk loads and streams need the package `pg-copy-streams`.
 * @throws RowlensError `client-unsupported` for `pg.native` and for clients of versions before 8.21; a pool may be older.
 * @example
 * import { pgDatabase } from "rowlens/pg";
 * const db = pgDatabase(new pg.Pool(), plan);
 */
export function pgDatabase(source: PgPool | PgClient, plan: Plan, options: PgOptions = {}): Database {
  return new Database(pgSession(source, options), plan);
}

/**
 * {@link pgDatabase} without a plan.
 * @throws RowlensError `client-unsupported`.
 */
export function pgSession(source: PgPool | PgClient, options: PgOptions = {}): Session {
  const prepare = options.prepare ?? true;
  if (typeof source !== "object" || source === null) throw new RowlensError("client-unsupported", "this is neither a pool nor a client of `pg`");
  if ("totalCount" in source) return new PgSession(lentBy(source), prepare, () => false);
  if (!("connection" in source)) throw new RowlensError("client-unsupported", "this is neither a pool nor a client of `pg`; `pg.native` cannot be used, because it has no protocol of its own to speak");
  if (source.getTransactionStatus === undefined) throw new RowlensError("client-unsupported", "this client cannot tell whether it is in a transaction; give rowlens a pool, or update `pg` to 8.21 or later");
  return new PgSession(only(source), prepare, () => source.getTransactionStatus?.() === "T" || source.getTransactionStatus?.() === "E");
}

/** Where connections come from. */
interface Connections {
  use<T>(work: (client: PgClient) => Promise<T>): Promise<T>;
  iterate(work: (client: PgClient, drain: boolean) => AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** Where there is one connection for all. */
  readonly lane?: ConnectionLane;
}

/** A client of which is known that it is in a transaction. @internal */
export function pgTransactionSession(client: PgClient, options: PgOptions = {}): Session {
  return new PgSession(only(client), options.prepare ?? true, () => true);
}

/** One client for all: whoever comes while a transaction of ours is under way waits, or else would join it. */
function only(client: PgClient, turns = laneOf(client)): Connections {
  return {
    lane: turns,
    use: (work) => turns.run(() => whileListening(client, () => work(client))),
    iterate: (work) => turns.stream(() => work(client, true)),
  };
}

/** A connection goes back when nothing is left on it, or else away: a stream that ends early leaves the rest of it. */
function lentBy(pool: PgPool): Connections {
  return {
    use: async (work) => {
      const client = await translated(() => pool.connect());
      // A connection may be lost between two statements, too.
      client.on("error", ignore);
      let broken: boolean | Error = false;
      try {
        return await work(client);
      } catch (error) {
        broken = isBroken(error) || (client.getTransactionStatus?.() ?? "I") !== "I";
        throw error;
      } finally {
        client.release(broken || isUnsettled(client));
        client.removeListener("error", ignore);
      }
    },
    async *iterate(work) {
      const client = await translated(() => pool.connect());
      client.on("error", ignore);
      let broken = true;
      try {
        yield* work(client, false);
        broken = false;
      } catch (error) {
        broken = isBroken(error);
        throw error;
      } finally {
        client.release(broken);
        client.removeListener("error", ignore);
      }
    },
  };
}

/** Whether nobody knows what the connection will answer next. */
const isBroken = (error: unknown): boolean => error instanceof PostgresError && (error.sqlstate.startsWith("08") || error.sqlstate.startsWith("57P"));

class PgSession implements Session {
  readonly binary = true;
  readonly #connections: Connections;
  readonly #prepare: boolean;
  readonly #joined: () => boolean;

  constructor(connections: Connections, prepare: boolean, joined: () => boolean) {
    this.#connections = connections;
    this.#prepare = prepare;
    this.#joined = joined;
  }

  get inTransaction(): boolean {
    return this.#joined();
  }

  async query(statement: Statement): Promise<ResultRow[]> {
    const [rows] = await this.#connections.use(async (client) => {
      const run = async (): Promise<ResultRow[][]> => allOf((await this.#run(client, [[statement]], statement.anyEncoding)).groups[0]);
      return this.#joined() ? run() : againWhereForgotten(run);
    });
    return rows as ResultRow[];
  }

  async pipeline(statements: readonly Statement[]): Promise<ResultRow[][]> {
    if (statements.length === 0) return [];
    // What stands before one Sync is one transaction by itself.
    return this.#connections.use(async (client) => {
      const run = async (): Promise<ResultRow[][]> => allOf((await this.#run(client, [statements])).groups[0]);
      return this.#joined() ? run() : againWhereForgotten(run);
    });
  }

  async atomic(statements: readonly Statement[]): Promise<ResultRow[][]> {
    if (statements.length === 0) return [];
    return this.#connections.use(async (client) => {
      if (this.#joined()) return allOf((await this.#run(client, [statements])).groups[0]);
      return againWhereForgotten(async () => {
        const { groups, status } = await this.#begun(client, () => this.#run(client, [[plain(BEGIN), ...statements, plain("COMMIT")]]));
        if (status !== "I") await this.#undo(client, ROLLBACK);
        return allOf(groups[0]).slice(1, -1);
      });
    });
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#connections.use(async (client) => {
      const [begin, commit, undo] = this.#joined() ? SAVEPOINT : TRANSACTION;
      const inside = new PgSession(only(client, new ConnectionLane()), this.#prepare, () => true);
      allOf((await this.#begun(client, () => this.#run(client, [begin]), undo)).groups[0]);
      try {
        const result = await work(inside);
        allOf((await this.#run(client, [commit])).groups[0]);
        return result;
      } catch (error) {
        // A commit that failed has ended the transaction.
        if (isGivenUp(error) || client.getTransactionStatus?.() !== "I") await this.#undo(client, undo, isGivenUp(error));
        throw error;
      }
    });
  }

  async isolated(groups: readonly (readonly Statement[])[]): Promise<(ResultRow[][] | PostgresError)[]> {
    if (groups.length === 0) return [];
    return this.#connections.use(async (client) => {
      const results = await this.#isolated(client, groups);
      const forgotten = [...results.keys()].filter((index) => isForgotten(results[index]));
      const again = forgotten.length === 0 ? [] : await this.#isolated(client, forgotten.map((index) => groups[index] as readonly Statement[]));
      again.forEach((result, index) => { results[forgotten[index] as number] = result; });
      return results;
    });
  }

  async #isolated(client: PgClient, groups: readonly (readonly Statement[])[]): Promise<(ResultRow[][] | PostgresError)[]> {
    const joined = this.#joined();
    const begin = joined ? [mark] : [plain(BEGIN), mark];
    const end = joined ? [release] : [release, plain("COMMIT")];
    // A savepoint after each success, so that the way back undoes nothing then, and all of the group after a failure.
    const all = [begin, ...groups.flatMap((group) => [[...group, release, mark], [back]]), end];
    // On a new connection every group would have to prepare the statements, since none knows how the one before ended: the first does it alone.
    const ahead = this.#prepare && groups[0]?.some(({ name, text }) => name !== undefined && preparedOn(client.connection).get(name)?.text !== text) ? 3 : 0;
    const begun = (part: typeof all): Promise<PipelineResult> => (joined ? this.#run(client, part) : this.#begun(client, () => this.#run(client, part)));
    const first = ahead > 0 ? (await begun(all.slice(0, ahead))).groups : [];
    const { groups: rest, status } = await begun(all.slice(ahead));
    if (!joined && status !== "I") await this.#undo(client, ROLLBACK);
    const done = [...first, ...rest];
    // Groups stand at odd places; where anything else failed, all is lost.
    for (const [index, result] of done.entries()) if (index % 2 === 0 || index === done.length - 1) allOf(result);
    return groups.map((group, index) => {
      const { rows, error } = done[1 + 2 * index] as GroupResult;
      if (error === undefined) return rows.slice(0, group.length);
      if (error instanceof PostgresError) return error;
      throw error;
    });
  }

  copyIn(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    return this.#connections.use(async (client) => {
      refuseUnsettled(client);
      await refuseEncodings(client);
      return copyFrom(client, text, chunks);
    });
  }

  copyOut(text: string): AsyncGenerator<Uint8Array> {
    return this.#connections.iterate(async function* (client, drain) {
      refuseUnsettled(client);
      await refuseEncodings(client);
      yield* copyTo(client, text, drain);
    });
  }

  asking<T>(why: string, work: () => Promise<T>): Promise<T> {
    const { lane } = this.#connections;
    return lane === undefined ? work() : lane.asking(why, work);
  }

  async #run(client: PgClient, groups: readonly (readonly Statement[])[], anyEncoding = false): Promise<PipelineResult> {
    refuseUnsettled(client);
    if (!anyEncoding) await refuseEncodings(client);
    return runPipeline(client, groups, this.#prepare);
  }

  /** What begins something: where nobody knows how far it came, it is undone when PostgreSQL answers again. */
  async #begun(client: PgClient, work: () => Promise<PipelineResult>, undo: readonly Statement[] = ROLLBACK): Promise<PipelineResult> {
    try {
      return await work();
    } catch (error) {
      if (isGivenUp(error)) await this.#undo(client, undo, true);
      throw error;
    }
  }

  async #undo(client: PgClient, undo: readonly Statement[], givenUp = false): Promise<void> {
    if (!givenUp && !isUnsettled(client) && (await this.#run(client, [undo], true).then(() => true, () => false))) return;
    settle(client, undo);
  }
}

const ROLLBACK = [plain("ROLLBACK")] as const;
const mark = plain("SAVEPOINT rowlens");
const release = plain("RELEASE SAVEPOINT rowlens");
const back = plain("ROLLBACK TO SAVEPOINT rowlens");
const TRANSACTION = [[plain(BEGIN)], [plain("COMMIT")], ROLLBACK] as const;
const SAVEPOINT = [[mark], [release], [back, release]] as const;

function allOf(group: GroupResult | undefined): ResultRow[][] {
  if (group === undefined) return [];
  if (group.error !== undefined) throw group.error;
  return group.rows;
}

/** Statements that were forgotten are prepared anew, once. */
async function againWhereForgotten<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isForgotten(error)) throw error;
    return work();
  }
}
