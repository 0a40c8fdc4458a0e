import type { Collection, Lookups } from "../core/collection.ts";
import type { Plan } from "../core/plan.ts";
import type { Rows } from "../core/rows.ts";
import { splitBson } from "../bson/split-bson.ts";
import type { Batch } from "./input/batch.ts";
import type { Format } from "./input/format.ts";
import { batches, findSources } from "./input/sources.ts";
import { startProgress, type Progress } from "./output/progress.ts";
import { say } from "./output/streams.ts";
import type { Tally } from "./output/tally.ts";

/** What to read, and how. */
export interface Input {
  paths: readonly string[];
  plan: Plan;
  collection: string | undefined;
  format: Format | undefined;
  lookups: Lookups | undefined;
  quiet: boolean;
}

/** A batch and what it became. */
export interface Step {
  collection: Collection;
  batch: Batch;
  rows: Rows;
  /** Names a document of the batch: `payments.bson[12]`. */
  place(document: number | undefined): string;
  progress: Progress;
}

/** What was read in all. */
export interface Total {
  documents: number;
  /** Documents that did not become rows. */
  refused: number;
}

/** Rows of all documents, batch by batch; findings go to the tally. */
export async function runBatches(input: Input, tally: Tally, step: (step: Step) => Promise<void> | void): Promise<Total> {
  const sources = await findSources(input.paths, input.plan, input.collection, say);
  const sizes = sources.map((source) => source.size);
  const total = sizes.every((size) => size !== undefined) ? sizes.reduce<number>((sum, size) => sum + (size as number), 0) : undefined;
  const progress = await startProgress(total, { quiet: input.quiet, stdin: input.paths.includes("-") });
  const sum: Total = { documents: 0, refused: 0 };
  const options = input.lookups === undefined ? {} : { lookups: input.lookups };
  try {
    for (const source of sources) {
      const collection = input.plan.collection(source.collection);
      progress.file(source.path);
      const name = source.path === "-" ? "stdin" : source.path;
      for await (const batch of batches(source.path, input.format, progress.read)) {
        const rows = collection.toRows(batch.bson, options);
        const place = (document: number | undefined): string => (document === undefined ? name : `${name}[${batch.first + document}]`);
        tally.add(rows.issueCounts, rows.issues, place);
        if (tally.missing().length > 0) findExamples(collection, batch, options, tally, place);
        sum.documents += rows.documents;
        sum.refused += rows.documents - rows.accepted;
        await step({ collection, batch, rows, place, progress });
        progress.done(rows.documents);
        // Timers and signals get their turn between batches.
        await new Promise(setImmediate);
      }
    }
  } finally {
    progress.end();
  }
  return sum;
}

/** A batch tells its first thousand findings; for a code that none of them has, its documents are asked one by one. */
function findExamples(collection: Collection, batch: Batch, options: { lookups?: Lookups }, tally: Tally, place: (document: number | undefined) => string): void {
  for (const [index, document] of splitBson(batch.bson).entries()) {
    const missing = tally.missing();
    if (missing.length === 0) return;
    const { issues } = collection.toRows(document, options);
    tally.add({}, issues.filter((issue) => missing.includes(issue.code)), () => place(index));
  }
}
