import { ownBson } from "../bson/own-bson.ts";
import { leadingDocuments, lengthOf } from "../bson/split-bson.ts";
import type { Collection, DocumentInput } from "../core/collection.ts";
import type { Issue } from "../core/issue.ts";
import { mapped, settled, writable } from "./apply.ts";
import type { Batch, Member, Version } from "./batch.ts";
import { type Batches, eachBatch } from "./batches.ts";
import type { Tally } from "./load-tally.ts";
import type { LoadOptions } from "./load.ts";
import { issuesOf } from "./made-outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { Session } from "./session.ts";

/** A batch of a load as it is mapped. @internal */
export class LoadPart {
  readonly batch: Batch;
  /** Versions by document, where the caller gives them. */
  readonly versions: readonly Version[] | undefined;
  readonly #bson: Uint8Array | readonly Uint8Array[];
  readonly #number: (document: number) => number;
  #documents: readonly Uint8Array[] | undefined;

  constructor(batch: Batch, bson: Uint8Array | readonly Uint8Array[], versions: readonly Version[] | undefined, number: (document: number) => number) {
    this.batch = batch;
    this.versions = versions;
    this.#bson = bson;
    this.#number = number;
  }

  /** The number of a document in the load. */
  number(document: number): number {
    return this.#number(document);
  }

  /** BSON of a document, as a view. */
  document(document: number): Uint8Array | undefined {
    this.#documents ??= this.#bson instanceof Uint8Array ? leadingDocuments(this.#bson) : this.#bson;
    return this.#documents[document];
  }

  /** What was found in a document, with its number in the load. */
  issues(document: number): readonly Issue[] {
    return numbered(issuesOf(this.batch, document), this.#number(document));
  }

  /** An outcome with the numbers that documents have in the load. */
  numbered(outcome: Outcome): Outcome {
    const document = this.#number(outcome.document);
    return { ...outcome, document, issues: numbered(outcome.issues, document), ...(outcome.outcome !== "deleted" && outcome.supersededBy !== undefined ? { supersededBy: this.#number(outcome.supersededBy) } : {}) } as Outcome;
  }
}

const numbered = (issues: readonly Issue[], document: number): readonly Issue[] => issues.map((issue) => (issue.document === undefined ? issue : { ...issue, document }));

/** The batches as they are mapped; documents that are not even tried are counted. @internal */
export async function* mappedParts(session: Session, collection: Collection, batches: Batches, options: LoadOptions, tally: Tally): AsyncGenerator<LoadPart> {
  for await (const documents of eachBatch(batches)) {
    const { version } = options;
    const versions = version && Array.from({ length: countOf(documents) }, (_, document) => version(document, documents));
    // A copy: what waits for others is needed when the source may have written something else there.
    const bson = ownBson(documents, options.undefined === undefined ? {} : { undefined: options.undefined });
    const first = tally.documents;
    const part = await mappedPart(session, collection, bson, versions, (document) => first + document, options, tally);
    tally.documents += part.batch.documents;
    yield part;
  }
}

/** One batch. @internal */
export async function mappedPart(session: Session, collection: Collection, bson: Uint8Array | readonly Uint8Array[], versions: readonly Version[] | undefined, number: (document: number) => number, options: LoadOptions, tally: Tally): Promise<LoadPart> {
  const batch = await mapped(session, collection, bson, versions === undefined ? options : { ...options, versions });
  const part = new LoadPart(batch, bson, versions, number);
  const tried = new Set<number>(writable(batch, collection).map(({ document }: Member) => document));
  const superseded = new Set([...batch.superseded.values()].flat().map(({ document }) => document));
  settled(batch).forEach((outcome, document) => {
    if (outcome !== undefined && !tried.has(document) && !superseded.has(document)) tally.tell(collection, part, outcome);
  });
  return part;
}

/** How many documents. */
function countOf(documents: DocumentInput): number {
  if (Array.isArray(documents)) return documents.length;
  if (!(documents instanceof Uint8Array)) return 1;
  const found = leadingDocuments(documents);
  // What is behind them is one that has no end.
  return found.length + (lengthOf(found) < documents.length ? 1 : 0);
}
