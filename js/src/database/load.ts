import type { Collection, DocumentInput } from "../core/collection.ts";
import { isGuarded, outcomeOf, writable, type WriteOptions } from "./apply.ts";
import { applyAgain, waitsForOthers } from "./apply-again.ts";
import type { Applied } from "./apply-chunk.ts";
import type { Batches } from "./batches.ts";
import { chunksOf, LOAD_AGGREGATES, type Member, type Version } from "./batch.ts";
import { Chunks } from "./load-chunks.ts";
import { HeldBack } from "./held-back.ts";
import { loadEmpty } from "./load-empty.ts";
import { type LoadPart, mappedPart, mappedParts } from "./load-part.ts";
import { Tally } from "./load-tally.ts";
import { supersededOutcome } from "./made-outcome.ts";
import type { FailedOutcome, Outcome, OutcomeCounts } from "./outcome.ts";
import type { Session } from "./session.ts";

/** Options of {@link Database.load}. */
export interface LoadOptions extends WriteOptions {
  /**
   * - `live` (default): into tables that others write to meanwhile. Documents are guarded as {@link Database.apply} guards them: where
   *   all of a thousand are new, straight into the tables, else by way of staging tables. Loading again does no harm.
   * - `empty`: straight into tables without rows, in one transaction that keeps other writers out: all or nothing.
   */
  readonly into?: "live" | "empty";
  /** Gives the version of a document, by its index in its batch. Default: what stands at the mapping's path. */
  readonly version?: (document: number, batch: DocumentInput) => Version;
  /**
   * Told of each document's outcome, once; its `document` counts over all batches. Those that wait for others may be told of at the end. A load into empty tables commits when all are told: they hold if
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

/** @internal */
export function load(session: Session, collection: Collection, batches: Batches, options: LoadOptions = {}, heldBack = new HeldBack()): Promise<LoadReport> {
  return options.into === "empty" ? loadEmpty(session, collection, batches, options) : loadLive(session, collection, batches, options, heldBack);
}

/** The next chunk is mapped while PostgreSQL works on the last: not before that has something to work on. */
async function loadLive(session: Session, collection: Collection, batches: Batches, options: LoadOptions, heldBack: HeldBack): Promise<LoadReport> {
  const tally = new Tally(options.onOutcome);
  const writer = new Chunks(session, collection);
  let working: Promise<void> = Promise.resolve();
  try {
    for await (const part of withHeldBack(session, collection, batches, options, tally, heldBack, () => working)) {
      const { batch } = part;
      const tell = (member: Member, outcome: Outcome): void => {
        const own = tally.tell(collection, part, outcome);
        for (const state of heldBack.replaced(member.key, () => batch.version(member))) tally.add(supersededOutcome(state, own, isGuarded(collection), state.issues));
      };
      let left = 1;
      const release = (): void => {
        if (--left === 0) batch.free();
      };
      try {
        const results = new Map<string, Applied>();
        const chunks = chunksOf(batch, writable(batch, collection), session.inTransaction, LOAD_AGGREGATES);
        for (const chunk of chunks) {
          const write = writer.write(batch, chunk);
          await working;
          left++;
          await new Promise<void>((begun) => {
            working = write(begun).then(async (done) => {
              for (const [key, result] of done) results.set(key, result);
              for (const member of chunk) if (!waitsForOthers(results.get(member.key))) tell(member, outcomeOf(batch, member, results));
              if (chunk !== chunks.at(-1)) return;
              // What they wait for may have come with a later chunk, or comes with a later batch.
              const waiting = chunks.flat().filter(({ key }) => waitsForOthers(results.get(key)));
              const last = waiting.length === 0 ? results : await applyAgain(session, collection, batch, results);
              for (const member of waiting) if (!waitsForOthers(last.get(member.key)) || !heldBack.hold(part, member)) tell(member, outcomeOf(batch, member, last));
            }).finally(release);
            // A failure is thrown where it is waited for.
            working.then(begun, begun);
          });
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

/** The batches, and what waited for others of them as one more: at the end, and where much of it waits. `done` is when all before it was sent. */
async function* withHeldBack(session: Session, collection: Collection, batches: Batches, options: LoadOptions, tally: Tally, heldBack: HeldBack, done: () => Promise<void>): AsyncGenerator<LoadPart> {
  const again = (): Promise<LoadPart> => {
    const { bson, versions, number } = heldBack.take();
    return mappedPart(session, collection, bson, versions, number, options, tally);
  };
  for await (const part of mappedParts(session, collection, batches, options, tally)) {
    yield part;
    if (!heldBack.enough) continue;
    await done();
    yield await again();
    await done();
    heldBack.tried();
  }
  await done();
  heldBack.close();
  if (heldBack.any) yield await again();
}
