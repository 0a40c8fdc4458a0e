import type { Collection } from "../core/collection.ts";
import type { Batch, Member } from "./batch.ts";
import { PostgresError } from "./postgres-error.ts";
import type { ResultRow, Session } from "./session.ts";
import { writeStatements } from "./write-statements.ts";

/** Collections whose last single document had been there already: the next one is believed to be there, too. */
const existing = new WeakSet<Collection>();

/**
 * Writes one aggregate by the statement for new ones, which is many times cheaper, in a transaction of its own; gives what came of it. Undefined where
 * that statement did nothing, because something of the key is there, or was refused: `apply` has the answer then, and needs a
 * second round trip. So it is not tried where the last document of the collection was no new one.
 * @internal
 */
export async function applyNew(session: Session, collection: Collection, batch: Batch, member: Member): Promise<ResultRow | undefined> {
  if (existing.has(collection)) return undefined;
  const { lockOne, applyNew } = writeStatements(collection);
  try {
    const [, rows] = await session.pipeline([{ ...lockOne, parameters: [member.key] }, { ...applyNew, parameters: batch.newParameters(member, session.binary) }]);
    if (rows?.[0] === undefined) existing.add(collection);
    return rows?.[0];
  } catch (error) {
    if (error instanceof PostgresError) return undefined;
    throw error;
  }
}

/** Learns of a single document whether it was a new one. @internal */
export function learnNew(collection: Collection, row: ResultRow | undefined): void {
  if (row?.outcome === "inserted") existing.delete(collection);
}
