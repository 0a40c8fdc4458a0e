import type { Issue } from "../core/issue.ts";
import type { Batch, Member, Superseded } from "./batch.ts";
import type { LookupFailure } from "./lookups.ts";
import type { AppliedOutcome, FailedOutcome, Outcome } from "./outcome.ts";
import type { PostgresError } from "./postgres-error.ts";
import type { ResultRow } from "./session.ts";
import { reasonOf } from "./sqlstate.ts";

const NONE: readonly Issue[] = [];
export const issuesOf = (batch: Batch, document: number): readonly Issue[] => batch.issues.get(document) ?? NONE;

/** What a row of the statements `apply`, `merge` and `delete` says. */
export function rowOutcome(row: ResultRow, document: number, key: string, issues: readonly Issue[]): Outcome {
  if (row.outcome === "isolation") {
    return { outcome: "failed", reason: "isolation", message: "the transaction that rowlens was to join is not READ COMMITTED, so its guards cannot see what others have committed meanwhile: begin it so, or let rowlens begin its own", document, key, issues };
  }
  return { outcome: row.outcome as AppliedOutcome["outcome"], document, key, written: Number(row.written), removed: Number(row.removed), issues };
}

export const memberOutcome = (batch: Batch, { document, key }: Member, row: ResultRow): Outcome => rowOutcome(row, document, key, issuesOf(batch, document));

/** An error of PostgreSQL, which quotes no values. */
export function errorOutcome(error: PostgresError, document: number, key: string | undefined, issues: readonly Issue[], deleting = false): FailedOutcome {
  const { sqlstate, constraint, schema, table, column } = error;
  const place = Object.fromEntries(Object.entries({ constraint, schema, table, column }).filter(([, name]) => name !== undefined));
  const reason = reasonOf(error, deleting);
  // The answer to a COMMIT may be what was lost.
  const message = reason === "pg-down" ? `${error.message}; whether it was written is not known, do it again` : error.message;
  return { outcome: "failed", reason, message, document, ...(key === undefined ? {} : { key }), sqlstate, ...place, issues };
}

export const failedOutcome = (batch: Batch, { document, key }: Member, error: PostgresError): FailedOutcome => errorOutcome(error, document, key, issuesOf(batch, document));

/** A document that became no rows. */
export function refusedOutcome(batch: Batch, document: number): FailedOutcome {
  const issues = issuesOf(batch, document);
  const why = issues.find(({ severity }) => severity === "error");
  return { outcome: "failed", reason: "document-refused", message: why?.message ?? "the document became no rows", document, issues };
}

/** A document of which an id could not be looked up. */
export function unresolvedOutcome(batch: Batch, document: number, key: string | undefined, failure: LookupFailure): FailedOutcome {
  if (failure instanceof Error) return errorOutcome(failure, document, key, issuesOf(batch, document));
  return { outcome: "failed", reason: "document-refused", message: failure.message, document, ...(key === undefined ? {} : { key }), issues: [{ ...failure, document }, ...issuesOf(batch, document)] };
}

/** A document that nothing tells the age of. */
export function versionlessOutcome({ document, noVersion }: Pick<Member, "document" | "noVersion">, key: string, issues: readonly Issue[]): FailedOutcome {
  const message = noVersion === "unusable" ? "what stands at the version's path is no whole number, date or timestamp" : "the document has no version: there is nothing at the mapping's path, and none was given";
  return { outcome: "failed", reason: "version-missing", message, document, key, issues };
}

/** What came of an older state of a document, by what came of the newer one that was tried in its place. */
export function supersededOutcome({ document, noVersion }: Omit<Superseded, "newest">, of: Outcome, guarded: boolean, issues: readonly Issue[]): Outcome {
  const key = of.key ?? "";
  if (guarded && noVersion !== undefined) return versionlessOutcome({ document, noVersion }, key, issues);
  const supersededBy = of.document;
  // Nothing newer is there for certain.
  if (of.outcome === "failed") return { ...of, message: `a newer state of it failed: ${of.message}`, document, supersededBy, issues };
  return { outcome: "stale", document, key, written: 0, removed: 0, supersededBy, issues };
}
