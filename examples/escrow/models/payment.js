// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128, Mixed } = Schema.Types;

const quoteSchema = new Schema(
  {
    provider: { type: String, required: true },
    base: { type: String, required: true },
    quoteCurrency: { type: String, required: true },
    rate: { type: Decimal128, required: true },
    amountBase: { type: Decimal128, required: true },
    amountQuote: { type: Decimal128, required: true },
    spreadBps: { type: Number, default: 0 },
    signature: Buffer,
    quotedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { _id: false },
);

const eventSchema = new Schema({
  type: { type: String, required: true },
  source: { type: String, enum: ["network", "scanner", "webhook", "admin", "adapter", "reconciliation"], required: true },
  actor: { type: ObjectId, ref: "User" },
  amount: Decimal128,
  at: { type: Date, required: true },
});

const paymentSchema = new Schema(
  {
    reference: { type: String, required: true, unique: true },
    owner: { type: ObjectId, refPath: "ownerModel", required: true },
    ownerModel: { type: String, enum: ["PurchaseRequest", "SellerOffer"], required: true },
    buyer: { type: ObjectId, ref: "User", required: true },
    seller: { type: ObjectId, ref: "User", required: true },
    offer: { type: ObjectId, ref: "SellerOffer" },
    dispute: { type: ObjectId, ref: "Dispute", default: null },
    status: {
      type: String,
      enum: ["created", "pending", "confirming", "funded", "released", "refunded", "failed", "expired"],
      default: "created",
    },
    currency: { type: String, required: true },
    amount: { type: Decimal128, required: true },
    amountReceived: Decimal128,
    platformFee: Decimal128,
    sellerNet: Decimal128,
    quote: quoteSchema,
    fees: { type: Map, of: Decimal128 },
    events: [eventSchema],
    tags: [String],
    metadata: Mixed,
    idempotencyKey: String,
    note: String,
    attempts: { type: Number, default: 0 },
    riskScore: Number,
    isTest: { type: Boolean, default: false },
    fundedAt: { type: Date, default: null },
    releasedAt: { type: Date, default: null },
    refundedAt: { type: Date, default: null },
    expiresAt: Date,
  },
  { timestamps: true, discriminatorKey: "method" },
);

export const Payment = model("Payment", paymentSchema);

export const CryptoPayment = Payment.discriminator(
  "CryptoPayment",
  new Schema({
    network: { type: String, enum: ["bitcoin", "ethereum", "tron", "polygon"], required: true },
    txHash: String,
    confirmations: { type: Number, default: 0 },
    // A block height passes 2^31 on fast chains.
    blockHeight: Number,
    destination: { type: ObjectId, ref: "DerivedDestination" },
  }),
  "crypto",
);

export const CardPayment = Payment.discriminator(
  "CardPayment",
  new Schema({
    processor: { type: String, enum: ["stripe", "adyen"], required: true },
    cardBrand: String,
    cardLast4: { type: String, minlength: 4, maxlength: 4 },
    authorizationCode: String,
    threeDSecure: { type: Boolean, default: false },
  }),
  "card",
);
