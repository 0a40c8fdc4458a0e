import type { Issue } from "../../core/issue.ts";
import { say } from "./streams.ts";
import { styleFor, type Style } from "./style.ts";

/** An error for readers: what is wrong, every issue with its path, what to do. */
export function sayError(message: string, help: string | undefined, issues: readonly Issue[]): void {
  const style = styleFor(process.stderr);
  say(`${style.red("error")}  ${message}`);
  for (const line of issueLines(issues, style)) say(line);
  if (help !== undefined) say(`       ${style.dim(help)}`);
}

/** Issues beside a result. */
export function sayIssues(issues: readonly Issue[]): void {
  for (const line of issueLines(issues, styleFor(process.stderr))) say(line);
}

/** Issues of a mapping, two or three lines each. */
export function issueLines(issues: readonly Issue[], style: Style): string[] {
  return issues.flatMap((issue) => {
    const paint = issue.severity === "error" ? style.red : issue.severity === "warning" ? style.yellow : style.cyan;
    const lines = [`  ${style.bold(issue.path === "" ? "(mapping)" : issue.path)}  ${paint(issue.code)}`, `    ${issue.message}`];
    if (issue.help !== undefined) lines.push(`    ${style.dim(issue.help)}`);
    return lines;
  });
}
