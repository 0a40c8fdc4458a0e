import type { ColumnDescription, TableDescription } from "../../core/description.ts";
import type { TableRows } from "../../core/rows.ts";
import { elements, fields } from "./raw-json.ts";

/**
 * Rows as JSON, one a line. What JSON numbers cannot be trusted with (`bigint`, `numeric`) is text, JSON columns stand in the row
 * as they are. A NULL in a JSON column is left out, since `null` is JSON's own null there.
 */
export function rowLines(rows: TableRows, table: TableDescription): string {
  let out = "";
  for (const row of rows.objects({ numeric: "string", bigint: "string", date: "string", json: "text" })) {
    const parts: string[] = [];
    for (const column of table.columns) {
      const value = row[column.name];
      if (value === null && isJson(column)) continue;
      parts.push(`${JSON.stringify(column.name)}:${json(value, column)}`);
    }
    out += `{${parts.join(",")}}\n`;
  }
  return out;
}

const isJson = (column: ColumnDescription): boolean => column.kind === "jsonb" || column.kind === "json";

function json(value: unknown, column: ColumnDescription): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return `[${value.map((item) => json(item, column)).join(",")}]`;
  if (isJson(column)) return column.kind === "jsonb" ? String(value) : oneLine(String(value));
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}"`;
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0.0" : JSON.stringify(value);
}

/** `json` keeps its blanks; line ends between its tokens would end the row's line. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]/g, " ");

/** Row objects of such lines, JSON columns as text, for `toDocuments` with `json: "text"`. */
export function rowObjects(lines: readonly string[], table: TableDescription): Record<string, unknown>[] {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  return lines.map((line) => {
    const row: Record<string, unknown> = {};
    for (const [name, text] of fields(line)) {
      const column = columns.get(name);
      row[name] = column !== undefined && isJson(column) ? nested(text, column.dimensions) : JSON.parse(text);
    }
    return row;
  });
}

/** The complement and other JSON columns keep every digit: their text is not parsed. */
function nested(text: string, depth: number): unknown {
  if (depth === 0) return text;
  if (text === "null") return null;
  return elements(text).map((item) => nested(item, depth - 1));
}

