import type { ArgsDef } from "citty";
import type { Args } from "./options.ts";

/** One command of the CLI. */
export interface Command {
  description: string;
  args: ArgsDef;
  /** Whole command lines for `--help`. */
  examples: readonly string[];
  /** Gives the exit code. */
  run(args: Args): Promise<number>;
}
