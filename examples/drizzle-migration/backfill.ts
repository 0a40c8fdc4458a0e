import { getTableColumns, inArray, type SQL, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Issue } from "rowlens";
import { insertValues } from "rowlens/drizzle";
import { collection } from "./collection.ts";
import { eachBatch } from "./dump.ts";
import { paymentEvents, paymentFees, paymentQuotes, payments } from "./schema.ts";

export interface Backfill {
  documents: number;
  /** Documents that have no row; each has an issue. */
  refused: number;
  /** Findings by code. */
  issues: Record<string, number>;
  /** Values that a column's mode cannot hold; PostgreSQL has them exactly, `number` columns in TypeScript would not. */
  inexact: Issue[];
}

/** Writes a dump's documents over the rows that are there: running it again changes nothing. */
export async function backfill(db: NodePgDatabase, file: string): Promise<Backfill> {
  const report: Backfill = { documents: 0, refused: 0, issues: {}, inexact: [] };
  const options = { onInexact: (issue: Issue) => void report.inexact.push(issue) };
  await eachBatch(file, async ({ bson }) => {
    const rows = collection.toRows(bson);
    report.documents += rows.documents;
    report.refused += rows.documents - rows.accepted;
    for (const [code, count] of Object.entries(rows.issueCounts)) report.issues[code] = (report.issues[code] ?? 0) + count;

    // All of a document's rows, or none: each value in the mode that its Drizzle column has, checked by TypeScript.
    const roots = insertValues(payments, rows.table("payments"), options);
    const quotes = insertValues(paymentQuotes, rows.table("payment_quotes"), options);
    const events = insertValues(paymentEvents, rows.table("payment_events"), options);
    const fees = insertValues(paymentFees, rows.table("payment_fees"), options);
    await db.transaction(async (tx) => {
      const ids = roots.map((root) => root.id);
      for (const child of [paymentQuotes, paymentEvents, paymentFees]) await tx.delete(child).where(inArray(child.paymentId, ids));
      for (const slice of slices(payments, roots)) await tx.insert(payments).values(slice).onConflictDoUpdate({ target: payments.id, set: excluded(payments, roots) });
      for (const slice of slices(paymentQuotes, quotes)) await tx.insert(paymentQuotes).values(slice);
      for (const slice of slices(paymentEvents, events)) await tx.insert(paymentEvents).values(slice);
      for (const slice of slices(paymentFees, fees)) await tx.insert(paymentFees).values(slice);
    });
  });
  return report;
}

/** As many values a statement as its 65535 parameters allow. */
function* slices<Value>(table: PgTable, values: Value[]): Generator<Value[]> {
  const size = Math.floor(65_535 / Object.keys(getTableColumns(table)).length);
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

/** `SET` of all columns that the rows have; others, as `imported_at`, stay. */
function excluded(table: PgTable, values: object[]): Record<string, SQL> {
  const present = Object.entries(getTableColumns(table)).filter(([property]) => values.some((value) => property in value));
  return Object.fromEntries(present.map(([property, column]) => [property, sql`excluded.${sql.identifier(column.name)}`]));
}
