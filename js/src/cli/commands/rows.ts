import type { TableDescription } from "../../core/description.ts";
import { didYouMean } from "../../core/did-you-mean.ts";
import type { TableRows } from "../../core/rows.ts";
import { CliError, EXIT } from "../exit.ts";
import { loadIdMap } from "../id-map.ts";
import { FORMATS } from "../input/format.ts";
import { loadMapping } from "../load-mapping.ts";
import { type Args, choice, COLLECTION, files, FILES, FORMAT, ID_MAP, MAPPING, QUIET, text } from "../options.ts";
import { print, say } from "../output/streams.ts";
import { count, styleFor } from "../output/style.ts";
import { Tally } from "../output/tally.ts";
import { runBatches } from "../run-batches.ts";
import { copyScript, type Form, FORMS, WRITERS } from "../tables/forms.ts";
import { OutFiles } from "../tables/out-files.ts";
import { rowLines } from "../tables/row-json.ts";
import type { Command } from "../command.ts";
import type { Plan } from "../../core/plan.ts";

export const rows: Command = {
  description: "turn documents into rows",
  args: {
    files: FILES,
    mapping: MAPPING,
    collection: COLLECTION,
    as: { type: "string", valueHint: FORMS.join("|"), description: "form of the rows; default: ndjson" },
    out: { type: "string", alias: "o", valueHint: "folder", description: "write one file per table there; default: print" },
    table: { type: "string", alias: "t", valueHint: "name", description: "only the rows of this table" },
    format: FORMAT,
    "id-map": ID_MAP,
    json: { type: "boolean", description: "give the summary as one JSON object (on stderr where rows are printed)" },
    quiet: QUIET,
  },
  examples: ["rowlens rows dump/shop --mapping mapping.json --as copy-binary --out rows/", "rowlens rows payments.bson -m mapping.json --as copy-text | psql"],
  async run(args: Args): Promise<number> {
    const form = choice<Form>(args, "as", FORMS) ?? "ndjson";
    const folder = text(args, "out");
    const plan = await loadMapping(text(args, "mapping"));
    const only = text(args, "table");
    if (only !== undefined) checkTable(plan, text(args, "collection"), only);
    if (form === "copy-binary" && folder === undefined && (only === undefined || process.stdout.isTTY)) {
      throw new CliError("out-needed", "COPY's binary form is printed for one table at a time, and not on a terminal", { help: "say `--out FOLDER`, or `--table NAME` and a pipe" });
    }
    const tally = new Tally();
    const out = folder === undefined ? undefined : await OutFiles.create(folder, form);
    const printer = out === undefined ? new Printer(form, only !== undefined) : undefined;
    const wanted = (table: TableDescription): boolean => only === undefined || table.name === only;
    const input = { paths: files(args), plan, collection: text(args, "collection"), format: choice(args, "format", FORMATS), lookups: await loadIdMap(text(args, "id-map")), quiet: args.quiet === true };
    const total = await runBatches(
      input,
      tally,
      async ({ collection, rows: batch }) => {
        for (const [index, table] of collection.tables.entries()) {
          if (!wanted(table)) continue;
          await out?.write(batch.tables[index] as TableRows, table);
          await printer?.write(batch.tables[index] as TableRows, table);
        }
      },
      // A table without rows has its file too: where it is missing, nobody knows that there are none.
      async (collection) => {
        for (const table of collection.tables) if (wanted(table)) await out?.add(table);
      },
    );
    await printer?.end();
    const written = (await out?.close()) ?? [];
    const style = styleFor(process.stderr);
    if (args.json === true) {
      const summary = `${JSON.stringify({ ...total, tables: Object.fromEntries((printer?.counts() ?? written).map(({ table, rows: number }) => [table, number])), issues: tally.counts() })}`;
      if (out === undefined) say(summary);
      else await print(`${summary}\n`);
    } else {
      for (const file of written) say(`${file.path}  ${count(file.rows, "row")}`);
      say(`${count(total.documents, "document")}${total.refused === 0 ? "" : `, ${style.red(`${total.refused.toLocaleString("en")} refused`)}`}`);
      for (const line of tally.lines(style)) say(line);
    }
    return total.refused > 0 || tally.worst() === "error" ? EXIT.found : EXIT.fine;
  },
};

/** Rows of all tables on stdout. */
class Printer {
  readonly #form: Form;
  readonly #one: boolean;
  readonly #counts: Map<string, number> = new Map();
  #begun = false;

  constructor(form: Form, one: boolean) {
    this.#form = form;
    this.#one = one;
  }

  async write(rows: TableRows, table: TableDescription): Promise<void> {
    await this.#begin();
    this.#counts.set(table.name, (this.#counts.get(table.name) ?? 0) + rows.count);
    if (rows.count > 0) await print(this.#text(rows, table));
  }

  async end(): Promise<void> {
    await this.#begin();
    await print(WRITERS[this.#form].tail);
  }

  counts(): { table: string; rows: number }[] {
    return [...this.#counts].map(([table, rows]) => ({ table, rows }));
  }

  async #begin(): Promise<void> {
    if (!this.#begun) await print(WRITERS[this.#form].head);
    this.#begun = true;
  }

  #text(rows: TableRows, table: TableDescription): string | Uint8Array {
    if (this.#one || this.#form === "sql") return WRITERS[this.#form].rows(rows, table);
    if (this.#form === "copy-text") return copyScript(rows, table);
    // Rows of several tables in one stream say which they are of.
    const name = JSON.stringify(table.name);
    return rowLines(rows, table).replaceAll(/^.+$/gm, (line) => `{"table":${name},"row":${line}}`);
  }
}

function checkTable(plan: Plan, collection: string | undefined, name: string): void {
  const names = plan.description.filter((one) => collection === undefined || one.name === collection).flatMap((one) => one.tables.map((table) => table.name));
  if (names.includes(name)) return;
  const near = didYouMean(name, names);
  throw new CliError("unknown-table", `there is no table \`${name}\` in the mapping${near === undefined ? "" : `; did you mean \`${near}\`?`}`, near === undefined ? { help: `it has ${names.map((one) => `\`${one}\``).join(", ")}` } : {});
}
