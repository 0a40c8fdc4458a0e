import type { Collection } from "../core/collection.ts";
import type { Issue } from "../core/issue.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { writable } from "./apply.ts";
import type { Batch, Member } from "./batch.ts";
import type { Batches } from "./batches.ts";
import { mappedBatches, Tally, type LoadOptions, type LoadReport } from "./load.ts";
import type { Session } from "./session.ts";
import { plain } from "./transaction-sql.ts";
import { writeStatements } from "./write-statements.ts";

/** COPY straight into the collection's own tables, parents first, in one transaction. @internal */
export function loadEmpty(session: Session, collection: Collection, batches: Batches, options: LoadOptions): Promise<LoadReport> {
  return session.transaction(async (own) => {
    await refuseRows(own, collection);
    const tally = new Tally(options.onOutcome);
    let working: Promise<void> = Promise.resolve();
    try {
      // Answers of `id_map` are asked for where nothing else is under way.
      for await (const { batch, first } of mappedBatches(session, collection, batches, options, tally)) {
        const members = writable(batch, collection);
        const copies = copiesOf(collection, batch, members);
        const rows = batch.rowCounts();
        batch.free();
        await working;
        working = copied(own, copies);
        working.catch(() => undefined);
        for (const { document, key, index } of members) tally.add(first, { outcome: "inserted", document, key, written: rows[index] as number, removed: 0, issues: batch.issues.get(document) ?? [] });
      }
    } finally {
      await working;
    }
    return tally.report();
  });
}

/** @throws RowlensError `table-not-empty` */
async function refuseRows(own: Session, collection: Collection): Promise<void> {
  const { loadLock, loadCheck } = writeStatements(collection);
  const [, rows] = await own.pipeline([plain(loadLock), plain(loadCheck)]);
  const issues: Issue[] = (rows ?? []).map((row) => ({
    code: "table-not-empty", severity: "error", message: `table \`${String(row.not_empty)}\` has rows`, path: "", collection: collection.name, table: String(row.not_empty), help: 'load with `into: "live"`, or empty it first',
  }));
  if (issues.length > 0) throw new RowlensError("table-not-empty", `\`${collection.name}\` cannot be loaded as empty: ${issues.map(({ message }) => message).join(", ")}; load with \`into: "live"\`, or empty what has rows`, issues);
}

interface Copy {
  text: string;
  bytes: Uint8Array;
}

const copiesOf = (collection: Collection, batch: Batch, members: readonly Member[]): Copy[] => writeStatements(collection).loadCopy.map((text, table) => ({ text, bytes: batch.copied(table, members, "table") }));

async function copied(own: Session, copies: readonly Copy[]): Promise<void> {
  for (const { text, bytes } of copies) await own.copyIn(text, [bytes]);
}
