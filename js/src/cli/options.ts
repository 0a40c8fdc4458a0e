import type { ArgsDef } from "citty";
import { didYouMean } from "../core/did-you-mean.ts";
import { CliError } from "./exit.ts";

/** Options that several commands have. */
export const MAPPING = { type: "string", alias: "m", valueHint: "file", description: "mapping file (JSON)" } as const;
export const COLLECTION = { type: "string", alias: "c", valueHint: "name", description: "collection; default: the file's name (payments.bson), or the mapping's only one" } as const;
export const FORMAT = { type: "string", valueHint: "json|ndjson|bson", description: "format of the files; default: what the name says, else what the bytes say" } as const;
export const ID_MAP = { type: "string", valueHint: "file", description: "rows of id_map for keys with `as: \"lookup\"` (COPY text: collection, mongo_id, pg_id)" } as const;
export const FIDELITY = { type: "string", valueHint: "exact|value", description: "what counts as the same document: every byte, or all but the order of keys; default: what the mapping says" } as const;
export const JSON_OUT = { type: "boolean", description: "print one JSON object for machines" } as const;
export const QUIET = { type: "boolean", alias: "q", description: "no progress" } as const;
export const FILES = { type: "positional", required: false, description: "files of documents (.json .ndjson .jsonl .bson, each also .gz), folders of them, or - for stdin" } as const;

/** What citty parsed. */
export type Args = Record<string, unknown> & { _: string[] };

/** Refuses options that the command does not have, and options without their value: citty lets both pass. */
export function checkArgs(args: Args, defined: ArgsDef): void {
  const names = Object.keys(defined).filter((name) => defined[name]?.type !== "positional");
  const aliases = names.flatMap((name) => [name, camel(name), ...([defined[name] as { alias?: string | string[] }].flatMap((one) => one.alias ?? []))]);
  for (const name of Object.keys(args)) {
    if (name === "_" || aliases.includes(name) || defined[name]?.type === "positional") continue;
    const near = didYouMean(name, names);
    throw new CliError("option-unknown", `there is no option \`${name.length === 1 ? "-" : "--"}${name}\`${near === undefined ? "" : `; did you mean \`--${near}\`?`}`);
  }
  for (const name of names) if (defined[name]?.type === "string" && args[name] === "") throw new CliError("option-value", `\`--${name}\` needs a value`);
}

const camel = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A text option; undefined where it is not given. */
export function text(args: Args, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" ? value : undefined;
}

/** A text option with few values. */
export function choice<T extends string>(args: Args, name: string, choices: readonly T[]): T | undefined {
  const value = text(args, name);
  if (value === undefined || choices.includes(value as T)) return value as T | undefined;
  const near = didYouMean(value, choices);
  throw new CliError("option-value", `\`--${name} ${value}\` is none of ${choices.map((one) => `\`${one}\``).join(", ")}${near === undefined ? "" : `; did you mean \`${near}\`?`}`);
}

/** The files; at least one. */
export function files(args: Args): string[] {
  if (args._.length === 0) throw new CliError("file-needed", "which files?", { help: "name files of documents, a folder of them, or `-` for stdin" });
  if (args._.filter((path) => path === "-").length > 1) throw new CliError("file-needed", "`-` can be there once");
  return args._;
}
