import { compile, toExtendedJson, type Collection, type Issue, type Plan, type Rows, type TableInput } from "rowlens";
import { expect } from "vitest";
import fc from "fast-check";
import { escrowDocuments, escrowMapping } from "./escrow.ts";
import { documentFor, mapping } from "./mapping.ts";

/** One collection's documents and rows, to be stored and read back. */
export interface Stored {
  collection: Collection;
  documents: Uint8Array[];
  rows: Rows;
  /** The part whose rows pass a test. */
  only(test: (rows: Rows) => boolean): Stored;
}

/** The escrow example: documents of every collection. */
export function escrow(): { plan: Plan; all: Stored[] } {
  const plan = compile(escrowMapping, { fidelity: "exact" });
  const all = [...escrowDocuments(5)].map(([name, list]) => store(plan.collection(name), list.map(({ bson }) => bson)));
  return { plan, all };
}

/** Documents made up for every column type there is. */
export function madeUp(count: number): { plan: Plan; all: Stored[] } {
  const plan = compile(mapping, { fidelity: "exact" });
  const collection = plan.collection("everything");
  const keys = new Set<unknown>();
  const documents = fc.sample(documentFor, { numRuns: count, seed: 20_000 }).filter((document) => {
    const key = collection.toRows(document).tables[0]?.objects({ json: "text" })[0]?.id;
    return !keys.has(key) && keys.add(key);
  });
  return { plan, all: [store(collection, documents)] };
}

function store(collection: Collection, documents: Uint8Array[]): Stored {
  const rows = collection.toRows(documents);
  expect(rows.accepted).toBe(documents.length);
  return { collection, documents, rows, only: (test) => store(collection, documents.filter((document) => test(collection.toRows(document)))) };
}

/** What was stored, read back as rows per table, is the same documents, in whatever order; gives the issues. */
export function expectBack(stored: Stored, input: Record<string, TableInput>, options: { unless?: (document: Uint8Array, issues: readonly Issue[]) => boolean; missing?: (issues: readonly Issue[]) => number } = {}): readonly Issue[] {
  const back = stored.collection.toDocuments(input);
  const left = new Map(stored.documents.map((document) => [hex(document), document]));
  const foreign = back.documents.filter((document) => !left.delete(hex(document)));
  const key = (document: Uint8Array): string => String(stored.collection.keyOf(document));
  for (const document of foreign) {
    // Drivers may lose what they say they lose, and nothing else.
    const nearest = [...left.values()].find((candidate) => key(candidate) === key(document));
    if (nearest === undefined || !(options.unless?.(nearest, back.issues) ?? false)) expect(toExtendedJson(document), stored.collection.name).toBe(nearest === undefined ? "a stored document" : toExtendedJson(nearest));
    else left.delete(hex(nearest));
  }
  expect(left.size).toBeLessThanOrEqual(options.missing?.(back.issues) ?? 0);
  return back.issues;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
