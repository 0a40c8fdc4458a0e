// @ts-check
import { compile } from "rowlens";
import { BSON } from "./documents/bson.mjs";
import { kinds } from "./documents/index.mjs";

/** One kind of document as every path needs it. @param {string} kind @param {number} count */
export function source(kind, count) {
  const { name, mapping, collection: collectionName, documents: make } = /** @type {import("./documents/index.mjs").Kind} */ (kinds[kind]);
  const documents = make(count);
  const batch = Buffer.concat(documents);
  const plan = compile(mapping);
  return { name, mapping, collectionName, plan, collection: plan.collection(collectionName), documents, batch, bytes: Math.round(batch.length / documents.length) };
}

/** The peer. @param {Uint8Array[]} documents */
export function deserializeAll(documents) {
  let last;
  for (const document of documents) last = BSON.deserialize(document);
  return last;
}
