// @ts-check
// One document's rows written by hand, each statement awaited, without lock or guard.
import { payments } from "../../mappers/payments.mjs";
import { insert, qualified, upsert } from "./statements.mjs";

/** @typedef {import("./load.mjs").Target} Target */
/** @typedef {import("../../mappers/values.mjs").Value} Value */

/** Prepared once a connection, as a careful user does. @param {import("pg").ClientBase} client @param {string} name @param {string} text @param {Value[]} values */
const run = (client, name, text, values) => client.query({ name, text, values });

/** A transaction of INSERTs, one a row. @param {Target} target @param {any} document as the driver gives it */
export async function insertDocument({ client, tables }, document) {
  const rows = payments(document);
  await client.query("BEGIN");
  for (const [index, table] of tables.entries()) {
    for (const row of rows[index] ?? []) await run(client, `insert ${table.name}`, insert(table, 1), row);
  }
  await client.query("COMMIT");
}

/** The root row written over, all of its children deleted and inserted again. @param {Target} target @param {any} document as the driver gives it */
export async function replaceChildren({ client, tables }, document) {
  const rows = payments(document);
  const [[root = []] = []] = rows;
  await client.query("BEGIN");
  for (const [index, table] of tables.entries()) {
    if (index === 0) await run(client, `upsert ${table.name}`, upsert(table), root);
    else {
      await run(client, `delete ${table.name}`, `DELETE FROM ${qualified(table)} WHERE "${table.key[0]}" = $1`, [root[0]]);
      for (const row of rows[index] ?? []) await run(client, `insert ${table.name}`, insert(table, 1), row);
    }
  }
  await client.query("COMMIT");
}
