// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128, Mixed } = Schema.Types;

/** Insert-only: every path is immutable, and there is no `updatedAt`. */
const fundsLedgerEntrySchema = new Schema(
  {
    payment: { type: ObjectId, ref: "Payment", required: true, immutable: true },
    account: { type: String, enum: ["escrow", "buyer", "seller", "platform", "network"], required: true, immutable: true },
    direction: { type: String, enum: ["debit", "credit"], required: true, immutable: true },
    kind: { type: String, enum: ["deposit", "release", "refund", "fee", "sweep", "adjustment"], required: true, immutable: true },
    amount: { type: Decimal128, required: true, immutable: true },
    currency: { type: String, required: true, immutable: true },
    balanceAfter: { type: Decimal128, immutable: true },
    sequence: { type: BigInt, required: true, immutable: true },
    idempotencyKey: { type: String, required: true, immutable: true, unique: true },
    reverses: { type: ObjectId, ref: "FundsLedgerEntry", immutable: true },
    actor: { type: ObjectId, ref: "User", default: null, immutable: true },
    memo: { type: String, immutable: true },
    context: { type: Mixed, immutable: true },
  },
  { timestamps: { createdAt: true, updatedAt: false } },
);

export const FundsLedgerEntry = model("FundsLedgerEntry", fundsLedgerEntrySchema);
