import type { Collection } from "../core/collection.ts";
import { arrayToText } from "../postgres/array.ts";
import { type AppliedByKey, applyChunk, byHalves, byKey } from "./apply-chunk.ts";
import type { Batch, Member } from "./batch.ts";
import { copiesOf, sendCopies } from "./copies.ts";
import { PostgresError } from "./postgres-error.ts";
import { retried } from "./retry.ts";
import type { Session, Statement } from "./session.ts";
import { isTooMuch } from "./sqlstate.ts";
import { plain } from "./transaction-sql.ts";
import { writeStatements } from "./write-statements.ts";

type Copies = ReturnType<typeof copiesOf>;

/**
 * Writes chunks of aggregates by COPY. Where all of a chunk are new, straight into the tables, which costs least; else by way of staging tables
 * and a merge. Which of the two is known when the locks are held; until then the last chunk's is the guess. In a transaction of the caller all are
 * merged: how PostgreSQL looks up keys there is not ours to say, and in tables that grew since it would read them whole.
 *
 * A chunk that PostgreSQL refuses is applied as `applyMany` does it, where one document that is at fault harms no other; where memory is
 * short, by halves.
 */
export class Chunks {
  readonly #session: Session;
  readonly #collection: Collection;
  #new: boolean;

  constructor(session: Session, collection: Collection) {
    this.#session = session;
    this.#collection = collection;
    this.#new = !session.inTransaction;
  }

  /** Makes a chunk's bytes at once; what it gives sends them, and calls `begun` when PostgreSQL has some of them. */
  write(batch: Batch, members: readonly Member[]): (begun: () => void) => Promise<AppliedByKey> {
    const target = this.#new ? "table" : "staging";
    const copies = copiesOf(this.#collection, batch, members, target);
    return async (begun) => {
      const written = (own: Session): Promise<AppliedByKey> => (target === "table" ? this.#copied(own, batch, members, copies, begun) : this.#merged(own, members, copies, begun));
      try {
        // In the caller's transaction nothing is free again for others.
        return this.#session.inTransaction ? await this.#session.transaction(written) : await retried(() => this.#session.transaction(written));
      } catch (error) {
        if (!(error instanceof PostgresError)) throw error;
        if (isTooMuch(error) && members.length > 1) return byHalves(members, (half) => this.write(batch, half)(begun));
        return applyChunk(this.#session, this.#collection, batch, members);
      }
    };
  }

  /** Straight into the tables. Nobody who takes the locks comes between; whoever takes none has written a key before, or waits for it. */
  async #copied(own: Session, batch: Batch, members: readonly Member[], copies: Copies, begun: () => void): Promise<AppliedByKey> {
    const lock = this.#lock(members);
    const [, answer] = await own.pipeline([lock, { ...writeStatements(this.#collection).allNew, parameters: lock.parameters }]);
    this.#new = answer?.[0]?.all_new === "true";
    if (!this.#new) {
      const merged = await this.#merged(own, members, copiesOf(this.#collection, batch, members, "staging"), begun);
      // New or not, here it was not to be copied; so the next is not either.
      this.#new = false;
      return merged;
    }
    await sendCopies(own, copies, begun);
    const rows = batch.rowCounts();
    return byKey(members.map(({ key, index }) => ({ key, outcome: "inserted", written: String(rows[index]), removed: "0" })));
  }

  /** By way of the staging tables. */
  async #merged(own: Session, members: readonly Member[], copies: Copies, begun: () => void): Promise<AppliedByKey> {
    const { staging, stagingClear, merge } = writeStatements(this.#collection);
    // Within the caller's transaction an earlier chunk's rows are still there.
    await own.pipeline([...staging, ...(this.#session.inTransaction ? stagingClear : [])].map(plain));
    await sendCopies(own, copies, begun);
    const [, rows = []] = await own.pipeline([this.#lock(members), { ...merge, parameters: [] }]);
    this.#new = !this.#session.inTransaction && rows.every(({ outcome }) => outcome === "inserted");
    return byKey(rows);
  }

  #lock(members: readonly Member[]): Statement {
    const { lock, lockAlone } = writeStatements(this.#collection);
    return { ...(this.#session.inTransaction ? lock : lockAlone), parameters: [arrayToText(members.map(({ key }) => key))] };
  }
}
