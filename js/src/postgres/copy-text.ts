import { RowlensError } from "../core/rowlens-error.ts";
import { type ColumnType } from "./column-type.ts";
import { fromText } from "./text.ts";
import { writeTuples } from "./tuples.ts";

const UNESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** Tuples of COPY's text format. @internal */
export function tuplesOfCopyText(types: readonly ColumnType[], text: string): Uint8Array {
  const rows: (Uint8Array | null)[][] = [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  for (const [number, line] of lines.entries()) {
    if (line === "\\.") break;
    const fields = types.length === 0 && line === "" ? [] : line.split("\t");
    if (fields.length !== types.length) throw new RowlensError("copy-columns", `line ${number + 1} has ${fields.length} fields instead of ${types.length}`);
    rows.push(fields.map((field, index) => (field === "\\N" ? null : fromText(types[index] as ColumnType, unescapeField(field)))));
  }
  return writeTuples(rows);
}

/** Text of a field of the format, its escapes resolved. @internal */
export function unescapeField(field: string): string {
  if (!field.includes("\\")) return field;
  return field.replaceAll(/\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))/g, (_, hex?: string, octal?: string, character?: string) =>
    hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : octal !== undefined ? String.fromCharCode(Number.parseInt(octal, 8)) : (UNESCAPES[character as string] ?? (character as string)),
  );
}
