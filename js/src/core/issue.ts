/** How much an {@link Issue} matters. */
export type Severity = "info" | "warning" | "error";

/** One finding. Codes are stable and documented in `docs/issues.md`. */
export interface Issue {
  /** Stable kebab-case code. */
  code: string;
  /** `info` and `warning`: nothing is lost. `error`: a document or mapping was refused, or a promise cannot be kept. */
  severity: Severity;
  /** Lower case, no final period, user input in backticks. */
  message: string;
  /** Document path (`events[2].amount`), or place in a mapping (`collections.payments.table`). */
  path: string;
  /** The collection concerned. */
  collection?: string;
  /** Index of the document in its batch. */
  document?: number;
  /** Byte offset in the batch, where the bytes themselves are at fault. */
  offset?: number;
  /** The table concerned. */
  table?: string;
  /** The column concerned. */
  column?: string;
  /** What to do. */
  help?: string;
}
