import { PostgresError } from "../../../src/database/postgres-error.ts";
import type { ResultRow, Session, Statement } from "../../../src/database/session.ts";
import { BEGIN, inOrder, inSavepoint, isolatedInOrder, plain } from "../../../src/database/transaction-sql.ts";

/** Does what goes to PostgreSQL at once; `label` says what, for people. */
export type Step = <T>(label: string, work: (session: Session) => Promise<T>) => Promise<T>;

/** Its worker is no more: nothing that was under way is tidied up. */
export class Crashed extends Error {}

/** How a session is taken apart. */
export interface Steps {
  readonly step: Step;
  /** Whether statements that a driver sends at once are one step; default: each is one. */
  readonly together?: boolean;
  /** Another text for statements; default: their own. */
  readonly rewrite?: (text: string) => string;
}

/** A session whose every statement is a step of its own, so that something may come between any two. */
export function stepSession(steps: Steps, inTransaction = false): Session {
  const { step, together = false, rewrite } = steps;
  const own = (statement: Statement): Statement => {
    const text = rewrite?.(statement.text) ?? statement.text;
    // Another text needs another name; it does without.
    return text === statement.text ? statement : { text, parameters: statement.parameters };
  };
  const run = (statement: Statement): Promise<ResultRow[]> => step(labelOf(statement), (session) => session.query(own(statement)));
  const begun = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    await run(plain(BEGIN));
    try {
      const result = await work(stepSession(steps, true));
      await run(plain("COMMIT"));
      return result;
    } catch (error) {
      if (!(error instanceof Crashed) && !isLost(error)) await run(plain("ROLLBACK"));
      throw error;
    }
  };
  const transaction = <T>(work: (session: Session) => Promise<T>): Promise<T> => (inTransaction ? inSavepoint(run, () => work(stepSession(steps, true))) : begun(work));
  const all = (how: "pipeline" | "atomic") => (statements: readonly Statement[]): Promise<ResultRow[][]> => {
    if (inTransaction) return inOrder(run, statements);
    return together ? step(`at once: ${statements.map(labelOf).join(", ")}`, (session) => session[how](statements.map(own))) : begun(() => inOrder(run, statements));
  };
  return {
    query: run,
    pipeline: all("pipeline"),
    atomic: all("atomic"),
    transaction,
    isolated: (groups) => {
      if (together) return step("isolated", (session) => session.isolated(groups.map((group) => group.map(own))));
      return transaction(() => isolatedInOrder(groups, (group) => inSavepoint(run, () => inOrder(run, group))));
    },
    copyIn: (text, chunks) => step("COPY", (session) => session.copyIn(text, chunks)),
    copyOut: () => { throw new Error("not a step yet"); },
    inTransaction,
    binary: true,
  };
}

const isLost = (error: unknown): boolean => error instanceof PostgresError && /^(08|57P)/.test(error.sqlstate);

/** The first word, and of the lock its keys. */
function labelOf({ text, parameters }: Statement): string {
  if (text.includes("pg_advisory_xact_lock")) return `lock ${String(parameters[0])}`;
  if (text.startsWith("WITH")) return text.includes("DO NOTHING") ? "apply new" : text.includes("greatest(") ? "delete" : "apply";
  return text.split(" ")[0] as string;
}
