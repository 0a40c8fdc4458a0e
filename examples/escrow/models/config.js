// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Mixed } = Schema.Types;

const configSettingSchema = new Schema(
  {
    key: { type: String, required: true, unique: true },
    value: Mixed,
    type: { type: String, enum: ["string", "number", "boolean", "json"], required: true },
    description: String,
    isSecret: { type: Boolean, default: false },
    updatedBy: { type: ObjectId, ref: "User", default: null },
  },
  { timestamps: true },
);

const configSettingHistorySchema = new Schema(
  {
    setting: { type: ObjectId, ref: "ConfigSetting", required: true },
    key: { type: String, required: true },
    oldValue: Mixed,
    newValue: Mixed,
    changedBy: { type: ObjectId, ref: "User" },
    changedAt: { type: Date, required: true },
  },
  { versionKey: false },
);

export const ConfigSetting = model("ConfigSetting", configSettingSchema);
export const ConfigSettingHistory = model("ConfigSettingHistory", configSettingHistorySchema);
