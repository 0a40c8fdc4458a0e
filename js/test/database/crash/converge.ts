import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import { compile, type Plan } from "rowlens";
import { pgSession } from "../../../src/adapters/pg/session.ts";
import type { Database } from "../../../src/database/database.ts";
import { databaseOver } from "../../support/live.ts";
import { asOrder } from "../simulation/check.ts";
import { mapping, type Order } from "../simulation/model.ts";
import { beginOne, runName } from "./begin.ts";
import { planOf, runOf, type Operation, type Run } from "./operations.ts";

/** The tables that runs share. */
export const shared = compile(mapping);
/** Them, and what poison is refused by. */
export const setup = `${shared.ddl()}\nALTER TABLE orders ADD CHECK (total <> 0);`;

/** Whether a run stops before a step, or while it is under way. */
export const MODES = [["before", false], ["during", true]] as const;

/** Over a pool of the caller's. */
export const databaseOf = (pool: pg.Pool, plan: Plan): Database => databaseOver(pgSession(pool as never), plan);

/** Documents and tables as they are before runs of an operation. */
export async function prepare(pool: pg.Pool, operation: Operation, names: readonly string[]): Promise<void> {
  const before = names.flatMap((name) => runOf(operation, name).before);
  if (before.length > 0) await databaseOf(pool, shared).applyMany("orders", before);
  if (operation.empty === true) for (const name of names) await pool.query(planOf(operation, name).ddl());
}

/** Labels of an operation's steps when nothing comes in its way; its run has the name that comes along. */
export async function undisturbed(pool: pg.Pool, connection: object, operation: Operation, sent: boolean): Promise<{ name: string; labels: readonly string[] }> {
  const name = `${runName(operation, 0, sent)}_undisturbed`;
  await prepare(pool, operation, [name]);
  const { labels, result } = await beginOne(connection, operation, name);
  await result;
  return { name, labels };
}

/** After a run stopped at a step: no transaction has happened by half, and doing it again finishes it. Throws where it is not so. */
export async function converge(pool: pg.Pool, operation: Operation, labels: readonly string[], at: number, sent: boolean): Promise<void> {
  const name = runName(operation, at, sent);
  const run = runOf(operation, name);
  const db = databaseOf(pool, planOf(operation, name));
  const done = await transactionsDone(db, run);
  const counted = commits(labels, run.after.length);
  const [least, most] = [counted.filter((step) => step < at).length, counted.filter((step) => step < at || (sent && step === at)).length];
  if (done < least || done > most) throw new Error(`${name} stopped at \`${labels[at]}\`: ${done} transactions have happened, not ${least} to ${most}`);
  await operation.run(db, run);
  if ((await transactionsDone(db, run)) !== run.after.length) throw new Error(`${name} stopped at \`${labels[at]}\`, and doing it again did not finish it`);
}

/** How many of a run's transactions have happened; throws where one has happened by half, or anything else is not as it was. */
async function transactionsDone(db: Database, run: Run): Promise<number> {
  const keys = [...new Set([...states(run, run.after.length).keys(), run.poison._id])];
  const found = new Map((await db.read("orders", keys)).documents.map(asOrder).map((order) => [order._id, order]));
  for (let done = run.after.length; done >= 0; done--) {
    const expected = states(run, done);
    if (keys.every((key) => isDeepStrictEqual(found.get(key), expected.get(key)))) return done;
  }
  throw new Error(`a transaction has happened by half: ${JSON.stringify([...found.values()])}`);
}

/** Documents after so many of a run's transactions, by key. */
export const states = ({ before, after }: Run, done: number): Map<string, Order | undefined> =>
  new Map<string, Order | undefined>([...before.map((order) => [order._id, order] as const), ...after.slice(0, done).flatMap((transaction) => [...transaction])]);

/** Which steps commit what is written: the last so many commits. Some before them may have been of tries that wrote nothing. */
const commits = (labels: readonly string[], transactions: number): number[] => [...labels.keys()].filter((step) => labels[step] === "COMMIT" || labels[step]?.startsWith("at once")).slice(-transactions);
