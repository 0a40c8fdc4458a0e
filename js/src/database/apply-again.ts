import type { Collection } from "../core/collection.ts";
import { type Applied, type AppliedByKey, Chunk } from "./apply-chunk.ts";
import { type Batch, CHUNK_AGGREGATES, packed } from "./batch.ts";
import { PostgresError } from "./postgres-error.ts";
import type { Session } from "./session.ts";
import { isTransient, reasonOf } from "./sqlstate.ts";

/**
 * Applies again those of a batch that waited for others of it: a parent that came later, a unique value that was not given up yet, two that
 * need each other. Whoever refers to others comes after them, circles together, until no more of them can be written.
 */
export async function applyAgain(session: Session, collection: Collection, batch: Batch, first: AppliedByKey): Promise<AppliedByKey> {
  if (first.size < 2) return first;
  const results = new Map(first);
  const chunk = new Chunk(session, collection, batch);
  const settle = (done: AppliedByKey): boolean => {
    for (const [key, result] of done) results.set(key, result);
    return [...done.values()].some((result) => !(result instanceof PostgresError));
  };
  for (;;) {
    const waiting = batch.members.filter(({ key }) => waitsForOthers(results.get(key)));
    if (waiting.length === 0) return results;
    let progress = false;
    const groups = batch.groups(waiting);
    for (const some of packed(groups)) progress = settle(await chunk.groups(some)) || progress;
    // Of a circle that cannot be, some may refer to rows that are there already, and only wait for others of it to be written anew.
    const ofCircles = progress ? [] : groups.filter(({ length }) => length > 1).flat();
    for (const some of packed(ofCircles.map((member) => [member]))) progress = settle(await chunk.groups(some)) || progress;
    // Circles that the mapping does not know of: unique values that change hands, references of the database's own.
    for (const together of progress ? [] : [waiting, waiting.filter(({ key }) => reasonOf(results.get(key) as PostgresError) === "unique-conflict")]) {
      if (progress || together.length < 2 || together.length > CHUNK_AGGREGATES) continue;
      const done = await chunk.whole(together);
      if (!(done instanceof PostgresError)) progress = settle(done);
    }
    if (!progress) return results;
  }
}

const WAITING = new Set(["missing-parent", "unique-conflict", "id-conflict"]);

/** Whether it may be written when others are. @internal */
export const waitsForOthers = (result: Applied | undefined): boolean => result instanceof PostgresError && (isTransient(result) || WAITING.has(reasonOf(result)));
