import { CliError } from "./exit.ts";
import { type Args, text } from "./options.ts";

/** The mapping's file, for commands that take nothing else: `--mapping`, or the one argument. */
export function mappingPath(args: Args): string | undefined {
  const named = text(args, "mapping");
  const [first, second] = args._;
  const extra = named === undefined ? second : first;
  if (extra !== undefined) throw new CliError("argument-unknown", `what is \`${extra}\` for? this command takes one mapping`);
  return named ?? first;
}
