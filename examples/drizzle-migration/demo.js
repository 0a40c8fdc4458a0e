// @ts-check
// The whole run on a throw-away PostgreSQL (or a database of its own on PG_URL): a dump, its migration, and the same once more.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startPostgres } from "../../scripts/servers/postgres.mjs";

const postgres = await startPostgres();
for (const [script, ...args] of [["make-dump.ts", "dump/payments.bson.gz"], ["migrate.ts", "dump/payments.bson.gz"], ["migrate.ts", "dump/payments.bson.gz"]]) {
  console.log(`\n$ node --import tsx ${script} ${args.join(" ")}`);
  const env = { ...process.env, MIGRATION_PG_URL: postgres.url };
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd: import.meta.dirname, stdio: "inherit", env });
  const [code] = await once(child, "exit");
  if (code !== 0) process.exitCode = 1;
}
await postgres.stop();
