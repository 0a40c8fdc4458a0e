import type { Collection } from "../core/collection.ts";
import { arrayToText } from "../postgres/array.ts";
import { applyChunk, byHalves, byKey, type AppliedByKey } from "./apply-chunk.ts";
import type { Batch, Member } from "./batch.ts";
import { PostgresError } from "./postgres-error.ts";
import { retried } from "./retry.ts";
import type { Session, Statement } from "./session.ts";
import { isTooMuch } from "./sqlstate.ts";
import { plain } from "./transaction-sql.ts";
import { writeStatements } from "./write-statements.ts";

/** A COPY without rows has this many bytes. */
const EMPTY_COPY = 21;

/**
 * A chunk of aggregates to be merged by way of staging tables: its bytes are made at once, and `run` sends them. A chunk that PostgreSQL
 * refuses is applied as `applyMany` does it, where one document that is at fault harms no other; where memory is short, by halves.
 */
export function mergeChunk(session: Session, collection: Collection, batch: Batch, members: readonly Member[]): { run(): Promise<AppliedByKey> } {
  const statements = writeStatements(collection);
  const copies = statements.stagingCopy.map((text, table) => ({ text, bytes: batch.copied(table, members, "staging") })).filter(({ bytes }) => bytes.length > EMPTY_COPY);
  const lock: Statement = { ...(session.inTransaction ? statements.lock : statements.lockAlone), parameters: [arrayToText(members.map(({ key }) => key))] };
  const merged = (): Promise<AppliedByKey> => session.transaction(async (own) => {
    // Within the caller's transaction an earlier chunk's rows are still there.
    await own.pipeline([...statements.staging, ...(session.inTransaction ? statements.stagingClear : [])].map(plain));
    for (const { text, bytes } of copies) await own.copyIn(text, [bytes]);
    const [, rows] = await own.pipeline([lock, { ...statements.merge, parameters: [] }]);
    return byKey(rows ?? []);
  });
  return {
    run: async () => {
      try {
        return await retried(merged);
      } catch (error) {
        if (!(error instanceof PostgresError)) throw error;
        if (isTooMuch(error) && members.length > 1) return byHalves(members, (half) => mergeChunk(session, collection, batch, half).run());
        return applyChunk(session, collection, batch, members);
      }
    },
  };
}
