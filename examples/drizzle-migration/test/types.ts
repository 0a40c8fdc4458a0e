// Compiled, never run: rows are assignable to what Drizzle inserts, and only to that.
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { insertValues } from "rowlens/drizzle";
import { collection } from "../collection.ts";
import { paymentEvents, payments } from "../schema.ts";

export async function typed(db: NodePgDatabase, bson: Uint8Array): Promise<void> {
  const rows = collection.toRows(bson);
  const values: (typeof payments.$inferInsert)[] = insertValues(payments, rows.table("payments"));
  await db.insert(payments).values(values);
  // @ts-expect-error: events are no payments
  await db.insert(payments).values(insertValues(paymentEvents, rows.table("payment_events")));

  const [value] = values;
  const amount: string | null | undefined = value?.amount;
  const units: bigint | null | undefined = value?.amountUnits;
  const height: number | null | undefined = value?.blockHeight;
  const created: Date | null | undefined = value?.createdAt;
  const updated: string | null | undefined = value?.updatedAt;
  // @ts-expect-error: this numeric is text, in which no digit is lost
  const lost: number | null | undefined = value?.amount;
  void [amount, units, height, created, updated, lost];

  // Without the adapter: the caller names the type and the modes.
  await db.insert(paymentEvents).values(rows.table("payment_events").objects<typeof paymentEvents.$inferInsert>({ columns: { payment_id: { property: "paymentId" } } }));
}
