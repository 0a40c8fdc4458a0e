// @ts-check
// A database with the tables of payments, which both sides write.
import pg from "pg";
import { payments, plan } from "./documents.mjs";
import { columns, qualified } from "./peers/statements.mjs";

/** @typedef {{ host: string, user: string }} Server */
/** @typedef {Awaited<ReturnType<typeof openDatabase>>} Database */

/** @param {Server} server @param {string} name of a database that is not there yet */
export async function openDatabase({ host, user }, name) {
  const connect = async (/** @type {string} */ database) => {
    const client = new pg.Client({ host, user, database });
    await client.connect();
    return client;
  };
  const first = await connect("postgres");
  await first.query(`CREATE DATABASE "${name}"`).finally(() => first.end());
  const client = await connect(name);
  // References lead out of what is measured; those of children to their parents stay.
  await client.query(plan.ddl().replaceAll(/^ALTER TABLE .* FOREIGN KEY .*$/gm, ""));
  const { tables } = payments;
  return {
    client,
    tables,
    /** All tables empty. */
    truncate: () => client.query(`TRUNCATE ${tables.map(qualified).join(", ")}`),
    /** What is in the tables, as PostgreSQL's text: the columns of the mapping, each table in order. */
    async contents() {
      /** @type {string[]} */
      const all = [];
      for (const table of tables) {
        const { rows } = await client.query(`SELECT row(${columns(table)})::text AS row FROM ${qualified(table)} ORDER BY 1`);
        all.push(...rows.map(({ row }) => `${table.name} ${row}`));
      }
      return all;
    },
  };
}
