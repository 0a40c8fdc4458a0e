import type { ArgsDef } from "citty";
import { VERSION } from "../core/version.ts";
import type { Command } from "./command.ts";
import { styleFor, type Style } from "./output/style.ts";

const EXIT_CODES = [
  ["0", "all is well"],
  ["1", "an answer, but a bad one: documents that differ or were refused; under `check`, a mapping with faults"],
  ["2", "no answer: wrong usage, a file that cannot be read, a mapping that does not compile"],
  ["3", "a fault of rowlens itself"],
] as const;

/** Help for all commands. */
export function overview(commands: Readonly<Record<string, Command>>, stream: { isTTY?: boolean }): string {
  const style = styleFor(stream);
  return [
    `${style.bold("rowlens")} ${VERSION}  MongoDB documents to PostgreSQL rows and back`,
    "",
    style.bold("Usage"),
    "  rowlens COMMAND [FILES] [OPTIONS]",
    "",
    style.bold("Commands"),
    ...columns(Object.entries(commands).map(([name, command]) => [name, command.description]), style),
    "",
    style.bold("Options"),
    ...columns([["-h, --help", "this text; `rowlens COMMAND --help` tells more"], ["-v, --version", "print the version"]], style),
    "",
    ...exitCodes(style),
  ].join("\n");
}

/** Help for one command. */
export function details(name: string, command: Command, stream: { isTTY?: boolean }): string {
  const style = styleFor(stream);
  const positional = Object.entries(command.args).find(([, arg]) => arg.type === "positional");
  return [
    `${style.bold(`rowlens ${name}`)}  ${command.description}`,
    "",
    style.bold("Usage"),
    `  rowlens ${name}${positional === undefined ? "" : ` [${positional[0].toUpperCase()}]`} [OPTIONS]`,
    "",
    ...(positional === undefined ? [] : [style.bold(positional[0].toUpperCase()), `  ${positional[1].description}`, ""]),
    style.bold("Options"),
    ...columns(options(command.args), style),
    "",
    style.bold("Examples"),
    ...command.examples.map((line) => `  ${line}`),
    "",
    ...exitCodes(style),
  ].join("\n");
}

function options(args: ArgsDef): [string, string][] {
  return Object.entries(args).flatMap(([name, arg]): [string, string][] => {
    if (arg.type === "positional") return [];
    const alias = "alias" in arg && typeof arg.alias === "string" ? `-${arg.alias}, ` : "    ";
    if (arg.type === "boolean" && arg.default === true) return [[`    --no-${name}`, arg.negativeDescription ?? ""]];
    return [[`${alias}--${name}${arg.valueHint === undefined ? "" : ` ${arg.valueHint.includes("|") ? arg.valueHint : arg.valueHint.toUpperCase()}`}`, arg.description ?? ""]];
  });
}

const exitCodes = (style: Style): string[] => [style.bold("Exit codes"), ...EXIT_CODES.map(([code, meaning]) => `  ${style.cyan(code)}  ${meaning}`)];

function columns(rows: readonly (readonly [string, string])[], style: Style): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${style.cyan(left)}${" ".repeat(width - left.length)}  ${right}`.trimEnd());
}
