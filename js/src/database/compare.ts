import { encodeDocument } from "../bson/encode-document.ts";
import { splitBson } from "../bson/split-bson.ts";
import type { Collection, DocumentInput, Lookups } from "../core/collection.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { type Batches, eachBatch } from "./batches.ts";
import { type Candidate, differing, PAGE, type Tally } from "./bisect.ts";
import type { Difference, DifferenceClass } from "./difference.ts";
import { type DigestedBatch, DigestIndex, digestBatch, eachDigest, onlyElement } from "./digest-index.ts";
import { countKeyless, type Digest, equalDigests, readDigests, readKeyDigests } from "./digests.ts";
import type { Key } from "./keys.ts";
import { answersFor } from "./lookups.ts";
import { readInto } from "./read.ts";
import { RecordReader } from "./record-reader.ts";
import type { Session } from "./session.ts";

/** Options of a comparison. */
export interface CompareOptions {
  /**
   * Reads documents again by `_id` (each a BSON document that has nothing else; those that are gone are left out). What differs is told only if it
   * still does then: meanwhile both stores went on. Without it, documents come from `batches` once more, where that is a function.
   */
  recheck?: (ids: readonly Uint8Array[]) => DocumentInput | Promise<DocumentInput>;
  /** Differing values as text, in the documents and in the database. Default false: reports hold no data but keys. */
  values?: boolean;
  /** Differing documents that are told in detail; others are only counted. Default 1 000. */
  limit?: number;
  /** Compare with what the `hash` column holds, which others do not keep, instead of with the rows. Default false. */
  stored?: boolean;
  /** Answers of `id_map` that are known already. Default: they are asked for, batch by batch. */
  lookups?: Lookups;
}

/** What a comparison found. */
export interface Comparison {
  /** The collection. */
  readonly collection: string;
  /** Nothing differs, no document was refused, and no row is without its key. */
  readonly equal: boolean;
  /** Documents that were compared, each key once, and the rows they become. */
  readonly documents: number;
  /** Rows of the documents. */
  readonly rows: number;
  /** Documents that cannot become rows. */
  readonly refused: number;
  /** What the database has. */
  readonly database: { readonly documents: number; readonly rows: number };
  /**
   * Rows of the database whose root key is NULL, in all tables: they are no document's, and a primary key would not have let them in.
   * `checkDatabase` says which table lacks it. They are counted where the digest of all differs.
   */
  readonly keyless: number;
  /** Statements that were sent, those that asked `id_map` aside. */
  readonly queries: number;
  /** Ranges of keys whose digests they asked for. */
  readonly ranges: number;
  /** Documents that differ. */
  readonly differing: number;
  /** Documents that differed at first, and no longer when they were read again. */
  readonly settled: number;
  /** Differences of the first documents that differ. */
  readonly differences: readonly Difference[];
  /** Differences by class, all of them; documents that are not told in detail count as one. */
  readonly counts: Readonly<Partial<Record<DifferenceClass, number>>>;
}

/** Documents that are read again at a time. */
const AT_ONCE = 100;

/** Compares all documents of a collection with its tables: digests where nothing differs, rows of what does. */
export async function compareDocuments(session: Session, collection: Collection, batches: Batches | (() => Batches), options: CompareOptions = {}): Promise<Comparison> {
  const again = typeof batches === "function" ? batches : undefined;
  const stored = options.stored ?? false;
  // PostgreSQL computes its digest while documents are read.
  const digest = readDigests(session, collection, { stored });
  digest.catch(() => undefined);
  const index = new DigestIndex(collection);
  let refused = 0;
  for await (const batch of eachBatch(again?.() ?? (batches as Batches))) {
    const digested = digestBatch(collection, batch, await answersFor(session, collection, batch, options.lookups));
    refused += digested.refused;
    index.add(digested.bytes);
  }
  index.finish();
  const tally: Tally = { queries: 1, ranges: 0 };
  const whole = (await digest)[0] as Digest;
  // Rows in no range of keys differ by the digest of all alone.
  const differs = !equalDigests(whole, index.digest(0, index.size, stored));
  const keyless = differs ? await countKeyless(session, collection) : 0;
  if (differs) tally.queries++;
  const report = new Report(collection);
  const detailed: Candidate[] = [];
  for await (const candidate of differing(session, collection, index, whole, !stored, tally)) {
    if (detailed.length < (options.limit ?? 1_000)) detailed.push(candidate);
    else report.coarse(candidate);
  }
  const source = options.recheck ?? (again && detailed.length > 0 ? await documentsOf(session, collection, again(), detailed, index, options.lookups) : undefined);
  for (let at = 0; at < detailed.length; at += AT_ONCE) {
    const part = detailed.slice(at, at + AT_ONCE);
    if (source === undefined) part.forEach((candidate) => report.coarse(candidate, true));
    else await tell(report, part, (few) => differences(session, collection, index, few, source, options, tally));
  }
  const { rows } = index.digest(0, index.size, false);
  return { collection: collection.name, equal: report.differing === 0 && refused === 0 && keyless === 0, documents: index.size, rows, refused, database: { documents: whole.documents, rows: whole.rows }, keyless, ...tally, ...report.found };
}

