import type { Issue, Severity } from "../../core/issue.ts";
import { cut, type Style } from "./style.ts";

/** An issue and where it was found. */
export interface Example {
  issue: Issue;
  /** `payments.bson[12]` */
  place: string;
}

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** Findings of a whole run: counted by code, one example of each. */
export class Tally {
  readonly #counts: Map<string, number> = new Map();
  readonly #examples: Map<string, Example> = new Map();

  /** Adds what a batch gave; `place` names a document of it. */
  add(counts: Readonly<Record<string, number>>, issues: readonly Issue[], place: (document: number | undefined) => string): void {
    for (const [code, number] of Object.entries(counts)) this.#counts.set(code, (this.#counts.get(code) ?? 0) + number);
    for (const issue of issues) if (!this.#examples.has(issue.code)) this.#examples.set(issue.code, { issue, place: place(issue.document) });
  }

  /** Codes that were counted but that no example shows: a batch tells only its first thousand findings. */
  missing(): string[] {
    return [...this.#counts.keys()].filter((code) => !this.#examples.has(code));
  }

  /** Counts by code, the gravest and most frequent first. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#sorted());
  }

  examples(): Example[] {
    return this.#sorted().flatMap(([code]) => this.#examples.get(code) ?? []);
  }

  /** The gravest severity; undefined where nothing was found. */
  worst(): Severity | undefined {
    return this.examples()[0]?.issue.severity;
  }

  /** Lines for readers. */
  lines(style: Style): string[] {
    const rows = this.#sorted();
    const width = Math.max(0, ...rows.map(([code]) => code.length));
    const digits = Math.max(0, ...rows.map(([, number]) => number.toLocaleString("en").length));
    return rows.flatMap(([code, number]) => {
      const example = this.#examples.get(code);
      const severity = example?.issue.severity ?? "info";
      const paint = severity === "error" ? style.red : severity === "warning" ? style.yellow : style.cyan;
      const head = `  ${paint(code.padEnd(width))}  ${number.toLocaleString("en").padStart(digits)}`;
      if (example === undefined) return [head];
      const indent = " ".repeat(width + digits + 6);
      const lines = [`${head}  ${cut(example.issue.message, 200)}  ${style.dim(`(${example.place})`)}`];
      if (example.issue.help !== undefined) lines.push(`${indent}${style.dim(example.issue.help)}`);
      return lines;
    });
  }

  #sorted(): [string, number][] {
    const rank = (code: string): number => RANK[this.#examples.get(code)?.issue.severity ?? "info"];
    return [...this.#counts].sort(([a, x], [b, y]) => rank(a) - rank(b) || y - x || (a < b ? -1 : 1));
  }
}
