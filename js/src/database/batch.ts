import type { Collection, DocumentInput, Lookups } from "../core/collection.ts";
import type { Issue } from "../core/issue.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import type { ColumnKind, TableDescription } from "../core/description.ts";
import { columnTypes } from "../core/rows.ts";
import type { ColumnType } from "../postgres/column-type.ts";
import type { LookupFailure } from "./lookups.ts";
import { copyBinary } from "../postgres/copy-binary.ts";
import { binaryParameters } from "../postgres/parameters.ts";
import { toText } from "../postgres/text.ts";
import { eachField } from "../postgres/tuples.ts";
import { view, type WasmBatch } from "../wasm/handle.ts";

/** What tells the newer of two states: a whole number, or a Date (its milliseconds). */
export type Version = bigint | number | Date;

/** How documents become a {@link Batch}. */
export interface BatchOptions {
  readonly versions?: readonly Version[] | undefined;
  readonly lookups?: Lookups | undefined;
  readonly unresolved?: ReadonlyMap<number, LookupFailure> | undefined;
  readonly undefined?: "omit" | "null" | undefined;
}

/** One aggregate of a batch. */
export interface Member {
  /** Its position among the batch's aggregates, which are in the order of their keys. */
  readonly index: number;
  /** Index of its document. */
  readonly document: number;
  /** Key of its root row as PostgreSQL's text. */
  readonly key: string;
  /** Bytes of its rows. */
  readonly size: number;
  /** `missing`: there is none; `unusable`: what stands there is none. */
  readonly noVersion: "missing" | "unusable" | undefined;
}

/** A document in whose place another of its batch stands. */
export interface Superseded {
  /** Its index. */
  readonly document: number;
  /** Index of that other. */
  readonly newest: number;
  /** As of members: of a document without a version nobody knows whether it is the older one. */
  readonly noVersion: Member["noVersion"];
}

const NO_VERSION = [undefined, "missing", "unusable"] as const;

/** A batch of documents, mapped: its aggregates, each key once, in memory of their own until they are freed. */
export class Batch {
  /** How many documents. */
  readonly documents: number;
  readonly members: readonly Member[];
  /** Documents whose key another document of the batch has in a newer state, which is written instead: by the index of that one. */
  readonly superseded: ReadonlyMap<number, readonly Superseded[]>;
  /** Documents that are not written because an id of theirs could not be looked up. */
  readonly unresolved: ReadonlyMap<number, LookupFailure>;
  /** The first thousand findings by document. */
  readonly issues: ReadonlyMap<number, readonly Issue[]>;
  readonly #batch: WasmBatch;
  readonly #collection: Collection;

  constructor(collection: Collection, input: DocumentInput, options: BatchOptions) {
    const { batch, documents, issues } = collection.inner.batch(input, {
      ...(options.lookups === undefined ? {} : { lookups: options.lookups }),
      ...(options.undefined === undefined ? {} : { undefined: options.undefined }),
    }, options.versions && BigInt64Array.from(options.versions, versionOf));
    this.#batch = batch;
    this.#collection = collection;
    this.documents = documents;
    this.unresolved = options.unresolved ?? new Map();
    const byDocument = new Map<number, Issue[]>();
    for (const issue of issues) {
      const list = byDocument.get(issue.document ?? -1);
      if (list === undefined) byDocument.set(issue.document ?? -1, [issue]);
      else list.push(issue);
    }
    this.issues = byDocument;
    const keys = batch.keys();
    const sizes = batch.sizes();
    const noVersions = batch.no_versions();
    this.members = Array.from(batch.documents(), (document, index) => ({ index, document, key: keys[index] as string, size: sizes[index] as number, noVersion: NO_VERSION[noVersions[index] as number] }));
    const superseded = batch.superseded();
    const byNewest = new Map<number, Superseded[]>();
    for (let at = 0; at < superseded.length; at += 3) {
      const [document, newest, noVersion] = superseded.subarray(at, at + 3) as unknown as [number, number, number];
      const older = { document, newest, noVersion: NO_VERSION[noVersion] };
      byNewest.set(newest, [...(byNewest.get(newest) ?? []), older]);
    }
    this.superseded = byNewest;
  }

  /** How many rows the aggregates have, by their positions. */
  rowCounts(): Uint32Array {
    return this.#batch.row_counts();
  }

  /** Its version; undefined where the mapping has none. */
  version(member: Member): bigint | undefined {
    const { version, tables } = this.#collection.inner.description;
    const text = version === null ? undefined : this.#texts(0, member)?.[tables[0]?.columns.length ?? 0];
    return text == null ? undefined : BigInt(text);
  }

  /** These aggregates in groups, in an order in which they can be written: whoever refers to others after them, circles as one. */
  groups(members: readonly Member[]): Member[][] {
    const flat = this.#batch.groups(indexes(members));
    const groups: Member[][] = [];
    for (let at = 0; at < flat.length; at += 1 + (flat[at] as number)) groups.push(Array.from(flat.subarray(at + 1, at + 1 + (flat[at] as number)), (index) => this.members[index] as Member));
    return groups;
  }

