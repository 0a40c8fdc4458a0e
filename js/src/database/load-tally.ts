import type { Collection } from "../core/collection.ts";
import { isGuarded } from "./apply.ts";
import type { LoadPart } from "./load-part.ts";
import type { LoadReport } from "./load.ts";
import { issuesOf, supersededOutcome } from "./made-outcome.ts";
import { noCounts, type FailedOutcome, type Outcome } from "./outcome.ts";

const KEPT_FAILURES = 1_000;

/** Counts what came of the documents of a load, and tells it. @internal */
export class Tally {
  documents = 0;
  readonly #counts = noCounts();
  #written = 0;
  #removed = 0;
  readonly #failed: FailedOutcome[] = [];
  readonly #told: ((outcome: Outcome) => void) | undefined;

  constructor(told: ((outcome: Outcome) => void) | undefined) {
    this.#told = told;
  }

  /** An outcome with the numbers that documents have in the load. */
  add(outcome: Outcome): void {
    this.#counts[outcome.outcome]++;
    if (outcome.outcome !== "failed") {
      this.#written += outcome.written;
      this.#removed += outcome.removed;
    } else if (this.#failed.length < KEPT_FAILURES) {
      this.#failed.push(outcome);
    }
    this.#told?.(outcome);
  }

  /** The outcome of a document, and those of its older states in the same batch; gives the first with the load's numbers. */
  tell(collection: Collection, part: LoadPart, outcome: Outcome): Outcome {
    const own = part.numbered(outcome);
    this.add(own);
    for (const older of part.batch.superseded.get(outcome.document) ?? []) this.add(part.numbered(supersededOutcome(older, outcome, isGuarded(collection), issuesOf(part.batch, older.document))));
    return own;
  }

  report(): LoadReport {
    return { documents: this.documents, counts: this.#counts, written: this.#written, removed: this.#removed, failed: this.#failed };
  }
}
