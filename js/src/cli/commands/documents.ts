import { splitBson } from "../../bson/split-bson.ts";
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
import { findTables } from "../tables/table-files.ts";
import { filedRows, sizeOf } from "../tables/filed-rows.ts";
import { printedRows } from "../tables/printed-rows.ts";
import type { Command } from "../command.ts";

export const documents: Command = {
  description: "turn rows back into documents",
  args: {
    files: { type: "positional", required: false, description: "a folder that `rowlens rows --out` wrote, files of rows named after their tables (.ndjson .tsv .pgcopy, each also .gz), or - for what `rowlens rows` prints" },
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
  examples: ["rowlens rows payments.bson -m mapping.json | rowlens documents - -m mapping.json", "rowlens documents rows/ --mapping mapping.json --collection payments", "rowlens documents rows/ -m mapping.json -c payments --out payments.bson"],
  async run(args: Args): Promise<number> {
    const out = text(args, "out");
    const as = choice(args, "as", ["ndjson", "bson"]) ?? (out?.endsWith(".bson") ? "bson" : "ndjson");
    if (as === "bson" && out === undefined && process.stdout.isTTY) throw new CliError("out-needed", "BSON is not printed on a terminal", { help: "say `--out FILE`, or use a pipe" });
    const plan = await loadMapping(text(args, "mapping"));
    const from = choice(args, "from", ["ndjson", "copy-text", "copy-binary"]);
    const lookups = await loadIdMap(text(args, "id-map"));
    const paths = files(args);
    const stdin = paths.includes("-");
    if (stdin && paths.length > 1) throw new CliError("file-needed", "`-` stands alone: rows on stdin are of all tables");
    const found = stdin ? undefined : await findTables(paths, plan, text(args, "collection"), from);
    const sink = out === undefined ? undefined : await openOut(out);
    const progress = await startProgress(stdin ? undefined : await sizeOf(paths), { quiet: args.quiet === true, stdin });
    progress.file(stdin ? "stdin" : (paths[0] as string));
    const batches = found === undefined ? printedRows(plan, text(args, "collection"), progress.read) : filedRows(found, plan, progress.read);
    const tally = new Tally();
    let number = 0;
    try {
      for await (const { collection, input } of batches) {
        const back = collection.toDocuments(input, number === 0 && lookups !== undefined ? { lookups } : {});
        const first = number;
        tally.add(back.issueCounts, back.issues, (document) => (document === undefined ? collection.name : `${collection.name}[${first + document}]`));
        number += back.count;
        for (const part of parts(back.bson)) {
          const data = as === "bson" ? part : `${toExtendedJson(part, { relaxed: args.relaxed === true })}\n`;
          if (sink === undefined) await print(data);
          else await sink.writeFile(data);
        }
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

/** Documents about a megabyte at a time: as text they have several times their bytes. */
function* parts(bson: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  let end = 0;
  for (const document of splitBson(bson)) {
    end += document.length;
    if (end - start < BATCH_BYTES) continue;
    yield bson.subarray(start, end);
    start = end;
  }
  if (end > start) yield bson.subarray(start, end);
}
