// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128 } = Schema.Types;

const notificationSchema = new Schema(
  {
    user: { type: ObjectId, ref: "User", required: true },
    title: { type: String, required: true },
    body: String,
    channel: { type: String, enum: ["app", "email", "telegram"], default: "app" },
    readAt: { type: Date, default: null },
    expiresAt: { type: Date, expires: 0 },
  },
  { timestamps: true, discriminatorKey: "kind" },
);

export const Notification = model("Notification", notificationSchema);

/** The variants have tables of their own in the mapping (one per class). */
export const PaymentNotification = Notification.discriminator(
  "PaymentNotification",
  new Schema({ payment: { type: ObjectId, ref: "Payment", required: true }, amount: Decimal128, currency: String }),
  "payment",
);
export const MessageNotification = Notification.discriminator(
  "MessageNotification",
  new Schema({ chat: { type: ObjectId, ref: "Chat", required: true }, preview: String }),
  "message",
);
