import { RowlensError } from "../core/rowlens-error.ts";

/** The error for a text or value that is not of a column's type. @internal */
export function unreadable(kind: string, value: unknown): RowlensError {
  const shown = typeof value === "string" ? value : typeof value === "bigint" ? `${value}n` : value instanceof Date ? "an invalid date" : (JSON.stringify(value) ?? typeof value);
  return new RowlensError("value-unreadable", `\`${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}\` is not a ${kind}`);
}
