// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128 } = Schema.Types;

const fileSchema = new Schema({ name: { type: String, required: true }, mime: String, size: Number, sha256: Buffer });
const evidenceSchema = new Schema({
  submittedBy: { type: ObjectId, ref: "User", required: true },
  description: String,
  files: [fileSchema],
  submittedAt: { type: Date, required: true },
});

const stepSchema = new Schema({ at: { type: Date, required: true }, actor: { type: ObjectId, ref: "User" } }, { discriminatorKey: "kind" });

const disputeSchema = new Schema(
  {
    payment: { type: ObjectId, ref: "Payment", required: true },
    openedBy: { type: ObjectId, ref: "User", required: true },
    arbiter: { type: ObjectId, ref: "User", default: null },
    reason: { type: String, enum: ["not_received", "not_as_described", "fraud", "other"], required: true },
    status: { type: String, enum: ["open", "in_review", "resolved", "rejected"], default: "open" },
    description: String,
    evidence: [evidenceSchema],
    // An array of discriminated subdocuments.
    steps: [stepSchema],
    resolution: { outcome: { type: String, enum: ["release", "refund", "split"] }, refundAmount: Decimal128, note: String },
    resolvedAt: { type: Date, default: null },
  },
  { timestamps: true },
);

const steps = /** @type {any} */ (disputeSchema.path("steps"));
steps.discriminator("CommentStep", new Schema({ text: { type: String, required: true } }), "comment");
steps.discriminator("OfferStep", new Schema({ amount: { type: Decimal128, required: true }, accepted: { type: Boolean, default: null } }), "offer");
steps.discriminator("RulingStep", new Schema({ outcome: { type: String, enum: ["release", "refund", "split"], required: true }, rationale: String }), "ruling");

export const Dispute = model("Dispute", disputeSchema);
