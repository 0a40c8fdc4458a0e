// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128, Mixed } = Schema.Types;

const passkeySchema = new Schema(
  {
    credentialId: { type: Buffer, required: true },
    publicKey: { type: Buffer, required: true },
    counter: { type: Number, default: 0 },
    transports: [{ type: String, enum: ["usb", "nfc", "ble", "internal", "hybrid"] }],
    label: String,
    lastUsedAt: { type: Date, default: null },
    createdAt: Date,
  },
);

const walletSchema = new Schema({
  network: { type: String, enum: ["bitcoin", "ethereum", "tron", "polygon"], required: true },
  address: { type: String, required: true },
  label: String,
  verifiedAt: { type: Date, default: null },
  balance: Decimal128,
});

const profileSchema = new Schema(
  {
    firstName: String,
    lastName: String,
    bio: String,
    avatarUrl: String,
    birthDate: Date,
    location: { city: String, country: String },
    languages: [String],
  },
  { _id: false },
);

const userSchema = new Schema(
  {
    email: { type: String, required: true, lowercase: true, unique: true },
    username: { type: String, required: true, maxlength: 40 },
    passwordHash: String,
    role: { type: String, enum: ["buyer", "seller", "admin", "arbiter"], default: "buyer" },
    isActive: { type: Boolean, default: true },
    emailVerified: { type: Boolean, default: false },
    profile: profileSchema,
    wallets: [walletSchema],
    passkeys: [passkeySchema],
    points: {
      total: { type: Number, default: 0 },
      available: { type: Number, default: 0 },
      lifetime: { type: Number, default: 0 },
    },
    level: { type: ObjectId, ref: "LevelConfig", default: null },
    referral: {
      code: { type: String, required: true },
      referredBy: { type: ObjectId, ref: "User", default: null },
      rewards: Decimal128,
    },
    rating: { average: Number, count: { type: Number, default: 0 } },
    preferences: Mixed,
    notificationChannels: { type: Map, of: Boolean },
    lastLoginAt: { type: Date, default: null },
  },
  { timestamps: true },
);

const refreshTokenSchema = new Schema(
  {
    user: { type: ObjectId, ref: "User", required: true },
    tokenHash: { type: Buffer, required: true },
    family: { type: String, required: true },
    userAgent: String,
    ip: String,
    revokedAt: { type: Date, default: null },
    replacedBy: { type: ObjectId, ref: "RefreshToken" },
    expiresAt: { type: Date, required: true, expires: 0 },
  },
  { timestamps: { createdAt: true, updatedAt: false } },
);

const passkeyChallengeSchema = new Schema({
  user: { type: ObjectId, ref: "User" },
  challenge: { type: Buffer, required: true },
  purpose: { type: String, enum: ["register", "authenticate"], required: true },
  createdAt: { type: Date, required: true },
  expiresAt: { type: Date, required: true, expires: 0 },
});

export const User = model("User", userSchema);
export const RefreshToken = model("RefreshToken", refreshTokenSchema);
export const PasskeyChallenge = model("PasskeyChallenge", passkeyChallengeSchema);
