import type { Issue } from "./issue.ts";
import { Plan } from "./plan.ts";
import { RowlensError } from "./rowlens-error.ts";

/** The way from one mapping to another: what {@link migrate} gives. */
export interface Migration {
  /** All statements as one text, without `BEGIN` and `COMMIT`. Empty: the two mappings have the same rows in the same tables. */
  readonly sql: string;
  /** Statement by statement. They belong into one transaction, and they see to it that they are in one. */
  readonly statements: readonly string[];
  /** What to know before: whose rows are written anew, for example. */
  readonly warnings: readonly Issue[];
}

/**
 * The SQL from one version of a mapping to the next, with the data: fields move between complement, columns, JSON and tables of their own, and
 * the documents that the new plan reads are those that the old one read.
 *
 * What only the data shows is refused by the SQL itself, with an error whose message begins with `rowlens:`; then nothing has changed.
 * @throws RowlensError `migration-refused`, with everything that SQL cannot move without loss as `issues`.
 * @example
 * const { sql, warnings } = migrate(compile(before), compile(after));
 * await database.transaction((transaction) => transaction.exec(sql));
 */
export function migrate(from: Plan, to: Plan): Migration {
  try {
    const [statements, warnings] = Plan.migration(from, to);
    return { sql: statements.map((statement) => `${statement}\n`).join("\n"), statements, warnings };
  } catch (thrown) {
    if (!Array.isArray(thrown)) throw thrown;
    const issues = thrown as Issue[];
    throw new RowlensError("migration-refused", issues.map((issue) => `${issue.path}: ${issue.message}${issue.help === undefined ? "" : ` (${issue.help})`}`).join("\n"), issues);
  }
}
