import type { Issue } from "./issue.ts";

const BRAND: unique symbol = Symbol.for("rowlens.error") as never;

/**
 * Misuse: a bad mapping, an unknown collection, an object that is no document. Faults in *data* are never thrown; they are
 * issues in results.
 *
 * Errors are recognised by brand, so that several copies of the package in one process understand each other.
 * @example
 * try { compile(mapping) } catch (error) {
 *   if (RowlensError.is(error)) for (const issue of error.issues) console.error(issue.path, issue.message, issue.help);
 * }
 */
export class RowlensError extends Error {
  /** Stable kebab-case code. */
  readonly code: string;
  /** What was found; empty where the message says all. */
  readonly issues: readonly Issue[];

  constructor(code: string, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.name = "RowlensError";
    this.code = code;
    this.issues = issues;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether `value` is a RowlensError, whichever copy of the package made it. */
  static is(value: unknown): value is RowlensError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}
