import type { Collection, Lookups, TableInput } from "../../core/collection.ts";
import type { Documents } from "../../core/documents.ts";
import { toExtendedJson } from "../../core/extended-json.ts";
import { CliError, EXIT } from "../exit.ts";
import { loadIdMap } from "../id-map.ts";
import { BATCH_BYTES } from "../input/batch.ts";
import { loadMapping } from "../load-mapping.ts";
import { type Args, choice, files, ID_MAP, JSON_OUT, MAPPING, QUIET, text } from "../options.ts";
import { startProgress } from "../output/progress.ts";
import { print, say } from "../output/streams.ts";
import { count, styleFor } from "../output/style.ts";
import { Tally } from "../output/tally.ts";
import { openOut } from "../tables/out-files.ts";
import { readTuples } from "../tables/read-tuples.ts";
import { findTables, type TableFile } from "../tables/table-files.ts";
import { TupleQueue } from "../tables/tuple-queue.ts";
import type { Command } from "../command.ts";

/** Up to so many bytes, rows are read at once and may be in any order. */
const AT_ONCE = 64 << 20;

export const documents: Command = {
  description: "turn rows back into documents",
  args: {
    files: { type: "positional", required: false, description: "a folder that `rowlens rows --out` wrote, or files of rows named after their tables (.ndjson .tsv .pgcopy, each also .gz)" },
    mapping: MAPPING,
    collection: { type: "string", alias: "c", valueHint: "name", description: "collection; default: the one whose root table is there" },
    from: { type: "string", valueHint: "ndjson|copy-text|copy-binary", description: "form of the rows; default: what the files' names say" },
    as: { type: "string", valueHint: "ndjson|bson", description: "form of the documents; default: ndjson, or what --out's name says" },
    relaxed: { type: "boolean", description: "relaxed Extended JSON: easier to read, but numbers lose their BSON type" },
    out: { type: "string", alias: "o", valueHint: "file", description: "write the documents there; default: print" },
    "id-map": ID_MAP,
    json: { ...JSON_OUT, description: "give the summary as one JSON object (on stderr where documents are printed)" },
    quiet: QUIET,
  },
  examples: ["rowlens documents rows/ --mapping mapping.json --collection payments", "rowlens documents rows/ -m mapping.json -c payments --out payments.bson"],
  async run(args: Args): Promise<number> {
    const out = text(args, "out");
    const as = choice(args, "as", ["ndjson", "bson"]) ?? (out?.endsWith(".bson") ? "bson" : "ndjson");
    if (as === "bson" && out === undefined && process.stdout.isTTY) throw new CliError("out-needed", "BSON is not printed on a terminal", { help: "say `--out FILE`, or use a pipe" });
    const plan = await loadMapping(text(args, "mapping"));
    const found = await findTables(files(args), plan, text(args, "collection"), choice(args, "from", ["ndjson", "copy-text", "copy-binary"]));
    const collection = plan.collection(found.collection.name);
    const lookups = await loadIdMap(text(args, "id-map"));
    const total = found.files.reduce((sum, file) => sum + file.size, 0);
    const progress = await startProgress(found.files.some((file) => file.path.endsWith(".gz")) ? undefined : total, { quiet: args.quiet === true, stdin: false });
    progress.file(found.collection.name);
    const tally = new Tally();
    const sink = out === undefined ? undefined : await openOut(out);
    let number = 0;
    try {
      for await (const back of total <= AT_ONCE ? together(collection, found.files, lookups, progress.read) : inOrder(collection, found.files, lookups, progress.read)) {
        const first = number;
        tally.add(back.issueCounts, back.issues, (document) => (document === undefined ? collection.name : `${collection.name}[${first + document}]`));
        number += back.count;
        const data = as === "bson" ? back.bson : back.count === 0 ? "" : `${toExtendedJson(back.bson, { relaxed: args.relaxed === true })}\n`;
        if (sink === undefined) await print(data);
        else await sink.writeFile(data);
        progress.done(back.count);
      }
    } finally {
      progress.end();
      await sink?.close();
    }
    if (args.json === true) {
      const summary = JSON.stringify({ documents: number, issues: tally.counts() });
      if (out === undefined) say(summary);
      else await print(`${summary}\n`);
    } else {
      say(`${out === undefined ? "" : `${out}  `}${count(number, "document")}`);
      for (const line of tally.lines(styleFor(process.stderr))) say(line);
    }
    return tally.worst() === "error" ? EXIT.found : EXIT.fine;
  },
};

type Read = (bytes: number) => void;
const optionsOf = (lookups: Lookups | undefined): { lookups?: Lookups } => (lookups === undefined ? {} : { lookups });

/** All rows in one call. */
async function* together(collection: Collection, tables: readonly TableFile[], lookups: Lookups | undefined, read: Read): AsyncGenerator<Documents> {
  const input: Record<string, TableInput> = {};
  for (const file of tables) {
    const parts: Uint8Array[] = [];
    for await (const tuples of readTuples(file, read)) parts.push(tuples);
    input[file.table.name] = { tuples: Buffer.concat(parts) };
  }
  yield collection.toDocuments(input, optionsOf(lookups));
}

/** Rows of about a megabyte of the root table at a time, with those of the other tables that belong to them: all in one order. */
async function* inOrder(collection: Collection, tables: readonly TableFile[], lookups: Lookups | undefined, read: Read): AsyncGenerator<Documents> {
  const queues = tables.map((file) => ({ file, queue: new TupleQueue(readTuples(file, read), keyColumn(file)) }));
  const root = queues.find(({ file }) => file.table.parent === null);
  const children = queues.filter((one) => one !== root);
  for (let batch = await root?.queue.take(BATCH_BYTES); batch !== undefined; batch = await root?.queue.take(BATCH_BYTES)) {
    const input: Record<string, TableInput> = { [root?.file.table.name as string]: { tuples: batch.tuples } };
    for (const { file, queue } of children) input[file.table.name] = { tuples: await queue.takeOf(batch.keys) };
    yield collection.toDocuments(input, optionsOf(lookups));
  }
  for (const { file, queue } of children) {
    if (await queue.empty()) continue;
    throw new CliError("rows-out-of-order", `\`${file.path}\` has rows that are not in the order of \`${root?.file.path}\`, or that have no parent there; the documents given are not complete`, {
      help: `files of more than ${AT_ONCE >> 20} MB in all are read side by side: write every table ordered by the document's key`,
    });
  }
}

/** The column that holds the key of the document: the root's own, or the first of those that repeat the parent's. */
function keyColumn({ table }: TableFile): number {
  return table.columns.findIndex((column) => (table.parent === null ? column.name === table.key[0] : column.source === "parentKey"));
}
