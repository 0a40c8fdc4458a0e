// @ts-check
// A data set that nobody here wrote: DummyJSON's products, money as Decimal128, dates as dates (../shared/fixtures/datasets).
// Where it is absent, made-up products of the same shape stand in, and the table says so.
import { existsSync, readFileSync } from "node:fs";
import { parseExtendedJson } from "rowlens";
import { BSON } from "./bson.mjs";
import { mulberry32 } from "../../examples/escrow/random.js";

const folder = process.env.ROWLENS_FIXTURES ?? new URL("../../../shared/fixtures", import.meta.url).pathname;
const file = `${folder}/datasets/derived-typed/dummyjson_products.ndjson`;
const there = existsSync(file);

export const name = there ? "products" : "products (made up, data set absent)";
export const collection = "products";
export const mapping = {
  version: 1,
  collections: {
    products: {
      table: "products",
      key: { path: "id", column: "id", as: "integer" },
      columns: {
        title: { path: "title", type: "text" },
        description: { path: "description", type: "text" },
        category: { path: "category", type: "text" },
        price: { path: "price", type: "numeric" },
        discount: { path: "discountPercentage", type: "numeric" },
        rating: { path: "rating", type: "double precision", bson: "number" },
        stock: { path: "stock", type: "integer", bson: "number" },
        tags: { path: "tags", type: "text[]" },
        brand: { path: "brand", type: "text" },
        sku: { path: "sku", type: "text" },
        weight: { path: "weight", type: "integer", bson: "number" },
        width: { path: "dimensions.width", type: "double precision", bson: "number" },
        height: { path: "dimensions.height", type: "double precision", bson: "number" },
        depth: { path: "dimensions.depth", type: "double precision", bson: "number" },
        warranty: { path: "warrantyInformation", type: "text" },
        shipping: { path: "shippingInformation", type: "text" },
        availability: { path: "availabilityStatus", type: "text" },
        return_policy: { path: "returnPolicy", type: "text" },
        minimum_order: { path: "minimumOrderQuantity", type: "integer", bson: "number" },
        created_at: { path: "meta.createdAt", type: "timestamptz(3)" },
        updated_at: { path: "meta.updatedAt", type: "timestamptz(3)" },
        barcode: { path: "meta.barcode", type: "text" },
        qr_code: { path: "meta.qrCode", type: "text" },
        images: { path: "images", type: "text[]" },
        thumbnail: { path: "thumbnail", type: "text" },
      },
      children: [
        {
          table: "product_reviews", path: "reviews[]", ordinal: "position", parentKey: "product_id",
          columns: {
            rating: { path: "rating", type: "integer", bson: "number" },
            comment: { path: "comment", type: "text" },
            at: { path: "date", type: "timestamptz(3)" },
            reviewer_name: { path: "reviewerName", type: "text" },
            reviewer_email: { path: "reviewerEmail", type: "text" },
          },
        },
      ],
      complement: "doc_rest",
    },
  },
};

/** @param {number} index */
function product(index) {
  const next = mulberry32(index + 1);
  const int = (/** @type {number} */ below) => Math.floor(next() * below);
  const cents = () => BSON.Decimal128.fromString(`${int(1000)}.${10 + int(90)}`);
  const at = new Date(1_746_006_062_053);
  return {
    id: index + 1, title: `Product ${index}`, description: "Achieve dramatic results with this long-lasting and cruelty-free formula, known for its volumizing and lengthening effects.".repeat(1 + int(2)), category: "beauty",
    price: cents(), discountPercentage: cents(), rating: int(500) / 100, stock: int(100), tags: ["beauty", "mascara"], brand: "Essence", sku: `BEA-ESS-${index}`, weight: int(20),
    dimensions: { width: int(3000) / 100, height: int(3000) / 100, depth: int(3000) / 100 }, warrantyInformation: "1 week warranty", shippingInformation: "Ships in 3-5 business days", availabilityStatus: "In Stock",
    reviews: Array.from({ length: 3 }, () => ({ rating: 1 + int(5), comment: "Very satisfied!", date: at, reviewerName: "Lucas Gordon", reviewerEmail: "lucas.gordon@mail.example" })),
    returnPolicy: "No return policy", minimumOrderQuantity: 1 + int(50), meta: { createdAt: at, updatedAt: at, barcode: "5784719087687", qrCode: "https://images.example/qr-code.png" },
    images: ["https://images.example/beauty/1.webp"], thumbnail: "https://images.example/beauty/thumbnail.webp",
  };
}

/** @param {number} count @returns {Uint8Array[]} */
export function documents(count) {
  if (!there) return Array.from({ length: count }, (_, index) => BSON.serialize(product(index)));
  return parseExtendedJson(readFileSync(file, "utf8")).slice(0, count);
}
