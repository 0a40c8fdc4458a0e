import type { Issue } from "../core/issue.ts";

/** Exit codes; `--help` and docs/cli.md name the same. */
export const EXIT = {
  fine: 0,
  /** An answer, but a bad one: documents that differ or were refused, a mapping with faults under `check`. */
  found: 1,
  /** No answer: wrong usage, a file that cannot be read, a mapping that does not compile. */
  misuse: 2,
  /** A fault of rowlens itself. */
  bug: 3,
} as const;

/** What ends a run without an answer: exit code 2. */
export class CliError extends Error {
  readonly code: string;
  readonly help: string | undefined;
  readonly issues: readonly Issue[];

  constructor(code: string, message: string, more: { help?: string | undefined; issues?: readonly Issue[] } = {}) {
    super(message);
    this.code = code;
    this.help = more.help;
    this.issues = more.issues ?? [];
  }
}
