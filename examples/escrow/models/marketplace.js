// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Decimal128, Mixed } = Schema.Types;

const optionSchema = new Schema({ name: { type: String, required: true }, value: String, surcharge: Decimal128 }, { _id: false });

const itemSchema = new Schema({
  title: { type: String, required: true },
  description: String,
  quantity: { type: Number, default: 1 },
  weightKg: Number,
  url: String,
  options: [optionSchema],
});

const statusChangeSchema = new Schema(
  {
    status: { type: String, required: true },
    changedBy: { type: ObjectId, ref: "User" },
    note: String,
    at: { type: Date, required: true },
  },
  { _id: false },
);

const purchaseRequestSchema = new Schema(
  {
    buyer: { type: ObjectId, ref: "User", required: true },
    category: { type: ObjectId, ref: "Category", required: true },
    template: { type: ObjectId, ref: "RequestTemplate", default: null },
    title: { type: String, required: true },
    description: String,
    status: { type: String, enum: ["draft", "open", "accepted", "paid", "delivered", "closed", "cancelled"], default: "draft" },
    urgency: { type: String, enum: ["low", "normal", "high"] },
    budget: { min: Decimal128, max: { type: Decimal128, required: true }, currency: { type: String, default: "USDT" } },
    items: [itemSchema],
    statusHistory: [statusChangeSchema],
    delivery: {
      method: { type: String, enum: ["post", "courier", "pickup", "digital"] },
      address: { street: String, city: String, postalCode: String, country: String },
      dueAt: Date,
    },
    tags: [String],
    attachments: [String],
    isPublic: { type: Boolean, default: true },
    acceptedOffer: { type: ObjectId, ref: "SellerOffer", default: null },
    viewCount: { type: Number, default: 0 },
  },
  { timestamps: true },
);

const lineItemSchema = new Schema({
  item: { type: ObjectId },
  title: { type: String, required: true },
  unitPrice: { type: Decimal128, required: true },
  quantity: { type: Number, required: true },
  discountPercent: Number,
});

const sellerOfferSchema = new Schema(
  {
    request: { type: ObjectId, ref: "PurchaseRequest", required: true },
    seller: { type: ObjectId, ref: "User", required: true },
    status: { type: String, enum: ["pending", "accepted", "rejected", "withdrawn", "expired"], default: "pending" },
    price: { type: Decimal128, required: true },
    currency: { type: String, required: true },
    lineItems: [lineItemSchema],
    // Rows of [from quantity, unit price]: a matrix, always rectangular.
    priceTiers: { type: [[Number]], default: undefined },
    message: String,
    deliveryDays: Number,
    warrantyMonths: { type: Number, default: null },
    expiresAt: Date,
    withdrawnAt: { type: Date, default: null },
  },
  { timestamps: true },
);

const templateFieldSchema = new Schema(
  {
    name: { type: String, required: true },
    kind: { type: String, enum: ["text", "number", "choice", "date"], required: true },
    required: { type: Boolean, default: false },
    choices: { type: [String], default: undefined },
    defaultValue: Mixed,
  },
  { _id: false },
);

const requestTemplateSchema = new Schema(
  {
    owner: { type: ObjectId, ref: "User", required: true },
    category: { type: ObjectId, ref: "Category" },
    name: { type: String, required: true },
    fields: [templateFieldSchema],
    usageCount: { type: Number, default: 0 },
    isShared: { type: Boolean, default: false },
  },
  { timestamps: true },
);

const categorySchema = new Schema(
  {
    name: { type: String, required: true },
    slug: { type: String, required: true, unique: true },
    parent: { type: ObjectId, ref: "Category", default: null },
    ancestors: [{ type: ObjectId, ref: "Category" }],
    position: { type: Number, default: 0 },
    icon: String,
    names: { type: Map, of: String },
    commissionRate: Decimal128,
    isActive: { type: Boolean, default: true },
  },
  { timestamps: true },
);

const openingHoursSchema = new Schema({ opens: { type: String, required: true }, closes: { type: String, required: true }, breaks: { type: [String], default: undefined } }, { _id: false });

const shopSettingsSchema = new Schema(
  {
    seller: { type: ObjectId, ref: "User", required: true, unique: true },
    shopName: { type: String, required: true },
    about: String,
    openingHours: { type: Map, of: openingHoursSchema },
    theme: Mixed,
    // Rows of product names as the shop window shows them; rows differ in length.
    shelves: { type: [[String]], default: undefined },
    shippingCountries: [String],
    minOrder: Decimal128,
    vacationUntil: { type: Date, default: null },
    autoReply: { enabled: { type: Boolean, default: false }, text: String },
  },
  { timestamps: true },
);

export const PurchaseRequest = model("PurchaseRequest", purchaseRequestSchema);
export const SellerOffer = model("SellerOffer", sellerOfferSchema);
export const RequestTemplate = model("RequestTemplate", requestTemplateSchema);
export const Category = model("Category", categorySchema);
export const ShopSettings = model("ShopSettings", shopSettingsSchema);