  /** Parameters of the statement that applies these aggregates. */
  parameters(members: readonly Member[], binary: boolean): (string | Uint8Array)[] {
    const ends = this.#batch.parameters(indexes(members), binary);
    if (ends === undefined) throw tooLarge();
    const bytes = this.#out();
    return Array.from(ends, (end, index) => {
      const start = index === 0 ? 0 : (ends[index - 1] as number);
      return binary ? bytes.subarray(start, end) : decoder.decode(bytes.subarray(start, end));
    });
  }

  /** Parameters of the statement that writes this aggregate where it is new: values of a table that has one row of it at most, else arrays. */
  newParameters(member: Member, binary: boolean): (string | Uint8Array | null)[] {
    if (binary) {
      if (!this.#batch.new_parameters(member.index)) throw tooLarge();
      return binaryParameters(view(this.#batch.out_ptr(), this.#batch.out_len()), 1)[0] as (Uint8Array | null)[];
    }
    const arrays = this.parameters([member], false);
    let at = 0;
    return this.#collection.inner.description.tables.flatMap(({ key, columns }, table) => {
      const own = arrays.slice(at, (at += table === 0 ? columns.length + besides(this.#collection).length : columns.length));
      return key.length === 1 ? this.#texts(table, member) ?? own.map(() => null) : own;
    });
  }

  /** Values of the one row of a table, with what a root row has besides, as text. */
  #texts(table: number, member: Member): (string | null)[] | undefined {
    if (!this.#batch.copied(table, indexes([member]), true)) throw tooLarge();
    const tuple = view(this.#batch.out_ptr(), this.#batch.out_len());
    if (tuple.length === 0) return undefined;
    const data = new DataView(tuple.buffer, tuple.byteOffset, tuple.byteLength);
    const types = [...columnTypes(this.#collection.tables[table] as TableDescription), ...besides(this.#collection)];
    const texts: (string | null)[] = [];
    eachField(tuple, (index, start, length) => texts.push(length < 0 ? null : toText(types[index] as ColumnType, data, start, length)), () => undefined);
    return texts;
  }

  /** What COPY takes for one table: a staging table, or the table itself. */
  copied(table: number, members: readonly Member[], target: "staging" | "table"): Uint8Array {
    if (!this.#batch.copied(table, indexes(members), target === "staging")) throw tooLarge();
    return copyBinary(view(this.#batch.out_ptr(), this.#batch.out_len()));
  }

  /** Gives its memory back. */
  free(): void {
    this.#batch.free();
  }

  /** A copy, as a Buffer where there are Buffers: drivers send those as they are. */
  #out(): Uint8Array {
    const bytes = view(this.#batch.out_ptr(), this.#batch.out_len());
    return typeof Buffer === "function" ? Buffer.from(bytes) : bytes.slice();
  }
}

const decoder = new TextDecoder();
const scalar = (kind: ColumnKind): ColumnType => ({ kind, dimensions: 0, precision: undefined, scale: undefined, length: undefined });

const tooLarge = (): RowlensError => new RowlensError("document-too-large", "the rows of one document are beyond what PostgreSQL takes at once (1 GB)");

/** Types of what a root row has besides its columns: version, digest, key as text. */
function besides({ inner: { description: { version, hash } } }: Collection): ColumnType[] {
  return [...(version === null ? [] : [scalar("bigint")]), ...(hash === null ? [] : [scalar("bytea")]), scalar("text")];
}
const indexes = (members: readonly Member[]): Uint32Array => Uint32Array.from(members, ({ index }) => index);

/** Few enough for one transaction's locks, and small enough for everybody's memory. */
export const CHUNK_AGGREGATES = 500;
/** Of a load, of which there are few at a time. */
export const LOAD_AGGREGATES = 1000;
const CHUNK_BYTES = 16 << 20;

/**
 * Parts that are applied at a time. Where each is a transaction of its own, whoever refers to others comes with them or later; in a transaction
 * of the caller locks are taken in the order of keys, chunk by chunk.
 */
export function chunksOf(batch: Batch, members: readonly Member[], joined: boolean, most = CHUNK_AGGREGATES): Member[][] {
  const groups = joined || members.length <= most ? members.map((member) => [member]) : batch.groups(members);
  return packed(groups, most).map((chunk) => chunk.flat());
}

/** Groups as they are applied at a time; a group stays whole. */
export function packed(groups: readonly Member[][], most = CHUNK_AGGREGATES): Member[][][] {
  const chunks: Member[][][] = [];
  let [count, bytes] = [0, 0];
  for (const group of groups) {
    const size = group.reduce((sum, member) => sum + member.size, 0);
    let chunk = chunks.at(-1);
    if (chunk === undefined || count + group.length > most || bytes + size > CHUNK_BYTES) {
      chunks.push((chunk = []));
      [count, bytes] = [0, 0];
    }
    chunk.push(group);
    count += group.length;
    bytes += size;
  }
  return chunks;
}

const LARGEST = 2n ** 63n;

/** @throws RowlensError `version-invalid` */
export function versionOf(version: Version): bigint {
  const number = version instanceof Date ? version.getTime() : version;
  const whole = typeof number === "bigint" ? number : Number.isSafeInteger(number) ? BigInt(number) : undefined;
  if (whole === undefined || whole >= LARGEST || whole < -LARGEST) throw new RowlensError("version-invalid", `\`${String(version)}\` is no version: give a whole number, a bigint that fits PostgreSQL's, or a Date`);
  return whole;
}
