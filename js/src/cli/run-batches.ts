import type { Collection, Lookups } from "../core/collection.ts";
import type { Documents } from "../core/documents.ts";
import type { Plan } from "../core/plan.ts";
import type { Rows } from "../core/rows.ts";
import { splitBson } from "../bson/split-bson.ts";
import type { Batch } from "./input/batch.ts";
import type { Format } from "./input/format.ts";
import { batches, findSources } from "./input/sources.ts";
import { startProgress, type Progress } from "./output/progress.ts";
import { say } from "./output/streams.ts";
import type { Tally } from "./output/tally.ts";
import { standIns, unresolved } from "./stand-ins.ts";

/** What to read, and how. */
export interface Input {
  paths: readonly string[];
  plan: Plan;
  collection: string | undefined;
  format: Format | undefined;
  lookups: Lookups | undefined;
  /** Whether keys that are looked up may get stand-ins: where rows are only looked at. */
  standIns?: boolean;
  quiet: boolean;
}

/** A batch and what it became. */
export interface Step {
  collection: Collection;
  batch: Batch;
  rows: Rows;
  /** The documents of rows of this batch. */
  back(rows: Rows): Documents;
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

/** Rows of all documents, batch by batch; findings go to the tally. `begin` is told the collection of each file. */
export async function runBatches(input: Input, tally: Tally, step: (step: Step) => Promise<void> | void, begin: (collection: Collection) => Promise<void> = async () => {}): Promise<Total> {
  const sources = await findSources(input.paths, input.plan, input.collection, say);
  const sizes = sources.map((source) => source.size);
  const total = sizes.every((size) => size !== undefined) ? sizes.reduce<number>((sum, size) => sum + (size as number), 0) : undefined;
  const progress = await startProgress(total, { quiet: input.quiet, stdin: input.paths.includes("-") });
  const sum: Total = { documents: 0, refused: 0 };
  const answered = { rows: new Set<Collection>(), documents: new Set<Collection>() };
  /** Answers are given to a collection once each way; it keeps them. */
  const answers = (to: Set<Collection>, collection: Collection): { lookups?: Lookups } => {
    if (input.lookups === undefined || to.has(collection)) return {};
    to.add(collection);
    return { lookups: input.lookups };
  };
  let told = false;
  try {
    for (const source of sources) {
      const collection = input.plan.collection(source.collection);
      progress.file(source.path);
      await begin(collection);
      const name = source.path === "-" ? "stdin" : source.path;
      for await (const batch of batches(source.path, input.format, progress.read)) {
        let rows = collection.toRows(batch.bson, answers(answered.rows, collection));
        let stands: Lookups | undefined;
        if (input.standIns === true && input.lookups === undefined && unresolved(rows)) {
          stands = standIns(input.plan, collection, batch.bson);
          rows = collection.toRows(batch.bson, { lookups: stands });
          if (!told) await progress.note("keys that are looked up have stand-ins; `--id-map FILE` gives the real ones");
          told = true;
        }
        const back = (given: Rows): Documents => collection.toDocuments(given, stands === undefined ? answers(answered.documents, collection) : { lookups: stands });
        const place = (document: number | undefined): string => (document === undefined ? name : `${name}[${batch.first + document}]`);
        tally.add(rows.issueCounts, rows.issues, place);
        if (tally.missing().length > 0) findExamples(collection, batch, tally, place);
        sum.documents += rows.documents;
        sum.refused += rows.documents - rows.accepted;
        await step({ collection, batch, rows, back, place, progress });
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
function findExamples(collection: Collection, batch: Batch, tally: Tally, place: (document: number | undefined) => string): void {
  for (const [index, document] of splitBson(batch.bson).entries()) {
    const missing = tally.missing();
    if (missing.length === 0) return;
    const { issues } = collection.toRows(document);
    tally.add({}, issues.filter((issue) => missing.includes(issue.code)), () => place(index));
  }
}
