import type { Collection } from "../core/collection.ts";
import { arrayToText } from "../postgres/array.ts";
import { applyNew, learnNew } from "./apply-new.ts";
import type { Batch, Member } from "./batch.ts";
import { PostgresError } from "./postgres-error.ts";
import { retried } from "./retry.ts";
import type { ResultRow, Session, Statement } from "./session.ts";
import { isDataFault, isTransient, reasonOf } from "./sqlstate.ts";
import { plain } from "./transaction-sql.ts";
import { writeStatements } from "./write-statements.ts";

/** What came of one aggregate: a row of the statement `apply`, or why it was refused. */
export type Applied = ResultRow | PostgresError;

/** What came of aggregates, by their keys. */
export type AppliedByKey = ReadonlyMap<string, Applied>;

/**
 * Applies aggregates in one transaction: all by one statement, and where the data of one is at fault, each by its own, so that the
 * others are none the worse.
 */
export async function applyChunk(session: Session, collection: Collection, batch: Batch, members: readonly Member[]): Promise<AppliedByKey> {
  return guarded(members, async () => {
    const chunk = new Chunk(session, collection, batch);
    const whole = await chunk.whole(members);
    if (!(whole instanceof PostgresError)) return whole;
    if (members.length === 1 || !isDataFault(whole)) return all(members, whole);
    return chunk.apart(members);
  });
}

/** What PostgreSQL refuses altogether is what came of each. */
async function guarded(members: readonly Member[], work: () => Promise<AppliedByKey>): Promise<AppliedByKey> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PostgresError) return all(members, error);
    throw error;
  }
}

const all = (members: readonly Member[], error: PostgresError): AppliedByKey => new Map(members.map(({ key }) => [key, error]));

class Chunk {
  readonly #session: Session;
  readonly #collection: Collection;
  readonly #batch: Batch;

  constructor(session: Session, collection: Collection, batch: Batch) {
    this.#session = session;
    this.#collection = collection;
    this.#batch = batch;
  }

  /** All by one statement; the error where it was refused. */
  async whole(members: readonly Member[]): Promise<AppliedByKey | PostgresError> {
    const [only] = members;
    if (members.length === 1 && only !== undefined && !this.#session.inTransaction) {
      const row = await applyNew(this.#session, this.#collection, this.#batch, only);
      if (row !== undefined) return byKey([row]);
    }
    const [lock, apply] = [this.#lock(members), this.#apply(members)];
    if (this.#session.inTransaction) {
      // In a savepoint: what is refused here must not end the caller's transaction.
      const [done] = await this.#session.isolated([[lock, apply]]);
      return done instanceof PostgresError ? done : byKey(done?.[1] ?? []);
    }
    try {
      const [, applied] = await retried(() => this.#session.atomic([lock, apply]));
      if (members.length === 1) learnNew(this.#collection, applied?.[0]);
      return byKey(applied ?? []);
    } catch (error) {
      if (error instanceof PostgresError) return error;
      throw error;
    }
  }

  /** Each by its own statement, in a savepoint. */
  async apart(members: readonly Member[]): Promise<AppliedByKey> {
    const results = new Map(await this.#each(members));
    // Some wait for others of the batch: a parent that came later, a unique value that was not given up yet, two that need each other.
    const waiting = members.filter(({ key }) => waitsForOthers(results.get(key)));
    if (waiting.length > 0 && (waiting.length > 1 || waiting.length < members.length)) {
      const again = await this.whole(waiting);
      const settled = again instanceof PostgresError ? (isDataFault(again) && waiting.length < members.length ? await this.#each(waiting) : []) : again;
      for (const [key, result] of settled) results.set(key, result);
    }
    return results;
  }

  async #each(members: readonly Member[]): Promise<AppliedByKey> {
    // Deferred constraints are checked while it is clear whom they concern; in the caller's transaction they are the caller's.
    const now = this.#session.inTransaction ? [] : [plain("SET CONSTRAINTS ALL IMMEDIATE")];
    // All locks first, in the order that all writers share. Where they are not to be had together, that group is undone and the others still run:
    // so each has its own lock before it, in its own savepoint, and never writes without it.
    const groups = [[this.#lock(members)], ...members.map((member) => [this.#lock([member]), this.#apply([member]), ...now])];
    const [, ...applied] = await retried(() => this.#session.isolated(groups));
    return new Map(members.map(({ key }, index) => {
      const result = applied[index];
      return [key, result instanceof PostgresError ? result : (result?.[1]?.[0] as ResultRow)];
    }));
  }

  #lock(members: readonly Member[]): Statement {
    const { lock, lockAlone } = writeStatements(this.#collection);
    return { ...(this.#session.inTransaction ? lock : lockAlone), parameters: [arrayToText(members.map(({ key }) => key))] };
  }

  #apply(members: readonly Member[]): Statement {
    return { ...writeStatements(this.#collection).apply, parameters: this.#batch.parameters(members, this.#session.binary) };
  }
}

const WAITING = new Set(["missing-parent", "unique-conflict", "id-conflict"]);
const waitsForOthers = (result: Applied | undefined): boolean => result instanceof PostgresError && (isTransient(result) || WAITING.has(reasonOf(result)));

/** @internal */
export const byKey = (rows: readonly ResultRow[]): AppliedByKey => new Map(rows.map((row) => [row.key as string, row]));
