import { RowlensError } from "../core/rowlens-error.ts";

/** The error for a text or value that is not of a column's type. @internal */
export function unreadable(kind: string, value: unknown): RowlensError {
  const text = shown(value);
  return new RowlensError("value-unreadable", `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\` is not a ${kind}`);
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : value.toISOString();
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
