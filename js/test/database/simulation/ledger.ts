import { isDeepStrictEqual } from "node:util";
import type { Outcome } from "../../../src/database/outcome.ts";
import { POISON, type Event, type Order } from "./model.ts";

/** What everybody may rely on while it goes on: what was acknowledged is there for all who look later, or something newer is. */
export class Ledger {
  /** What somebody saw that must not be. */
  readonly faults: string[] = [];
  /** Writes that failed, and must not. */
  readonly failures: string[] = [];
  /** By key: events in the order in which they happened. */
  readonly #events: ReadonlyMap<string, readonly Event[]>;
  /** By key: place of the newest event that was acknowledged. */
  readonly #acknowledged = new Map<string, number>();

  constructor(events: readonly Event[]) {
    this.#events = new Map(events.map(({ key }) => [key, events.filter((event) => event.key === key)]));
  }

  /** An outcome other than `failed` says that PostgreSQL has this event or a newer one. */
  acknowledge(key: string, version: number, deleted: boolean, outcome: Outcome): void {
    if (key === POISON._id && outcome.outcome !== "failed") {
      this.faults.push(`what PostgreSQL refuses is said to be ${outcome.outcome}`);
    } else if (outcome.outcome === "failed") {
      if (key !== POISON._id || outcome.reason !== "check-failed") this.failures.push(`${deleted ? "the delete of " : ""}${key}@${version} failed: ${outcome.reason}: ${outcome.message}`);
    } else {
      const place = this.#events.get(key)?.findIndex((event) => event.version === version && (event.document === undefined) === deleted) ?? -1;
      this.#acknowledged.set(key, Math.max(place, this.#acknowledged.get(key) ?? -1));
    }
  }

  /** What a look that begins now must not be behind of. */
  now(): ReadonlyMap<string, number> {
    return new Map(this.#acknowledged);
  }

  /** What somebody saw who began to look at `since`. */
  saw(keys: readonly string[], documents: readonly Order[], since: ReadonlyMap<string, number>): void {
    const found = new Map(documents.map((document) => [document._id, document]));
    for (const key of keys) {
      const events = this.#events.get(key) ?? [];
      const least = since.get(key) ?? -1;
      const document = found.get(key);
      if (document === undefined) {
        if (least >= 0 && !events.some((event, place) => place >= least && event.document === undefined)) this.faults.push(`${named(events[least])} was acknowledged, and it is not there`);
        continue;
      }
      const place = events.findIndex((event) => event.document?.v === document.v);
      if (place < 0 || !isDeepStrictEqual(events[place]?.document, document)) this.faults.push(`${key} never was as it is there: ${JSON.stringify(document)}`);
      else if (place < least) this.faults.push(`${named(events[least])} was acknowledged, and it is there in version ${document.v}`);
    }
  }
}

const named = (event: Event | undefined): string => `${event?.document === undefined ? "the delete of " : ""}${event?.key}@${event?.version}`;
