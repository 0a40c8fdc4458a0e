import { bigint, customType, integer, jsonb, numeric, pgEnum, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

export const paymentStatus = pgEnum("payment_status", ["created", "pending", "funded", "released", "refunded"]);

export const payments = pgTable("payments", {
  id: uuid("id").primaryKey(),
  reference: text("reference"),
  buyerId: uuid("buyer_id"),
  status: paymentStatus("status"),
  amount: numeric("amount"),
  riskScore: numeric("risk_score", { mode: "number" }),
  amountUnits: bigint("amount_units", { mode: "bigint" }),
  blockHeight: bigint("block_height", { mode: "number" }),
  tags: text("tags").array(),
  metadata: jsonb("metadata"),
  createdAt: timestamp("created_at", { withTimezone: true, precision: 3 }),
  updatedAt: timestamp("updated_at", { withTimezone: true, precision: 3, mode: "string" }),
  version: integer("version"),
  // What the columns do not say; rowlens writes it and reads it.
  docRest: jsonb("doc_rest"),
  importedAt: timestamp("imported_at", { withTimezone: true }).notNull().defaultNow(),
});

const paymentId = () => uuid("payment_id").notNull().references(() => payments.id, { onDelete: "cascade" });

export const paymentQuotes = pgTable("payment_quotes", {
  paymentId: paymentId().primaryKey(),
  provider: text("provider"),
  rate: numeric("rate"),
  signature: bytea("signature"),
  quotedAt: timestamp("quoted_at", { withTimezone: true, precision: 3 }),
});

export const paymentEvents = pgTable(
  "payment_events",
  {
    paymentId: paymentId(),
    position: integer("position").notNull(),
    type: text("type"),
    source: text("source"),
    at: timestamp("at", { withTimezone: true, precision: 3 }),
  },
  (table) => [primaryKey({ columns: [table.paymentId, table.position] })],
);

export const paymentFees = pgTable(
  "payment_fees",
  {
    paymentId: paymentId(),
    name: text("name").notNull(),
    amount: numeric("amount"),
  },
  (table) => [primaryKey({ columns: [table.paymentId, table.name] })],
);
