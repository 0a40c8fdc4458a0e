import type { Collection } from "../core/collection.ts";
import { arrayToText } from "../postgres/array.ts";
import { applyNew, learnNew } from "./apply-new.ts";
import type { Batch, Member } from "./batch.ts";
import { PostgresError } from "./postgres-error.ts";
import { retried } from "./retry.ts";
import type { ResultRow, Session, Statement } from "./session.ts";
import { isCommon, isHopeless, isTooMuch } from "./sqlstate.ts";
import { plain } from "./transaction-sql.ts";
import { writeStatements } from "./write-statements.ts";

/** What came of one aggregate: a row of the statement `apply`, or why it was refused. */
export type Applied = ResultRow | PostgresError;

/** What came of aggregates, by their keys. */
export type AppliedByKey = ReadonlyMap<string, Applied>;

/**
 * Applies aggregates in one transaction: all by one statement, and where that is refused, each by its own, so that what one is to blame
 * for is no other's. Those that wait for others are tried again by {@link applyAgain}.
 */
export async function applyChunk(session: Session, collection: Collection, batch: Batch, members: readonly Member[]): Promise<AppliedByKey> {
  const chunk = new Chunk(session, collection, batch);
  const whole = await chunk.whole(members);
  if (!(whole instanceof PostgresError)) return whole;
  if (members.length === 1 || isHopeless(whole)) return all(members, whole);
  if (isTooMuch(whole)) return byHalves(members, (half) => applyChunk(session, collection, batch, half));
  return chunk.apart(members, whole);
}

/** What came of both halves. */
export async function byHalves(members: readonly Member[], work: (half: readonly Member[]) => Promise<AppliedByKey>): Promise<AppliedByKey> {
  const middle = Math.ceil(members.length / 2);
  const first = await work(members.slice(0, middle));
  return new Map([...first, ...(await work(members.slice(middle)))]);
}

const all = (members: readonly Member[], error: PostgresError): AppliedByKey => new Map(members.map(({ key }) => [key, error]));

/** So many that are refused for the same thing, one after the other, say that it is not theirs: waiting for each to time out would take too long. */
const SAMPLE = 16;

/** @internal */
export class Chunk {
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
    try {
      if (this.#session.inTransaction) {
        // In a savepoint: what is refused here must not end the caller's transaction.
        const [done] = await this.#session.isolated([[lock, apply]]);
        return done instanceof PostgresError ? done : byKey(done?.[1] ?? []);
      }
      const [, applied] = await retried(() => this.#session.atomic([lock, apply]));
      if (members.length === 1) learnNew(this.#collection, applied?.[0]);
      return byKey(applied ?? []);
    } catch (error) {
      if (error instanceof PostgresError) return error;
      throw error;
    }
  }

  /** Each by its own statement, in a savepoint; `whole` is what came of all together. */
  async apart(members: readonly Member[], whole: PostgresError): Promise<AppliedByKey> {
    const results = new Map<string, Applied>();
    const size = isCommon(whole) ? SAMPLE : members.length;
    for (let at = 0; at < members.length; at += size) {
      const some = members.slice(at, at + size);
      const done = await this.groups(some.map((member) => [member]));
      for (const [key, result] of done) results.set(key, result);
      const refused = some.map(({ key }) => done.get(key)).filter((result) => result instanceof PostgresError);
      const lost = refused.find(isHopeless);
      if (lost !== undefined || (size === SAMPLE && refused.filter(({ sqlstate }) => sqlstate === whole.sqlstate).length === some.length)) {
        for (const { key } of members.slice(at + size)) results.set(key, lost ?? whole);
        break;
      }
    }
    return results;
  }

  /** Groups in one transaction, each by its own statement and in a savepoint: all of a group, or none. */
  async groups(groups: readonly (readonly Member[])[]): Promise<AppliedByKey> {
    const members = groups.flat();
    // Deferred constraints are checked while it is clear whom they concern; in the caller's transaction they are the caller's.
    const now = this.#session.inTransaction ? [] : [plain("SET CONSTRAINTS ALL IMMEDIATE")];
    // All locks first, in the order that all writers share. Where they are not to be had together, that group is undone and the others still run:
    // so each has its own lock before it, in its own savepoint, and never writes without it.
    const statements = [[this.#lock(members)], ...groups.map((group) => [this.#lock(group), this.#apply(group), ...now])];
    try {
      const [, ...applied] = await retried(() => this.#session.isolated(statements));
      return new Map(groups.flatMap((group, index) => {
        const result = applied[index];
        return result instanceof PostgresError ? [...all(group, result)] : [...byKey(result?.[1] ?? [])];
      }));
    } catch (error) {
      if (error instanceof PostgresError) return all(members, error);
      throw error;
    }
  }

  #lock(members: readonly Member[]): Statement {
    const { lock, lockAlone } = writeStatements(this.#collection);
    return { ...(this.#session.inTransaction ? lock : lockAlone), parameters: [arrayToText(members.map(({ key }) => key))] };
  }

  #apply(members: readonly Member[]): Statement {
    return { ...writeStatements(this.#collection).apply, parameters: this.#batch.parameters(members, this.#session.binary) };
  }
}

/** @internal */
export const byKey = (rows: readonly ResultRow[]): AppliedByKey => new Map(rows.map((row) => [row.key as string, row]));
