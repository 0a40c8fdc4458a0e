// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { Decimal128, Mixed, ObjectId } = Schema.Types;

const quoteSchema = new Schema(
  {
    provider: { type: String, required: true },
    base: { type: String, required: true },
    quoteCurrency: { type: String, required: true },
    rate: { type: Decimal128, required: true },
    amountQuote: { type: Decimal128, required: true },
    signature: Buffer,
    quotedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { _id: false },
);

const eventSchema = new Schema(
  {
    type: { type: String, required: true },
    source: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { _id: false },
);

const paymentSchema = new Schema(
  {
    reference: { type: String, required: true },
    buyer: { type: ObjectId, required: true },
    seller: { type: ObjectId, required: true },
    status: { type: String, enum: ["created", "pending", "funded", "released", "refunded"], default: "created" },
    currency: { type: String, required: true },
    amount: { type: Decimal128, required: true },
    quote: quoteSchema,
    events: [eventSchema],
    tags: [String],
    metadata: Mixed,
  },
  { timestamps: true },
);

export const Payment = model("Payment", paymentSchema);
