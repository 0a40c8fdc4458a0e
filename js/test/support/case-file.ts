import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseExtendedJson } from "rowlens";

/** One of the literate cases in tests/cases, which the Rust runner (tests/cases.rs) runs and blesses too. */
export interface CaseFile {
  name: string;
  fences: { info: string; body: string }[];
}

const KNOWN = new Set([
  "json mapping", "issues mapping", "json lookups", "json document", "json document refused", "hex document", "hex document refused", "json document back", "json complement", "issues", "issues back",
  "sql change", "postgres change", "json document after", "issues after", "sql ddl", "sql query", "result",
]);
const folder = fileURLToPath(new URL("../../../tests/cases", import.meta.url));

/** Every case, in order. */
export function caseFiles(): CaseFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .sort()
    .map((name) => ({ name: relative(folder, join(folder, name)).replace(/\.md$/, ""), fences: fences(name, readFileSync(join(folder, name), "utf8")) }));
}

function fences(name: string, text: string): CaseFile["fences"] {
  return [...text.matchAll(/^```([^\n]+)\n([\s\S]*?)^```$/gm)].map(([, info = "", body = ""]) => {
    if (!KNOWN.has(info) && !/^rows ./.test(info)) throw new Error(`${name}: no fence is called \`${info}\``);
    return { info, body };
  });
}

/** Bodies of the fences of that name. */
export const all = (file: CaseFile, info: string): string[] => file.fences.filter((fence) => fence.info === info).map((fence) => fence.body);
/** The one fence of that name. */
export const one = (file: CaseFile, info: string): string | undefined => all(file, info)[0];

/** The documents of a case in order, and whether each is to be refused. */
export function documentsOf(file: CaseFile): { bson: Uint8Array; refused: boolean }[] {
  return file.fences
    .filter(({ info }) => /^(json|hex) document( refused)?$/.test(info))
    .flatMap(({ info, body }) => (info.startsWith("json") ? parseExtendedJson(body) : [hex(body)]).map((bson) => ({ bson, refused: info.endsWith("refused") })));
}

const hex = (body: string): Uint8Array => Buffer.from(body.replaceAll(/#.*$/gm, "").replaceAll(/\s/g, ""), "hex");

/** JSON values one after the other. */
export function jsonValues(text: string): unknown[] {
  const values: unknown[] = [];
  let part = "";
  for (const line of text.split("\n")) {
    part += `${line}\n`;
    if (part.trim() === "") continue;
    try {
      values.push(JSON.parse(part));
      part = "";
    } catch {
      // The value goes on.
    }
  }
  if (part.trim() !== "") throw new Error(`not JSON: ${part}`);
  return values;
}

/** Aligned columns, as psql prints them; NULL is `∅`. */
export function printTable(names: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const lines = [names, ...rows.map((row) => row.map(cell))];
  const widths = names.map((_, at) => Math.max(...lines.map((line) => [...(line[at] ?? "")].length)));
  const printed = lines.map((line) => line.map((text, at) => text + " ".repeat((widths[at] ?? 0) - [...text].length)).join(" | ").trimEnd());
  printed.splice(1, 0, widths.map((width) => "-".repeat(width)).join("-+-"));
  if (rows.length === 0) printed.push("(no rows)");
  return `${printed.join("\n")}\n`;
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "|": "\\|" };

function cell(text: string | null): string {
  if (text === null) return "∅";
  if (text === "") return "''";
  return text.replaceAll(/[\\\n\r\t|]/g, (character) => ESCAPES[character] as string).replace(/^ /, "\\s").replace(/ +$/, (blanks) => "\\s".repeat(blanks.length));
}
