import type { Collection, DocumentInput } from "../core/collection.ts";
import { isGuarded, mapped, outcomeOf, settled, writable, type WriteOptions } from "./apply.ts";
import { applyAgain, waitsForOthers } from "./apply-again.ts";
import type { Applied } from "./apply-chunk.ts";
import { type Batches, eachBatch } from "./batches.ts";
import { chunksOf, type Batch, type Member, type Version } from "./batch.ts";
import { loadEmpty } from "./load-empty.ts";
import { supersededOutcome } from "./made-outcome.ts";
import { mergeChunk } from "./merge-chunk.ts";
import { noCounts, type FailedOutcome, type Outcome, type OutcomeCounts } from "./outcome.ts";
import type { Session } from "./session.ts";

/** Options of {@link Database.load}. */
export interface LoadOptions extends WriteOptions {
  /**
   * - `live` (default): into tables that others write to meanwhile. Documents go through staging tables, and are guarded as
   *   {@link Database.apply} guards them; loading again does no harm.
   * - `empty`: straight into tables without rows, in one transaction that keeps other writers out: all or nothing.
   */
  readonly into?: "live" | "empty";
  /** Gives the version of a document, by its index in its batch. Default: what stands at the mapping's path. */
  readonly version?: (document: number, batch: DocumentInput) => Version;
  /**
   * Told of each document's outcome; its `document` counts over all batches. A load into empty tables commits when all are told: they hold if
   * its promise resolves, and none does where it rejects. So it is in a transaction of the caller until that commits.
   */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** What came of a load. */
export interface LoadReport {
  /** How many documents there were. */
  readonly documents: number;
  /** How many came to what. */
  readonly counts: OutcomeCounts;
  /** Rows inserted or changed, in all tables. */
  readonly written: number;
  /** Rows removed, in all tables. */
  readonly removed: number;
  /** The first thousand documents that failed. */
  readonly failed: readonly FailedOutcome[];
}

const KEPT_FAILURES = 1_000;

/** @internal */
export class Tally {
  readonly counts = noCounts();
  documents = 0;
  written = 0;
  removed = 0;
  readonly failed: FailedOutcome[] = [];
  readonly #told: ((outcome: Outcome) => void) | undefined;

  constructor(told: ((outcome: Outcome) => void) | undefined) {
    this.#told = told;
  }

  /** Outcomes of documents whose batch begins with document number `first`. */
  add(first: number, outcome: Outcome): void {
    const own = { ...outcome, document: first + outcome.document, ...("supersededBy" in outcome ? { supersededBy: first + outcome.supersededBy } : {}) } as Outcome;
    this.counts[own.outcome]++;
    if (own.outcome !== "failed") {
      this.written += own.written;
      this.removed += own.removed;
    } else if (this.failed.length < KEPT_FAILURES) {
      this.failed.push(own);
    }
    this.#told?.(own);
  }

  /** The outcome of a document, and those of its older states in the same batch. */
  tell(collection: Collection, batch: Batch, first: number, outcome: Outcome): void {
    this.add(first, outcome);
    for (const older of batch.superseded.get(outcome.document) ?? []) this.add(first, supersededOutcome(batch, older, outcome, isGuarded(collection)));
  }

  report(): LoadReport {
    const { documents, counts, written, removed, failed } = this;
    return { documents, counts, written, removed, failed };
  }
}

/** @internal */
export function load(session: Session, collection: Collection, batches: Batches, options: LoadOptions = {}): Promise<LoadReport> {
  return options.into === "empty" ? loadEmpty(session, collection, batches, options) : loadLive(session, collection, batches, options);
}

/** The next chunk is mapped while PostgreSQL works on the last. */
async function loadLive(session: Session, collection: Collection, batches: Batches, options: LoadOptions): Promise<LoadReport> {
  const tally = new Tally(options.onOutcome);
  let working: Promise<void> = Promise.resolve();
  try {
    for await (const { batch, first } of mappedBatches(session, collection, batches, options, tally)) {
      let left = 1;
      const release = (): void => {
        if (--left === 0) batch.free();
      };
      try {
        const results = new Map<string, Applied>();
        const chunks = chunksOf(batch, writable(batch, collection), session.inTransaction);
        for (const chunk of chunks) {
          const merge = mergeChunk(session, collection, batch, chunk);
          await working;
          left++;
          working = merge.run().then(async (done) => {
            for (const [key, result] of done) results.set(key, result);
            for (const member of chunk) if (!waitsForOthers(results.get(member.key))) tally.tell(collection, batch, first, outcomeOf(batch, member, results));
            if (chunk !== chunks.at(-1)) return;
            // What they wait for may have come with a later chunk.
            const waiting = chunks.flat().filter(({ key }) => waitsForOthers(results.get(key)));
            const last = waiting.length === 0 ? results : await applyAgain(session, collection, batch, results);
            for (const member of waiting) tally.tell(collection, batch, first, outcomeOf(batch, member, last));
          }).finally(release);
          // A failure is thrown where it is waited for.
          working.catch(() => undefined);
        }
      } finally {
        release();
      }
    }
  } finally {
    await working;
  }
  return tally.report();
}

/** Batches as they are mapped; documents that are not even tried are counted. @internal */
export async function* mappedBatches(session: Session, collection: Collection, batches: Batches, options: LoadOptions, tally: Tally): AsyncGenerator<{ batch: Batch; first: number }> {
  for await (const documents of eachBatch(batches)) {
    const { version } = options;
    const versions = version && Array.from({ length: countOf(documents) }, (_, document) => version(document, documents));
    const batch = await mapped(session, collection, documents, versions === undefined ? options : { ...options, versions });
    const first = tally.documents;
    tally.documents += batch.documents;
    const tried = new Set<number>(writable(batch, collection).map(({ document }: Member) => document));
    const superseded = new Set([...batch.superseded.values()].flat().map(({ document }) => document));
    settled(batch).forEach((outcome, document) => {
      if (outcome !== undefined && !tried.has(document) && !superseded.has(document)) tally.tell(collection, batch, first, outcome);
    });
    yield { batch, first };
  }
}

/** How many documents. */
function countOf(documents: DocumentInput): number {
  if (Array.isArray(documents)) return documents.length;
  if (!(documents instanceof Uint8Array)) return 1;
  const data = new DataView(documents.buffer, documents.byteOffset, documents.byteLength);
  let count = 0;
  for (let at = 0; at + 4 <= documents.length; count++) at += Math.max(5, data.getInt32(at, true));
  return count;
}
