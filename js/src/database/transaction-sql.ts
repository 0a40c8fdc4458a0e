import { isRaised, PostgresError } from "./postgres-error.ts";
import type { ResultRow, Statement } from "./session.ts";

/** Rowlens' guards compare what other transactions have committed meanwhile: any other level would hide it. */
export const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

/** How a driver runs one statement on the connection of a transaction. */
export type Run = (statement: Statement) => Promise<ResultRow[]>;

/** A statement without parameters. */
export const plain = (text: string): Statement => ({ text, parameters: [] });

/** Statements one after the other. */
export async function inOrder(run: Run, statements: readonly Statement[]): Promise<ResultRow[][]> {
  const results: ResultRow[][] = [];
  for (const statement of statements) results.push(await run(statement));
  return results;
}

/**
 * Work inside a savepoint of the transaction that `run` works in; where it rejects, everything since is undone. Savepoints of the
 * same name nest: PostgreSQL takes the innermost.
 */
export async function inSavepoint<T>(run: Run, work: () => Promise<T>): Promise<T> {
  await run(plain("SAVEPOINT rowlens"));
  try {
    const result = await work();
    await run(plain("RELEASE SAVEPOINT rowlens"));
    return result;
  } catch (error) {
    await run(plain("ROLLBACK TO SAVEPOINT rowlens"));
    await run(plain("RELEASE SAVEPOINT rowlens"));
    throw error;
  }
}

/** {@link Session.isolated} for drivers that have no better way: `atomically` runs each group in a savepoint. */
export async function isolatedInOrder(groups: readonly (readonly Statement[])[], atomically: (group: readonly Statement[]) => Promise<ResultRow[][]>): Promise<(ResultRow[][] | PostgresError)[]> {
  const results: (ResultRow[][] | PostgresError)[] = [];
  for (const group of groups) {
    try {
      results.push(await atomically(group));
    } catch (error) {
      // Without its connection a group cannot be told from the whole.
      if (!(error instanceof PostgresError) || (error.sqlstate.startsWith("08") && !isRaised(error))) throw error;
      results.push(error);
    }
  }
  return results;
}
