// @ts-check
// What a migration costs: escrow payments into the complement and out of it again, as docs/migrating.md says.
// node benches/postgres/migrate.mjs [--documents 500] [--rounds 3] [--server 15] [--statements]
import { parseArgs } from "node:util";
import pg from "pg";
import { compile, migrate } from "rowlens";
import { pgDatabase } from "rowlens/pg";
import { startCluster } from "../../scripts/servers/cluster.mjs";
import { documents, mapping } from "../documents/payments.mjs";

const { values } = parseArgs({ options: { documents: { type: "string", default: "500" }, rounds: { type: "string", default: "3" }, server: { type: "string", default: "18" }, statements: { type: "boolean", default: false } } });
const count = Number(values.documents);

// What a column refers to is of another collection.
const alone = JSON.parse(JSON.stringify(mapping), (key, value) => (["ref", "refs", "foreignKey"].includes(key) ? undefined : value));
const { payments } = alone.collections;
const [full, bare] = [payments, { table: payments.table, key: payments.key, complement: payments.complement }].map((collection) => compile({ ...alone, collections: { payments: collection } }));

const server = await startCluster({ major: Number(values.server) });
if (full === undefined || bare === undefined || server === undefined) throw new Error(`PostgreSQL ${values.server} cannot be had here`);
const client = new pg.Client({ host: server.host, user: server.user, database: "postgres" });
await client.connect();
try {
  await client.query(full.ddl());
  await pgDatabase(client, full).load("payments", [documents(count)], { into: "empty", unguarded: true });
  const ways = { "into the complement": migrate(full, bare).statements, "out of the complement": migrate(bare, full).statements };
  /** The best round of each: its time, and that of its statements. @type {Map<string, { ms: number, statements: { ms: number, sql: string }[] }>} */
  const best = new Map();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [way, statements] of Object.entries(ways)) {
      const times = [];
      const started = performance.now();
      await client.query("BEGIN");
      for (const sql of statements) {
        const began = performance.now();
        await client.query(sql);
        times.push({ ms: performance.now() - began, sql });
      }
      await client.query("COMMIT");
      const ms = performance.now() - started;
      if (ms < (best.get(way)?.ms ?? Infinity)) best.set(way, { ms, statements: times });
    }
  }
  for (const [way, { ms, statements }] of best) {
    console.log(`${way}: ${(ms / count).toFixed(2)} ms a document (${count} documents, best of ${values.rounds} rounds, PostgreSQL ${server.version})`);
    if (values.statements) for (const one of statements.sort((a, b) => b.ms - a.ms).slice(0, 10)) console.log(`${one.ms.toFixed(1).padStart(9)} ms  ${one.sql.replace(/\s+/g, " ").slice(0, 120)}`);
  }
} finally {
  await client.end();
  await server.stop();
}
