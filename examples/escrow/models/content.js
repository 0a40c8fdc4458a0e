// @ts-check
import mongoose from "mongoose";

const { Schema, model } = mongoose;
const { ObjectId, Mixed } = Schema.Types;

const reviewSchema = new Schema(
  {
    author: { type: ObjectId, ref: "User", required: true },
    subject: { type: ObjectId, refPath: "subjectModel", required: true },
    subjectModel: { type: String, enum: ["User", "SellerOffer"], required: true },
    payment: { type: ObjectId, ref: "Payment" },
    rating: { type: Number, min: 1, max: 5, required: true },
    scores: { type: Map, of: Number },
    title: String,
    text: String,
    reply: { type: new Schema({ text: { type: String, required: true }, at: { type: Date, required: true } }, { _id: false }), default: undefined },
    isHidden: { type: Boolean, default: false },
  },
  { timestamps: true },
);

const blogPostSchema = new Schema(
  {
    author: { type: ObjectId, ref: "User", required: true },
    slug: { type: String, required: true, unique: true },
    title: { type: String, required: true },
    excerpt: String,
    content: Mixed,
    tags: [String],
    translations: { type: Map, of: new Schema({ title: { type: String, required: true }, excerpt: String }, { _id: false }) },
    status: { type: String, enum: ["draft", "published", "archived"], default: "draft" },
    readMinutes: Number,
    publishedAt: { type: Date, default: null },
  },
  { timestamps: true },
);

export const Review = model("Review", reviewSchema);
export const BlogPost = model("BlogPost", blogPostSchema);
