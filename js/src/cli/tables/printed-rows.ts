import type { TableInput } from "../../core/collection.ts";
import { tuplesOf } from "../../core/collection.ts";
import type { CollectionDescription, TableDescription } from "../../core/description.ts";
import { didYouMean } from "../../core/did-you-mean.ts";
import type { Plan } from "../../core/plan.ts";
import { RowlensError } from "../../core/rowlens-error.ts";
import { columnTypes } from "../../core/rows.ts";
import { CliError } from "../exit.ts";
import { openBytes } from "../input/bytes.ts";
import type { RowBatch } from "./filed-rows.ts";
import { fields } from "./raw-json.ts";
import { lineBatches } from "./read-tuples.ts";
import { rowObjects } from "./row-json.ts";

interface Owner {
  collection: CollectionDescription;
  table: TableDescription;
}

/**
 * Rows as `rowlens rows` prints them, on stdin: `{"table": …, "row": {…}}`. Rows of the root table that follow rows of other
 * tables begin a new batch.
 */
export async function* printedRows(plan: Plan, wanted: string | undefined, read: (bytes: number) => void): AsyncGenerator<RowBatch> {
  if (wanted !== undefined) plan.collection(wanted);
  const owners = new Map<string, Owner>(plan.description.flatMap((collection) => collection.tables.map((table) => [table.name, { collection, table }])));
  let current: CollectionDescription | undefined;
  let pending = new Map<TableDescription, string[]>();
  let number = 0;

  const give = (): RowBatch => {
    const input: Record<string, TableInput> = {};
    for (const [table, lines] of pending) input[table.name] = { tuples: guard(number, () => tuplesOf(table, columnTypes(table), { objects: rowObjects(lines, table), json: "text" })) };
    pending = new Map();
    return { collection: plan.collection((current as CollectionDescription).name), input };
  };

  const { chunks } = await openBytes("-", read);
  for await (const lines of lineBatches("stdin", chunks)) {
    for (const line of lines) {
      number++;
      if (line.trim() === "") continue;
      const { name, row } = guard(number, () => envelope(line));
      const owner = owners.get(name);
      if (owner === undefined) {
        const near = didYouMean(name, [...owners.keys()]);
        throw new CliError("unknown-table", `stdin, line ${number}: there is no table \`${name}\` in the mapping${near === undefined ? "" : `; did you mean \`${near}\`?`}`);
      }
      if (wanted !== undefined && owner.collection.name !== wanted) continue;
      current ??= owner.collection;
      if (owner.collection !== current) throw new CliError("collection-needed", `stdin, line ${number}: rows of \`${owner.collection.name}\` after rows of \`${current.name}\``, { help: "say `--collection NAME`" });
      if (owner.table.parent === null && [...pending.keys()].some((table) => table.parent !== null)) yield give();
      const list = pending.get(owner.table);
      if (list === undefined) pending.set(owner.table, [row]);
      else list.push(row);
    }
  }
  if (pending.size > 0) yield give();
}

function envelope(line: string): { name: string; row: string } {
  const parts = new Map(fields(line));
  const name: unknown = JSON.parse(parts.get("table") ?? "null");
  const row = parts.get("row");
  if (typeof name !== "string" || row === undefined) throw new SyntaxError('expected `{"table": …, "row": {…}}`, as `rowlens rows` prints rows of all tables');
  return { name, row };
}

function guard<T>(line: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!RowlensError.is(error) && !(error instanceof SyntaxError)) throw error;
    throw new CliError("rows-invalid", `stdin, up to line ${line}: ${error.message}`);
  }
}
