import { copyOf } from "../wasm/copy.ts";
import { view } from "../wasm/handle.ts";
import type { Issue } from "./issue.ts";

interface Found {
  readonly issues: Issue[];
  readonly counts: Record<string, number>;
}

const UTF8 = new TextDecoder();

/** What a run found: a text, until somebody asks. Documents of legacy shapes have findings each, and most callers look at none of them. @internal */
export class Findings {
  #text: Uint8Array | undefined;
  #found: Found | undefined;

  /** What the last run of `source` found. */
  static of(source: { findings(): number; text_ptr(): number }): Findings {
    const findings = new Findings();
    const length = source.findings();
    if (length > 0) findings.#text = copyOf(view(source.text_ptr(), length));
    return findings;
  }

  /** With those that were found before the run. */
  static after(before: readonly Issue[], findings: Findings): Findings {
    if (before.length === 0) return findings;
    const both = new Findings();
    const counts = { ...findings.counts };
    for (const { code } of before) counts[code] = (counts[code] ?? 0) + 1;
    both.#found = { issues: [...before.slice(0, 1000), ...findings.issues], counts };
    return both;
  }

  /** The first thousand. */
  get issues(): Issue[] {
    return this.#read().issues;
  }

  /** All of them, by code. */
  get counts(): Record<string, number> {
    return this.#read().counts;
  }

  #read(): Found {
    this.#found ??= this.#text === undefined ? { issues: [], counts: {} } : (JSON.parse(UTF8.decode(this.#text)) as Found);
    this.#text = undefined;
    return this.#found;
  }
}
