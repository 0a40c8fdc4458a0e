// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Mixed } = Schema.Types;

const telegramLinkSchema = new Schema(
  {
    user: { type: ObjectId, ref: "User", required: true, unique: true },
    // Telegram ids need 52 bits.
    telegramId: { type: Number, required: true, unique: true },
    username: String,
    firstName: String,
    languageCode: String,
    linkedAt: { type: Date, required: true },
    mutedUntil: { type: Date, default: null },
  },
  { timestamps: true },
);

/** Sessions are keyed by the chat, not by an ObjectId. */
const telegramSessionSchema = new Schema(
  {
    _id: { type: String, required: true },
    step: String,
    state: Mixed,
    messageIds: [Number],
    expiresAt: { type: Date, expires: 0 },
  },
  { timestamps: true },
);

const temporaryVerificationSchema = new Schema(
  {
    user: { type: ObjectId, ref: "User" },
    email: { type: String, lowercase: true },
    codeHash: { type: Buffer, required: true },
    purpose: { type: String, enum: ["email", "telegram", "withdrawal", "password"], required: true },
    attempts: { type: Number, default: 0 },
    usedAt: { type: Date, default: null },
    expiresAt: { type: Date, required: true, expires: 0 },
  },
  { timestamps: { createdAt: true, updatedAt: false } },
);

export const TelegramLink = model("TelegramLink", telegramLinkSchema);
export const TelegramSession = model("TelegramSession", telegramSessionSchema);
export const TemporaryVerification = model("TemporaryVerification", temporaryVerificationSchema);
