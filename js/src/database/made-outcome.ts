import type { Issue } from "../core/issue.ts";
import type { Batch, Member } from "./batch.ts";
import type { AppliedOutcome, FailedOutcome, Outcome } from "./outcome.ts";
import type { PostgresError } from "./postgres-error.ts";
import type { ResultRow } from "./session.ts";
import { reasonOf } from "./sqlstate.ts";

const NONE: readonly Issue[] = [];
const issuesOf = (batch: Batch, document: number): readonly Issue[] => batch.issues.get(document) ?? NONE;

/** What a row of the statements `apply`, `merge` and `delete` says. */
export function rowOutcome(row: ResultRow, document: number, key: string, issues: readonly Issue[]): Outcome {
  if (row.outcome === "isolation") {
    return { outcome: "failed", reason: "isolation", message: "the transaction that rowlens was to join is not READ COMMITTED, so its guards cannot see what others have committed meanwhile: begin it so, or let rowlens begin its own", document, key, issues };
  }
  return { outcome: row.outcome as AppliedOutcome["outcome"], document, key, written: Number(row.written), removed: Number(row.removed), issues };
}

export const memberOutcome = (batch: Batch, { document, key }: Member, row: ResultRow): Outcome => rowOutcome(row, document, key, issuesOf(batch, document));

/** An error of PostgreSQL, which quotes no values. */
export function errorOutcome(error: PostgresError, document: number, key: string, issues: readonly Issue[], deleting = false): FailedOutcome {
  const { sqlstate, constraint, schema, table, column } = error;
  const place = Object.fromEntries(Object.entries({ constraint, schema, table, column }).filter(([, name]) => name !== undefined));
  return { outcome: "failed", reason: reasonOf(error, deleting), message: error.message, document, key, sqlstate, ...place, issues };
}

export const failedOutcome = (batch: Batch, { document, key }: Member, error: PostgresError): FailedOutcome => errorOutcome(error, document, key, issuesOf(batch, document));

/** A document that became no rows. */
export function refusedOutcome(batch: Batch, document: number): FailedOutcome {
  const issues = issuesOf(batch, document);
  const why = issues.find(({ severity }) => severity === "error");
  return { outcome: "failed", reason: "document-refused", message: why?.message ?? "the document became no rows", document, issues };
}

/** A document that nothing tells the age of. */
export function versionlessOutcome(batch: Batch, { document, key, noVersion }: Member): FailedOutcome {
  const message = noVersion === "unusable" ? "what stands at the version's path is no whole number, date or timestamp" : "the document has no version: there is nothing at the mapping's path, and none was given";
  return { outcome: "failed", reason: "version-missing", message, document, key, issues: issuesOf(batch, document) };
}

/** An older state of a document that is in the batch in a newer one. */
export function supersededOutcome(batch: Batch, document: number, newest: number): AppliedOutcome {
  const key = batch.members.find((member) => member.document === newest)?.key ?? "";
  return { outcome: "stale", document, key, written: 0, removed: 0, supersededBy: newest, issues: issuesOf(batch, document) };
}
