import type { Collection } from "../core/collection.ts";
import { type Digest, equalDigests, type KeyRange, readDigests, readKeyDigests } from "./digests.ts";
import type { DigestIndex } from "./digest-index.ts";
import type { Key } from "./keys.ts";
import type { Session } from "./session.ts";

/** A document whose digest is not that of its rows. */
export interface Candidate {
  readonly key: Key;
  /** Its position in the index; undefined where only the database has it. */
  readonly at: number | undefined;
  /** Whether the database has it. */
  readonly stored: boolean;
}

/** What was asked. */
export interface Tally {
  /** Statements. */
  queries: number;
  /** Ranges whose digests they asked for. */
  ranges: number;
}

/** A range of keys with the positions of its documents. */
interface Part extends KeyRange {
  readonly from: Key;
  readonly start: number;
  readonly end: number;
}

/** Parts that a differing range is cut into. */
const WAYS = 16;
/** Ranges of a statement. */
const AT_ONCE = 256;
/** So few documents are compared one by one. */
const FEW = 32;
/** Digests of single documents that one statement gives. */
export const PAGE = 20_000;

/**
 * The documents that differ: ranges of keys whose digests differ are cut again and again, until few documents are left. With d
 * differences among n documents that takes O(d log n) digests in O(log n) round trips, and one where nothing differs.
 */
export async function* differing(session: Session, collection: Collection, index: DigestIndex, whole: Digest, computed: boolean, tally: Tally): AsyncGenerator<Candidate> {
  const stored = !computed;
  if (equalDigests(whole, index.digest(0, index.size, stored))) return;
  const from = index.order.first;
  let parts = cut(index, { from, to: null, start: 0, end: index.size });
  let few: Part[] = [];
  while (parts.length > 0) {
    const asked = parts.splice(0, AT_ONCE);
    // A range of few documents may hold many rows that have none: single digests tell, page by page.
    few.push(...asked.filter((part) => part.end - part.start <= FEW));
    const many = asked.filter((part) => part.end - part.start > FEW);
    if (many.length > 0) {
      tally.queries++;
      tally.ranges += many.length;
      const digests = await readDigests(session, collection, { ranges: many, stored });
      const differ = many.filter((part, at) => !equalDigests(digests[at] as Digest, index.digest(part.start, part.end, stored)));
      parts = parts.concat(differ.flatMap((part) => cut(index, part)));
    }
    if (few.length >= AT_ONCE || parts.length === 0) {
      for (; few.length > 0; few = few.slice(AT_ONCE)) yield* oneByOne(session, collection, index, few.slice(0, AT_ONCE), stored, tally);
    }
  }
}

/** Parts of a range, of about the same number of documents. */
function cut(index: DigestIndex, { from, to, start, end }: Part): Part[] {
  const count = end - start;
  if (count <= FEW) return [{ from, to, start, end }];
  const starts = Array.from({ length: WAYS }, (_, way) => start + Math.floor((count * way) / WAYS));
  return starts.map((at, way) => ({ from: way === 0 ? from : index.key(at), to: way === WAYS - 1 ? to : index.key(starts[way + 1] as number), start: at, end: starts[way + 1] ?? end }));
}

/** Every document of some ranges with its own digest. */
async function* oneByOne(session: Session, collection: Collection, index: DigestIndex, parts: readonly Part[], stored: boolean, tally: Tally): AsyncGenerator<Candidate> {
  const left = new Map<Key, number>();
  for (const { start, end } of parts) for (let at = start; at < end; at++) left.set(index.key(at), at);
  let ranges: (KeyRange & { from: Key })[] = [...parts].sort((a, b) => a.start - b.start);
  for (let last: Key | undefined; ; ) {
    tally.queries++;
    tally.ranges += ranges.length;
    const page = await readKeyDigests(session, collection, ranges, stored, PAGE);
    for (const { key, digest } of page) {
      // The next page begins with the last of this one.
      if (key === last) continue;
      const at = left.get(key);
      left.delete(key);
      if (at === undefined) yield { key, at, stored: true };
      else if (!equalDigests(digest, index.digest(at, at + 1, stored))) yield { key, at, stored: true };
    }
    if (page.length < PAGE) break;
    last = page.at(-1)?.key as Key;
    ranges = rest(ranges, last, index);
  }
  for (const [key, at] of left) yield { key, at, stored: false };
}

/** What of the ranges, which are in order, is left from `key` on. */
function rest<Range extends KeyRange & { from: Key }>(ranges: readonly Range[], key: Key, index: DigestIndex): { from: Key; to: Key | null }[] {
  const left = ranges.filter(({ to }) => to === null || index.order.compare(key, to) < 0);
  return left.map((range) => (index.order.compare(range.from, key) < 0 ? { from: key, to: range.to } : range));
}
