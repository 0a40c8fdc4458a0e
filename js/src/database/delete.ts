import type { Collection, Lookups } from "../core/collection.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { arrayToText } from "../postgres/array.ts";
import { versionOf, type Version } from "./batch.ts";
import { keysOf } from "./keys.ts";
import { errorOutcome, rowOutcome } from "./made-outcome.ts";
import type { Outcome } from "./outcome.ts";
import { PostgresError } from "./postgres-error.ts";
import { retried } from "./retry.ts";
import type { Session, Statement } from "./session.ts";
import { writeStatements } from "./write-statements.ts";

/** Options of {@link Database.delete}. */
export interface DeleteOptions {
  /** Version of the delete: states up to this one go, and do not come back. Where the mapping names a version it must be said. */
  readonly version?: Version;
  /** Delete whatever is there, and leave no tombstone: for collections without a version. */
  readonly unguarded?: boolean;
  /** Answers of `id_map` that are known already. Default: they are asked for. */
  readonly lookups?: Lookups;
}

/** Deletes one document's rows, and leaves a tombstone. @internal */
export async function deleteOne(session: Session, collection: Collection, id: unknown, options: DeleteOptions = {}): Promise<Outcome> {
  const guarded = collection.inner.description.version !== null;
  if (!guarded && options.unguarded !== true) {
    throw new RowlensError("unguarded", `collection \`${collection.name}\` has no \`version\` in the mapping, so an older state may bring the document back: name one, or delete with \`unguarded: true\``);
  }
  if (!guarded && options.version !== undefined) throw new RowlensError("version-unmapped", `collection \`${collection.name}\` has no column for versions: give it a \`version\` in the mapping`);
  if (guarded && options.version === undefined) throw new RowlensError("version-needed", `a delete from \`${collection.name}\` needs the \`version\` up to which states go`);
  const found = await keysOf(session, collection, [id], options.lookups).catch((error: unknown) => {
    if (error instanceof PostgresError) return error;
    throw error;
  });
  if (found instanceof PostgresError) return errorOutcome(found, 0, undefined, [], true);
  const [key] = found;
  if (key === undefined) return { outcome: "failed", reason: "document-refused", message: "this `_id` has no key in PostgreSQL", document: 0, issues: [] };
  const keys = arrayToText([key]);
  const statements = writeStatements(collection);
  const lock: Statement = { ...(session.inTransaction ? statements.lock : statements.lockAlone), parameters: [keys] };
  const remove: Statement = { ...statements.delete, parameters: options.version === undefined ? [keys] : [keys, `{${versionOf(options.version)}}`] };
  try {
    const row = await removed(session, lock, remove);
    return rowOutcome(row, 0, key, []);
  } catch (error) {
    if (error instanceof PostgresError) return errorOutcome(error, 0, key, [], true);
    throw error;
  }
}

async function removed(session: Session, lock: Statement, remove: Statement) {
  const results = session.inTransaction ? (await session.isolated([[lock, remove]]))[0] : await retried(() => session.atomic([lock, remove]));
  if (results instanceof PostgresError) throw results;
  const row = results?.[1]?.[0];
  if (row === undefined) throw new RowlensError("result-type", "PostgreSQL gave no result for a document that it was to delete");
  return row;
}
