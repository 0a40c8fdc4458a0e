import { migrate as migration } from "../../core/migrate.ts";
import type { Command } from "../command.ts";
import { CliError, EXIT } from "../exit.ts";
import { loadMapping } from "../load-mapping.ts";
import { type Args, JSON_OUT, QUIET } from "../options.ts";
import { sayIssues } from "../output/faults.ts";
import { print } from "../output/streams.ts";

/** What Drizzle's migrations have between statements. */
const BREAKPOINT = "--> statement-breakpoint";

export const migrate: Command = {
  description: "print the SQL from one version of a mapping to the next, with the data",
  args: {
    mappings: { type: "positional", required: false, description: "the old mapping file and the new one" },
    breakpoints: { type: "boolean", description: `for Drizzle: \`${BREAKPOINT}\` between statements, without BEGIN and COMMIT` },
    quiet: { ...QUIET, description: "no warnings" },
    json: JSON_OUT,
  },
  examples: ["rowlens migrate mapping.v1.json mapping.json | psql -v ON_ERROR_STOP=1", "rowlens migrate mapping.v1.json mapping.json --breakpoints > drizzle/0007_promote.sql"],
  async run(args: Args): Promise<number> {
    const [from, to, extra] = args._;
    if (from === undefined || to === undefined) throw new CliError("mapping-needed", "from which mapping to which?", { help: "say `rowlens migrate OLD NEW`" });
    if (extra !== undefined) throw new CliError("argument-unknown", `what is \`${extra}\` for? this command takes two mappings`);
    const { sql, statements, warnings } = migration(await loadMapping(from), await loadMapping(to));
    if (args.json === true) {
      await print(`${JSON.stringify({ statements, warnings })}\n`);
      return EXIT.fine;
    }
    if (args.quiet !== true) sayIssues(warnings);
    if (statements.length === 0) return EXIT.fine;
    await print(args.breakpoints === true ? `${statements.join(`\n${BREAKPOINT}\n`)}\n` : `BEGIN ISOLATION LEVEL READ COMMITTED;\n\n${sql}\nCOMMIT;\n`);
    return EXIT.fine;
  },
};
