import type { Collection } from "../core/collection.ts";
import { sqlPlan } from "../wasm/sql.ts";

/** A statement's text and the name it is prepared under. */
export interface Named {
  readonly text: string;
  readonly name: string;
}

/** The statements that write one collection, as the core makes them. */
export interface WriteStatements {
  /** Takes the locks of keys; `lockAlone` also sets what the planner does, for transactions that hold nothing else. */
  readonly lock: Named;
  readonly lockAlone: Named;
  readonly apply: Named;
  /** Takes the lock of one key. */
  readonly lockOne: Named;
  /** Writes one aggregate where there is none of its key; else it does nothing. */
  readonly applyNew: Named;
  readonly delete: Named;
  /** As `apply`, from staging tables. */
  readonly merge: Named;
  readonly staging: readonly string[];
  readonly stagingCopy: readonly string[];
  readonly stagingClear: readonly string[];
  readonly loadLock: string;
  readonly loadCheck: string;
  readonly loadCopy: readonly string[];
  /** Whether aggregates are all new, and COPY straight into the tables writes them as `merge` would. */
  readonly allNew: Named;
  readonly lookup: Named;
  readonly lookupCreate: Named;
}

const made = new WeakMap<Collection, WriteStatements>();

/** The statements of a collection; made once. */
export function writeStatements(collection: Collection): WriteStatements {
  let statements = made.get(collection);
  if (statements === undefined) {
    const { plan, index } = collection.inner;
    statements = sqlPlan(plan).write_statements(index) as WriteStatements;
    made.set(collection, statements);
  }
  return statements;
}
