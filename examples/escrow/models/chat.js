// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId } = Schema.Types;

const messageSchema = new Schema({
  sender: { type: ObjectId, ref: "User", required: true },
  text: String,
  attachments: [{ name: String, mime: String, size: Number, _id: false }],
  replyTo: { type: ObjectId },
  sentAt: { type: Date, required: true },
  readBy: [{ type: ObjectId, ref: "User" }],
  editedAt: Date,
});

const chatSchema = new Schema(
  {
    participants: [{ type: ObjectId, ref: "User" }],
    request: { type: ObjectId, ref: "PurchaseRequest" },
    title: String,
    messages: [messageSchema],
    unread: { type: Map, of: Number },
    lastMessageAt: Date,
    isArchived: { type: Boolean, default: false },
  },
  { timestamps: true },
);

export const Chat = model("Chat", chatSchema);
