// MIGRATION_PG_URL=… node --import tsx migrate.ts dump/payments.bson.gz
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import { Pool } from "pg";
import { type Backfill, backfill } from "./backfill.ts";
import { migrationTarget } from "./target.ts";
import { type Verification, verify } from "./verify.ts";

/** Applies the Drizzle migrations, fills the tables from a mongodump file, and proves it. May be run again at any time. */
export async function migrate(url: string, file: string): Promise<{ filled: Backfill; verified: Verification }> {
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    const db = drizzle(pool);
    await applyMigrations(db, { migrationsFolder: fileURLToPath(new URL("drizzle", import.meta.url)) });
    const filled = await backfill(db, file);
    return { filled, verified: await verify(pool, file) };
  } finally {
    await pool.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error("which dump? `migrate.ts dump/payments.bson.gz`");
  const { filled, verified } = await migrate(migrationTarget(), file);
  console.log(`${filled.documents} documents written, ${filled.refused} refused`);
  for (const [code, count] of Object.entries(filled.issues)) console.log(`  ${count} × ${code}`);
  for (const issue of filled.inexact) console.log(`  ${issue.table}.${issue.column}: ${issue.message}`);
  console.log(`${verified.documents} documents, ${verified.identical} identical`);
  for (const key of verified.differing) console.error(`differs: payments ${key}`);
  if (filled.refused > 0 || verified.identical !== verified.documents) process.exitCode = 1;
}
