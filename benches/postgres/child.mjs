// @ts-check
// Measures one row of the PostgreSQL table in a process and a database of its own, over one connection.
import { pgDatabase } from "rowlens/pg";
import { openDatabase } from "./database.mjs";
import { plan } from "./documents.mjs";
import { rows } from "./rows/index.mjs";

const [row = "", host = "", user = "", rounds] = process.argv.slice(2);
const database = await openDatabase({ host, user }, `bench_${row}`);
const results = await /** @type {import("./rows/index.mjs").Measure} */ (rows[row])({ database, db: pgDatabase(database.client, plan), rounds: Number(rounds) });
await database.client.end();
process.send?.(results);
