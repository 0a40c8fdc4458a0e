// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128 } = Schema.Types;

const sweepSchema = new Schema({ txHash: { type: String, required: true }, amount: { type: Decimal128, required: true }, feePaid: Decimal128, at: { type: Date, required: true } });

const derivedDestinationSchema = new Schema(
  {
    account: { type: ObjectId, ref: "TrezorAccount", required: true },
    payment: { type: ObjectId, ref: "Payment", default: null },
    network: { type: String, enum: ["bitcoin", "ethereum", "tron", "polygon"], required: true },
    derivationPath: { type: String, required: true, unique: true },
    derivationIndex: { type: Number, required: true },
    address: { type: String, required: true },
    status: { type: String, enum: ["free", "reserved", "funded", "swept"], default: "free" },
    balance: Decimal128,
    sweeps: [sweepSchema],
    reservedUntil: { type: Date, default: null },
    lastScannedAt: Date,
  },
  { timestamps: true },
);
derivedDestinationSchema.index({ account: 1, derivationIndex: 1 }, { unique: true });

const trezorAccountSchema = new Schema(
  {
    label: { type: String, required: true },
    network: { type: String, enum: ["bitcoin", "ethereum", "tron", "polygon"], required: true },
    xpub: { type: String, required: true },
    fingerprint: { type: Buffer, required: true },
    basePath: { type: String, required: true },
    nextIndex: { type: Number, default: 0 },
    isActive: { type: Boolean, default: true },
    retiredAt: { type: Date, default: null },
  },
  { timestamps: true },
);

export const DerivedDestination = model("DerivedDestination", derivedDestinationSchema);
export const TrezorAccount = model("TrezorAccount", trezorAccountSchema);
