import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Operation } from "./operations.ts";

/** Lets a process come to all its steps, and kills it; until PostgreSQL has noticed. */
export async function killed(script: string, pool: pg.Pool, connection: object, operation: Operation, steps: number, sent: boolean): Promise<void> {
  const client = fork(script, [JSON.stringify({ connection, operation: operation.name, steps, sent })], { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const says: Buffer[] = [];
  client.stderr?.on("data", (bytes: Buffer) => says.push(bytes));
  const exit = once(client, "exit");
  const stopped = await Promise.race([once(client, "message"), exit.then(() => undefined)]);
  if (stopped === undefined) throw new Error(`the client ended by itself: ${Buffer.concat(says).toString()}`);
  client.kill("SIGKILL");
  await exit;
  while ((await pool.query("SELECT FROM pg_stat_activity WHERE application_name = 'rowlens_crash' AND datname = current_database()")).rowCount !== 0) await sleep(5);
}
