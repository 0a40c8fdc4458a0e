import type { Issue } from "../core/issue.ts";
import type { FailureReason } from "./sqlstate.ts";

/** What came of one document. */
export type Outcome = AppliedOutcome | FailedOutcome;

/** PostgreSQL has the document's state, or a newer one. */
export interface AppliedOutcome {
  /**
   * - `inserted`, `updated`, `deleted`: done.
   * - `unchanged`: the same version and the same rows were there, nothing was written.
   * - `stale`: a newer version is there.
   * - `tombstoned`: the document was deleted in this version or a newer one.
   */
  readonly outcome: "inserted" | "updated" | "unchanged" | "stale" | "tombstoned" | "deleted";
  /** Index of the document in its batch. */
  readonly document: number;
  /** Key of its root row, as PostgreSQL's text. */
  readonly key: string;
  /** Rows inserted or changed, in all tables. */
  readonly written: number;
  /** Rows removed, in all tables. */
  readonly removed: number;
  /** Index of the document of the same batch, or load, that has the same key in a newer version: this one was not tried. */
  readonly supersededBy?: number;
  /** What was found while it was mapped. */
  readonly issues: readonly Issue[];
}

/**
 * Nothing of the document was written. Only where the connection was lost (`pg-down`) nobody knows: PostgreSQL may have committed before.
 * To apply the same again is right in every case.
 */
export interface FailedOutcome {
  /** It failed. */
  readonly outcome: "failed";
  /** Why, for programs. */
  readonly reason: FailureReason;
  /** Why, for people; no values of rows. */
  readonly message: string;
  /** Index of the document in its batch. */
  readonly document: number;
  /** Key of its root row, as PostgreSQL's text, where it has one. */
  readonly key?: string;
  /** Index of the document of the same batch, or load, that has the same key in a newer version: that one failed, and this one was not tried. */
  readonly supersededBy?: number;
  /** PostgreSQL's code, where it was PostgreSQL that refused. */
  readonly sqlstate?: string;
  /** The constraint that was violated. */
  readonly constraint?: string;
  /** Schema of the table concerned. */
  readonly schema?: string;
  /** The table concerned. */
  readonly table?: string;
  /** The column concerned. */
  readonly column?: string;
  /** What was found while it was mapped. */
  readonly issues: readonly Issue[];
}

/** How many documents came to what. */
export type OutcomeCounts = Record<Outcome["outcome"], number>;

/** What came of a batch. */
export interface Outcomes {
  /** By document, in the order of the batch. */
  readonly outcomes: readonly Outcome[];
  /** Counted. */
  readonly counts: OutcomeCounts;
}

/** @internal */
export const noCounts = (): OutcomeCounts => ({ inserted: 0, updated: 0, unchanged: 0, stale: 0, tombstoned: 0, deleted: 0, failed: 0 });

/** @internal */
export function counted(outcomes: readonly Outcome[]): Outcomes {
  const counts = noCounts();
  for (const { outcome } of outcomes) counts[outcome]++;
  return { outcomes, counts };
}
