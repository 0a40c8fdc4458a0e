// @ts-check

/** Rows of products and product_reviews. @param {any} d a deserialised product @returns {import("./values.mjs").Tables} */
export const products = (d) => [
  [[
    d.id, d.title, d.description, d.category, d.price?.toString(), d.discountPercentage?.toString(), d.rating, d.stock, d.tags, d.brand, d.sku, d.weight,
    d.dimensions?.width, d.dimensions?.height, d.dimensions?.depth, d.warrantyInformation, d.shippingInformation, d.availabilityStatus, d.returnPolicy, d.minimumOrderQuantity,
    d.meta?.createdAt, d.meta?.updatedAt, d.meta?.barcode, d.meta?.qrCode, d.images, d.thumbnail, null,
  ]],
  d.reviews?.map((/** @type {any} */ r, /** @type {number} */ position) => [d.id, position, r.rating, r.comment, r.date, r.reviewerName, r.reviewerEmail]) ?? [],
];
