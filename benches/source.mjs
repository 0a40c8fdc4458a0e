// @ts-check
import { compile } from "rowlens";
import { BSON } from "./documents/bson.mjs";
import { kinds } from "./documents/index.mjs";

/** Bytes of a batch: within the 64 KB to 1 MB in which the size of a batch makes no difference. */
const BATCH = 256 * 1024;

/** Documents as batches of concatenated BSON. @param {readonly Uint8Array[]} documents */
function batchesOf(documents) {
  /** @type {Uint8Array[][]} */
  const batches = [];
  let room = 0;
  for (const document of documents) {
    if (room < document.length || batches.length === 0) {
      batches.push([]);
      room = BATCH;
    }
    /** @type {Uint8Array[]} */ (batches.at(-1)).push(document);
    room -= document.length;
  }
  return batches.map((batch) => Buffer.concat(batch));
}

/** COPY binary of every table, as `toDocuments` takes it. @param {import("rowlens").Collection} collection @param {Uint8Array} batch */
export const copies = (collection, batch) => Object.fromEntries(collection.toRows(batch).tables.map((table) => [table.name, { copyBinary: table.copyBinary() }]));

/** One kind of document as every path needs it. @param {string} kind @param {number} count */
export function source(kind, count) {
  const { name, mapping, collection: collectionName, documents: make } = /** @type {import("./documents/index.mjs").Kind} */ (kinds[kind]);
  const documents = make(count);
  const plan = compile(mapping);
  return { name, mapping, collectionName, plan, collection: plan.collection(collectionName), documents, batches: batchesOf(documents) };
}

/** The peer. @param {readonly Uint8Array[]} documents */
export function deserializeAll(documents) {
  let last;
  for (const document of documents) last = BSON.deserialize(document);
  return last;
}
