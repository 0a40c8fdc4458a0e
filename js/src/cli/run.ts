import { parseArgs } from "citty";
// The same entry as the package's: it knows the WebAssembly next to this file.
import { init } from "../entry/node.ts";
import { didYouMean } from "../core/did-you-mean.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { VERSION } from "../core/version.ts";
import type { Command } from "./command.ts";
import { check } from "./commands/check.ts";
import { ddl } from "./commands/ddl.ts";
import { documents } from "./commands/documents.ts";
import { explain } from "./commands/explain.ts";
import { migrate } from "./commands/migrate.ts";
import { roundtrip } from "./commands/roundtrip.ts";
import { rows } from "./commands/rows.ts";
import { CliError, EXIT } from "./exit.ts";
import { type Args, checkArgs } from "./options.ts";
import { sayError } from "./output/faults.ts";
import { endWithReader, print, say } from "./output/streams.ts";
import { details, overview } from "./usage.ts";

const COMMANDS: Readonly<Record<string, Command>> = { check, explain, ddl, migrate, rows, documents, roundtrip };

/** Runs a command line; the exit code is `process.exitCode`. */
export async function main(words: string[]): Promise<void> {
  endWithReader();
  // Before `--`, which ends the options.
  const options = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const machine = options.includes("--json");
  try {
    process.exitCode = await run(words, options);
  } catch (error) {
    process.exitCode = await fail(error, machine);
  }
}

async function run(words: string[], options: string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === "--version" || name === "-v") return show(VERSION);
  if (name === undefined) {
    say(overview(COMMANDS, process.stderr));
    return EXIT.misuse;
  }
  if (name === "--help" || name === "-h" || (name === "help" && rest[0] === undefined)) return show(overview(COMMANDS, process.stdout));
  const wanted = name === "help" ? (rest[0] as string) : name;
  const command = Object.hasOwn(COMMANDS, wanted) ? COMMANDS[wanted] : undefined;
  if (command === undefined) {
    const near = didYouMean(wanted, Object.keys(COMMANDS));
    throw new CliError("command-unknown", `there is no ${wanted.startsWith("-") ? "option" : "command"} \`${wanted}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}`, { help: "`rowlens --help` lists the commands" });
  }
  if (name === "help" || options.includes("--help") || options.includes("-h")) return show(details(wanted, command, process.stdout));
  await init();
  const args = parseArgs(rest, command.args) as unknown as Args;
  checkArgs(args, command.args);
  return command.run(args);
}

async function show(text: string): Promise<number> {
  await print(`${text}\n`);
  return EXIT.fine;
}

/** Says what went wrong: on stderr for readers, with `--json` on stdout for machines too. */
async function fail(error: unknown, machine: boolean): Promise<number> {
  if (!(error instanceof CliError) && !RowlensError.is(error)) {
    if (machine) await print(`${JSON.stringify({ error: { code: "bug", message: String(error) } })}\n`);
    say(`rowlens ${VERSION} has a fault; please report it:`);
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return EXIT.bug;
  }
  const help = error instanceof CliError ? error.help : undefined;
  if (machine) await print(`${JSON.stringify({ error: { code: error.code, message: error.message, ...(help === undefined ? {} : { help }), ...(error.issues.length === 0 ? {} : { issues: error.issues }) } })}\n`);
  sayError(error.message, help, error.issues);
  return EXIT.misuse;
}
