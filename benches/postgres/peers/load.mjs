// @ts-check
// Bulk load by hand: the driver's objects, a hand-written mapper, and COPY's text or INSERTs of many rows.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from } from "pg-copy-streams";
import { BSON } from "../../documents/bson.mjs";
import { payments } from "../../mappers/payments.mjs";
import { copyText } from "../../mappers/values.mjs";
import { copy, insert } from "./statements.mjs";

/** Documents of one transaction. */
const CHUNK = 1000;
/** Documents of one INSERT. */
const INSERTED = 100;

/** @template T @param {readonly T[]} list @param {number} size */
const chunks = (list, size) => Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));

/** @param {readonly Uint8Array[]} documents */
function* deserialized(documents) {
  for (const document of documents) yield BSON.deserialize(document);
}

/** @typedef {{ client: import("pg").ClientBase, tables: readonly import("rowlens").TableDescription[] }} Target */

/** @param {Target} target @param {readonly Uint8Array[]} documents raw BSON */
export async function loadByCopy({ client, tables }, documents) {
  for (const chunk of chunks(documents, CHUNK)) {
    await client.query("BEGIN");
    const texts = copyText(tables.length, deserialized(chunk), payments);
    for (const [index, table] of tables.entries()) await pipeline(Readable.from([texts[index]]), client.query(from(copy(table))));
    await client.query("COMMIT");
  }
}

/** @param {Target} target @param {readonly Uint8Array[]} documents raw BSON */
export async function loadByInsert({ client, tables }, documents) {
  for (const chunk of chunks(documents, CHUNK)) {
    await client.query("BEGIN");
    for (const part of chunks(chunk, INSERTED)) {
      const rows = part.map((document) => payments(BSON.deserialize(document)));
      for (const [index, table] of tables.entries()) {
        const own = rows.flatMap((tables) => tables[index] ?? []);
        if (own.length > 0) await client.query(insert(table, own.length), own.flat());
      }
    }
    await client.query("COMMIT");
  }
}
