import type { Collection, DocumentInput } from "../core/collection.ts";
import type { Issue } from "../core/issue.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { writable } from "./apply.ts";
import { eachBatch, type Batches } from "./batches.ts";
import { copiesOf, sendCopies } from "./copies.ts";
import type { LoadOptions, LoadReport } from "./load.ts";
import { mappedParts } from "./load-part.ts";
import { Tally } from "./load-tally.ts";
import { retried } from "./retry.ts";
import type { ResultRow, Session } from "./session.ts";
import { plain } from "./transaction-sql.ts";
import { writeStatements } from "./write-statements.ts";

/** COPY straight into the collection's own tables, parents first, in one transaction. @internal */
export function loadEmpty(session: Session, collection: Collection, batches: Batches, options: LoadOptions): Promise<LoadReport> {
  let begun = false;
  const attempt = (): Promise<LoadReport> => session.transaction(async (own) => {
    await refuseRows(own, collection);
    begun = true;
    const tally = new Tally(options.onOutcome);
    let working: Promise<void> = Promise.resolve();
    try {
      // `id_map` is asked in the same transaction: the load may have the only connection there is, and new keys are to be undone with it.
      for await (const part of mappedParts(own, collection, asked(session, batches), options, tally)) {
        const { batch } = part;
        const members = writable(batch, collection);
        const copies = copiesOf(collection, batch, members, "table");
        const rows = batch.rowCounts();
        batch.free();
        await working;
        await new Promise<void>((begun) => {
          working = sendCopies(own, copies, begun);
          // A failure is thrown where it is waited for.
          working.then(begun, begun);
        });
        for (const { document, key, index } of members) tally.tell(collection, part, { outcome: "inserted", document, key, written: rows[index] as number, removed: 0, issues: batch.issues.get(document) ?? [] });
      }
    } finally {
      await working;
    }
    return tally.report();
  });
  // Writers who are at it and the lock of all tables may be in each other's way (a deadlock); the source is read only once.
  return retried(attempt, () => !begun);
}

/** Batches of a source that must not use the connection that the load is on. */
async function* asked(session: Session, batches: Batches): AsyncGenerator<DocumentInput> {
  const source = eachBatch(batches);
  const next = (): Promise<IteratorResult<DocumentInput>> => source.next();
  try {
    for (;;) {
      const { done, value } = await (session.asking === undefined ? next() : session.asking("a load into empty tables is on it, and waits for its source", next));
      if (done === true) return;
      yield value as DocumentInput;
    }
  } finally {
    await source.return(undefined);
  }
}

/** Rows that others have committed must be seen, and tombstones. */
const ISOLATION = "SELECT current_setting('transaction_isolation') AS level";

/** @throws RowlensError `table-not-empty`, `isolation` */
async function refuseRows(own: Session, collection: Collection): Promise<void> {
  const { loadLock, loadCheck } = writeStatements(collection);
  const [[isolation], , rows] = (await own.pipeline([plain(ISOLATION), plain(loadLock), plain(loadCheck)])) as [ResultRow[], ResultRow[], ResultRow[]];
  if (isolation?.level !== "read committed" && isolation?.level !== "read uncommitted") {
    throw new RowlensError("isolation", `\`${collection.name}\` cannot be loaded as empty in a transaction that is ${String(isolation?.level)}, because what others have committed meanwhile cannot be seen there: begin it READ COMMITTED, or let rowlens begin its own`);
  }
  const issues: Issue[] = rows.map((row) => ({
    code: "table-not-empty", severity: "error", message: `table \`${String(row.not_empty)}\` has rows`, path: "", collection: collection.name, table: String(row.not_empty), help: 'load with `into: "live"`, or empty it first',
  }));
  if (issues.length > 0) throw new RowlensError("table-not-empty", `\`${collection.name}\` cannot be loaded as empty: ${issues.map(({ message }) => message).join(", ")}; load with \`into: "live"\`, or empty what has rows`, issues);
}
