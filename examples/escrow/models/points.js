// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128 } = Schema.Types;

const pointTransactionSchema = new Schema(
  {
    user: { type: ObjectId, ref: "User", required: true },
    type: { type: String, enum: ["earn", "spend", "expire", "adjust", "referral"], required: true },
    amount: { type: Number, required: true },
    balanceAfter: { type: Number, required: true },
    multiplier: Number,
    source: { type: ObjectId, refPath: "sourceModel" },
    sourceModel: { type: String, enum: ["Payment", "Review", "User"] },
    reason: String,
    expiresAt: { type: Date, default: null },
  },
  { timestamps: { createdAt: true, updatedAt: false } },
);

const perkSchema = new Schema({ code: { type: String, required: true }, title: String, value: Number }, { _id: false });

const levelConfigSchema = new Schema(
  {
    name: { type: String, required: true },
    rank: { type: Number, required: true },
    minPoints: { type: Number, required: true },
    feeDiscount: Decimal128,
    color: String,
    perks: [perkSchema],
  },
  { timestamps: true },
);

export const PointTransaction = model("PointTransaction", pointTransactionSchema);
export const LevelConfig = model("LevelConfig", levelConfigSchema);
