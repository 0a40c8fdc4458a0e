// @ts-check
import { light } from "./light.mjs";
import { metadata } from "./metadata.mjs";
import { payments } from "./payments.mjs";
import { products } from "./products.mjs";

/** The hand-written mapper of each kind of document. @type {Record<string, (document: any) => import("./values.mjs").Tables>} */
export const mappers = { payments, light, metadata, products };
