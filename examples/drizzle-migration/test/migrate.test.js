// @ts-check
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { serialize } from "bson";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { register } from "tsx/esm/api";
import { startPostgres } from "../../../scripts/servers/postgres.mjs";

register();
const { migrate } = await import("../migrate.ts");
const { migrationTarget } = await import("../target.ts");
const { documents, writeDump } = await import("../make-dump.ts");
const { collection, plan } = await import("../collection.ts");
const { paymentEvents, paymentFees, paymentQuotes, payments } = await import("../schema.ts");
const { insertValues } = await import("rowlens/drizzle");

const project = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rowlens-drizzle-"));
const dump = join(folder, "payments.bson.gz");
const list = documents(1200);

describe("a Drizzle migration that backfills from a dump", () => {
  /** @type {Awaited<ReturnType<typeof startPostgres>>} */
  let postgres;
  before(async () => {
    postgres = await startPostgres();
    writeDump(dump, list);
  });
  after(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @template T @param {(pool: pg.Pool) => Promise<T>} work @returns {Promise<T>} */
  const connected = async (work) => {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
    return work(pool).finally(() => pool.end());
  };
  const contents = () => connected(async (pool) => {
    const tables = [];
    for (const { name, key } of collection.tables) tables.push((await pool.query(`SELECT * FROM ${name} ORDER BY ${key.join(", ")}`)).rows);
    return tables;
  });

  it("fills the tables, and every document comes back", async () => {
    const { filled, verified } = await migrate(postgres.url, dump);
    assert.deepEqual({ documents: filled.documents, refused: filled.refused }, { documents: 1200, refused: 0 });
    assert.deepEqual(verified, { documents: 1200, identical: 1200, differing: [] });
    assert.equal(filled.issues["unknown-field"], list.filter((document) => "legacyNote" in document).length);
    assert.deepEqual([...new Set(filled.inexact.map((issue) => issue.column))], ["block_height"]);
    const [roots, quotes] = await contents();
    assert.equal(roots?.length, 1200);
    assert.equal(quotes?.length, list.filter((document) => "quote" in document).length);
    assert.equal(roots?.[0].amount, String(list[0]?.amount));
  });

  it("changes nothing when it runs again", async () => {
    const first = await contents();
    await migrate(postgres.url, dump);
    assert.deepEqual(await contents(), first);
  });

  it("overwrites what was changed since, and keeps columns that are not mapped", async () => {
    const first = await contents();
    await connected((pool) => pool.query("UPDATE payments SET amount = 0, doc_rest = NULL; DELETE FROM payment_events; INSERT INTO payment_fees SELECT id, 'stray', 1 FROM payments"));
    assert.deepEqual((await migrate(postgres.url, dump)).verified.differing, []);
    assert.deepEqual(await contents(), first);
  });

  it("notices rows that say something else than the dump", async () => {
    const { verify } = await import("../verify.ts");
    const [roots] = await contents();
    const [changed, gone] = [roots?.[3].id, roots?.[4].id];
    const report = await connected(async (pool) => {
      await pool.query("UPDATE payments SET amount = amount + 1e-30 WHERE id = $1", [changed]);
      await pool.query("DELETE FROM payments WHERE id = $1", [gone]);
      return verify(pool, dump);
    });
    assert.deepEqual(report, { documents: 1200, identical: 1198, differing: [changed, gone] });
    await migrate(postgres.url, dump);
  });

  it("gives Drizzle's select exactly the values it inserted", async () => {
    const rows = collection.toRows(list.slice(0, 10).map((document) => serialize(document)));
    await connected(async (pool) => {
      const db = drizzle(pool);
      const selected = await db.select().from(payments).orderBy(payments.id).limit(10);
      assert.deepEqual(selected.map(({ importedAt: _, updatedAt, ...row }) => ({ ...row, updatedAt: new Date(updatedAt ?? "") })), insertValues(payments, rows.table("payments")).map(({ updatedAt, ...row }) => ({ ...row, updatedAt: new Date(updatedAt ?? "") })));
      const ids = new Set(selected.map((row) => row.id));
      for (const [name, table] of /** @type {const} */ ([["payment_events", paymentEvents], ["payment_fees", paymentFees]])) {
        const children = (await db.select().from(table)).filter((row) => ids.has(row.paymentId));
        const key = (/** @type {Record<string, unknown>} */ row) => `${row.paymentId} ${row.position ?? row.name}`;
        const sorted = (/** @type {Record<string, unknown>[]} */ values) => [...values].sort((a, b) => (key(a) < key(b) ? -1 : 1));
        assert.deepEqual(sorted(children), sorted(insertValues(table, rows.table(name))));
      }
      assert.ok((await db.select().from(paymentQuotes)).length > 0);
    });
  });

  it("has tables that its mapping would make", async () => {
    const columns = (/** @type {pg.Pool} */ pool, /** @type {string} */ schema) => pool.query("SELECT table_name, column_name, data_type, datetime_precision, udt_name FROM information_schema.columns WHERE table_schema = $1 AND column_name <> 'imported_at' ORDER BY 1, 2", [schema]);
    await connected(async (pool) => {
      const drizzles = await columns(pool, "public");
      await pool.query(`BEGIN; CREATE SCHEMA mapped; SET LOCAL search_path = mapped; ${plan.ddl()}; COMMIT`);
      assert.deepEqual(drizzles.rows, (await columns(pool, "mapped")).rows);
      await pool.query("DROP SCHEMA mapped CASCADE");
    });
  });

  it("reads a dump that is not compressed, and says where one is cut off", async () => {
    const plain = join(folder, "payments.bson");
    writeDump(plain, list.slice(0, 5));
    assert.equal((await migrate(postgres.url, plain)).verified.identical, 5);
    truncateSync(plain, readFileSync(plain).length - 1);
    await assert.rejects(migrate(postgres.url, plain), /cut off: document 4, at byte \d+/);
  });

  it("is a command with an exit code", () => {
    const run = (/** @type {Record<string, string>} */ env) => spawnSync(process.execPath, ["--import", "tsx", "migrate.ts", dump], { cwd: project, encoding: "utf8", timeout: 60_000, env: { ...process.env, ...env } });
    const refused = run({ MIGRATION_PG_URL: "postgres://postgres@db.example/live" });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /`db\.example` is not a host that migrations may write to/);
  });
});

it("types rows as Drizzle's inserts", () => {
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.resolve("typescript/bin/tsc")), "-p", "."], { cwd: project, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

it("writes to allowed hosts only", () => {
  const target = (/** @type {string | undefined} */ url, /** @type {string | undefined} */ hosts) => migrationTarget({ MIGRATION_PG_URL: url, MIGRATION_ALLOWED_HOSTS: hosts, PG_URL: "postgres://localhost/service" });
  assert.equal(target("postgres://me@127.0.0.1:5433/app"), "postgres://me@127.0.0.1:5433/app");
  assert.equal(target("postgres://me@staging.example/app", "staging.example, localhost"), "postgres://me@staging.example/app");
  assert.throws(() => target("postgres://me@staging.example/app"), /`staging\.example` is not a host/);
  assert.throws(() => target("postgres://me@localhost/app?host=live.example"), /`live\.example` is not a host/);
  assert.throws(() => target("postgres://me@localhost/app", "staging.example"), /`localhost` is not a host/);
  assert.throws(() => target(undefined), /MIGRATION_PG_URL is not set/);
  assert.throws(() => target("postgres:///app"), /the driver's default/);
});