/** Documents as they are now, by `_id` or by key. */
type Source = (ids: readonly Uint8Array[], keys: readonly Key[]) => DocumentInput | Promise<DocumentInput>;

/** Collects what is found. */
class Report {
  readonly #root: string;
  differing = 0;
  #settled = 0;
  readonly #differences: Difference[] = [];
  readonly #counts: Partial<Record<DifferenceClass, number>> = {};

  constructor(collection: Collection) {
    this.#root = collection.tables[0]?.name ?? "";
  }

  /** A document of which no more is known than that it differs. */
  coarse({ key, at, stored }: Candidate, told = false): void {
    const difference: Difference = { class: at === undefined ? "extra" : stored ? "differing" : "missing", key, table: this.#root, row: [key], rows: 1 };
    this.differing++;
    this.#add(difference, told);
  }

  /** Documents that were read again, with what differs still. */
  fine(candidates: readonly Candidate[], list: readonly Difference[]): void {
    const keys = new Set(list.map(({ key }) => key));
    this.differing += keys.size;
    this.#settled += candidates.length - keys.size;
    for (const difference of list) this.#add(difference);
  }

  get found(): Pick<Comparison, "differing" | "settled" | "differences" | "counts"> {
    return { differing: this.differing, settled: this.#settled, differences: this.#differences, counts: this.#counts };
  }

  #add(difference: Difference, told = true): void {
    this.#counts[difference.class] = (this.#counts[difference.class] ?? 0) + 1;
    if (told) this.#differences.push(difference);
  }
}

/** Documents too large to be compared at once are compared by halves; of one that alone is, no more is told than that it differs. */
async function tell(report: Report, candidates: readonly Candidate[], compare: (candidates: readonly Candidate[]) => Promise<Difference[]>): Promise<void> {
  try {
    report.fine(candidates, await compare(candidates));
  } catch (error) {
    if (!RowlensError.is(error) || !TOO_LARGE.has(error.code)) throw error;
    if (candidates.length === 1) return report.coarse(candidates[0] as Candidate, true);
    const half = Math.ceil(candidates.length / 2);
    for (const part of [candidates.slice(0, half), candidates.slice(half)]) await tell(report, part, compare);
  }
}

const TOO_LARGE: ReadonlySet<string> = new Set(["result-too-large", "document-too-large"]);

/** Reads documents and their rows again, and says what differs. */
async function differences(session: Session, collection: Collection, index: DigestIndex, candidates: readonly Candidate[], source: Source, options: CompareOptions, tally: Tally): Promise<Difference[]> {
  const reader = new RecordReader(collection);
  try {
    const foreign = candidates.some(({ at }) => at === undefined);
    const keys = candidates.map(({ key }) => key);
    // What only the database has may be in the documents by now: its rows say under which _id.
    const ids = candidates.flatMap(({ at }) => (at === undefined ? [] : [index.id(at)]));
    if (foreign) {
      await readInto(session, collection, candidates.flatMap(({ key, at }) => (at === undefined ? [key] : [])), reader);
      ids.push(...(await identities(session, collection, reader.documents(false, options.lookups).bson, options.lookups)));
      reader.clear();
      tally.queries++;
    }
    const documents = await source(ids, keys);
    tally.queries++;
    await readInto(session, collection, keys, reader);
    const shredder = collection.inner.shred(documents, await answersFor(session, collection, documents, options.lookups));
    // A callback may give more than it was asked for.
    const wanted = new Set(keys);
    const found = (shredder.differences(reader.records as never, options.values ?? false) as Difference[]).filter(({ key }) => wanted.has(key));
    if (options.stored !== true) return found;
    const differ = new Set(found.map(({ key }) => key));
    return [...found, ...(await wrongHashes(session, collection, index, candidates.filter(({ key }) => !differ.has(key)), digestBatch(collection, documents, await answersFor(session, collection, documents, options.lookups)), tally))];
  } finally {
    reader.free();
  }
}

/** Of documents whose rows are right, those whose stored digest is not that of the rows: it would hide what somebody changes in them later. */
async function wrongHashes(session: Session, collection: Collection, index: DigestIndex, candidates: readonly Candidate[], now: DigestedBatch, tally: Tally): Promise<Difference[]> {
  const digests = new Map<Key, Digest>();
  eachDigest(now.bytes, (_, _rows, high, low, key) => {
    index.order.toOrder(key);
    digests.set(index.order.text(key), { documents: 1, rows: 1, high, low });
  });
  const asked = candidates.filter(({ key, at }) => at !== undefined && digests.has(key)) as (Candidate & { at: number })[];
  if (asked.length === 0) return [];
  const hashes = async (of: typeof asked, limit: number): Promise<[Key, Digest][]> => {
    tally.queries++;
    const ranges = of.map(({ key, at }) => ({ from: key, to: at + 1 < index.size ? index.key(at + 1) : null }));
    return (await readKeyDigests(session, collection, ranges, true, limit)).map(({ key, digest }) => [key, digest]);
  };
  const stored = new Map(await hashes(asked, PAGE));
  // Rows that have no document may have filled the page.
  for (const one of asked) if (!stored.has(one.key)) for (const [key, digest] of await hashes([one], 1)) stored.set(key, digest);
  const [table, column] = [collection.tables[0]?.name ?? "", collection.inner.description.hash ?? ""];
  return asked.flatMap(({ key }): Difference[] => {
    const own = stored.get(key);
    return own !== undefined && equalDigests(own, digests.get(key) as Digest) ? [] : [{ class: "differing", key, table, column, row: [key], rows: 1 }];
  });
}

/** For each document, one that has only its `_id`. */
async function identities(session: Session, collection: Collection, documents: Uint8Array, lookups: Lookups | undefined): Promise<Uint8Array[]> {
  const ids: Uint8Array[] = [];
  eachDigest(digestBatch(collection, documents, await answersFor(session, collection, documents, lookups)).bytes, (_, _rows, _high, _low, _key, id) => ids.push(onlyElement(id)));
  return ids;
}

/** Documents of the batches that are candidates, to be read again. */
async function documentsOf(session: Session, collection: Collection, batches: Batches, candidates: readonly Candidate[], index: DigestIndex, lookups: Lookups | undefined): Promise<Source> {
  const wanted = new Set(candidates.map(({ key }) => key));
  const found = new Map<Key, Uint8Array>();
  for await (const batch of eachBatch(batches)) {
    let bson: Uint8Array[] | undefined;
    eachDigest(digestBatch(collection, batch, await answersFor(session, collection, batch, lookups)).bytes, (document, _rows, _high, _low, bytes) => {
      index.order.toOrder(bytes);
      const key = index.order.text(bytes);
      if (!wanted.has(key)) return;
      bson ??= documentsIn(batch);
      found.set(key, bson[document] as Uint8Array);
    });
  }
  return (_, keys) => keys.flatMap((key) => found.get(key) ?? []);
}

/** BSON of each document of a batch. */
function documentsIn(batch: DocumentInput): Uint8Array[] {
  if (batch instanceof Uint8Array) return splitBson(batch).map((document) => document.slice());
  const list = Array.isArray(batch) ? (batch as readonly object[]) : [batch];
  return list.map((document) => (document instanceof Uint8Array ? document : encodeDocument(document)));
}
