import { complementOf } from "../complement.ts";
import { CliError, EXIT } from "../exit.ts";
import { loadIdMap } from "../id-map.ts";
import { FORMATS } from "../input/format.ts";
import { loadMapping } from "../load-mapping.ts";
import { type Args, choice, COLLECTION, FILES, FORMAT, ID_MAP, JSON_OUT, MAPPING, QUIET, text } from "../options.ts";
import { issueLines } from "../output/faults.ts";
import { print } from "../output/streams.ts";
import { bytes, count, styleFor } from "../output/style.ts";
import { Tally } from "../output/tally.ts";
import { runBatches } from "../run-batches.ts";
import type { Command } from "../command.ts";
import type { Plan } from "../../core/plan.ts";

export const check: Command = {
  description: "check a mapping, and documents against it",
  args: { files: FILES, mapping: MAPPING, collection: COLLECTION, strict: { type: "boolean", description: "warnings count as faults too" }, format: FORMAT, "id-map": ID_MAP, json: JSON_OUT, quiet: QUIET },
  examples: ["rowlens check mapping.json", "rowlens check dump/shop --mapping mapping.json"],
  async run(args: Args): Promise<number> {
    const named = text(args, "mapping");
    const [path, paths] = named === undefined ? [args._[0], args._.slice(1)] : [named, args._];
    if (named === undefined && paths.length > 0) throw new CliError("mapping-needed", "which of the files is the mapping?", { help: "say `--mapping FILE`" });
    const strict = args.strict === true;
    const style = styleFor(process.stdout);
    let plan: Plan;
    try {
      plan = await loadMapping(path);
    } catch (error) {
      // Here the faults are the answer.
      if (!(error instanceof CliError) || error.issues.length === 0) throw error;
      await print(args.json === true ? `${JSON.stringify({ ok: false, mapping: error.issues })}\n` : `${[style.red(error.message), ...issueLines(error.issues, style)].join("\n")}\n`);
      return EXIT.found;
    }
    const tally = new Tally();
    const complement = { documents: 0, bytes: 0 };
    const total =
      paths.length === 0
        ? undefined
        : await runBatches({ paths, plan, collection: text(args, "collection"), format: choice(args, "format", FORMATS), lookups: await loadIdMap(text(args, "id-map")), standIns: true, quiet: args.quiet === true }, tally, ({ rows }) => {
            const used = complementOf(rows);
            complement.documents += used.documents;
            complement.bytes += used.bytes;
          });
    const faults = (total?.refused ?? 0) > 0 || tally.worst() === "error" || (strict && (tally.worst() === "warning" || plan.warnings.some((issue) => issue.severity !== "info")));
    if (args.json === true) {
      const documents = total === undefined ? {} : { ...total, complement, issues: tally.counts(), examples: tally.examples().map(({ issue, place }) => ({ ...issue, place })) };
      await print(`${JSON.stringify({ ok: !faults, mapping: plan.warnings, ...documents })}\n`);
    } else {
      const tables = plan.description.reduce((sum, collection) => sum + collection.tables.length, 0);
      const lines = [`${style.green("the mapping is fine")}: ${count(plan.description.length, "collection")}, ${count(tables, "table")}`, ...issueLines(plan.warnings, style)];
      if (total !== undefined) {
        const refused = total.refused === 0 ? "all become rows" : style.red(`${total.refused.toLocaleString("en")} refused`);
        lines.push(`${count(total.documents, "document")}, ${refused}; ${complement.documents === 0 ? "none needs a complement" : `${complement.documents.toLocaleString("en")} with a complement, ${bytes(complement.bytes)} in all`}`, ...tally.lines(style));
      }
      await print(`${lines.join("\n")}\n`);
    }
    return faults ? EXIT.found : EXIT.fine;
  },
};

