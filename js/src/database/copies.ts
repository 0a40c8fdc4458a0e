import type { Collection } from "../core/collection.ts";
import type { Batch, Member } from "./batch.ts";
import type { Session } from "./session.ts";
import { writeStatements } from "./write-statements.ts";

/** A COPY without rows has this many bytes. */
const EMPTY = 21;

/** The COPY of one table. */
interface Copy {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** The rows of aggregates for the collection's tables, or for its staging tables; parents first. Tables that get none are left out. @internal */
export function copiesOf(collection: Collection, batch: Batch, members: readonly Member[], target: "staging" | "table"): Copy[] {
  const { stagingCopy, loadCopy } = writeStatements(collection);
  return (target === "staging" ? stagingCopy : loadCopy).map((text, table) => ({ text, bytes: batch.copied(table, members, target) })).filter(({ bytes }) => bytes.length > EMPTY);
}

/**
 * Sends them, one after the other. `begun` is called when PostgreSQL has rows to work on: who computes meanwhile should do so after
 * that, or else keeps them from being sent.
 * @internal
 */
export async function sendCopies(own: Session, copies: readonly Copy[], begun: () => void): Promise<void> {
  for (const { text, bytes } of copies) await own.copyIn(text, handed(bytes, begun));
}

function* handed(bytes: Uint8Array, begun: () => void): Generator<Uint8Array> {
  yield bytes;
  // Drivers take what they can get before they send any of it.
  setTimeout(begun);
}
