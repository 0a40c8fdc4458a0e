import { encodeInto, refuseNested } from "../bson/encode-document.ts";
import { isOneDocument, lengthOf } from "../bson/split-bson.ts";
import { WriterMemory } from "../bson/writer-memory.ts";
import type { Difference } from "../database/difference.ts";
import { digestBatch, eachDigest } from "../database/digest-index.ts";
import { keyOrder } from "../database/keys.ts";
import type { ColumnType } from "../postgres/column-type.ts";
import { tuplesOfCopyBinary } from "../postgres/copy-binary.ts";
import { tuplesOfCopyText } from "../postgres/copy-text.ts";
import { type TableSql, tableSql } from "../postgres/table-sql.ts";
import { documentOf, lostDocuments, tuplesOfObjects } from "../postgres/objects.ts";
import type { ReadForms } from "../postgres/value.ts";
import { view, wasm, type WasmAssembler, type WasmBatch, type WasmPlan, type WasmShredder } from "../wasm/handle.ts";
import type { CollectionDescription, TableDescription } from "./description.ts";
import { didYouMean } from "./did-you-mean.ts";
import { Documents, HeldDocuments } from "./documents.ts";
import { Findings } from "./findings.ts";
import { HeldTables, Outline } from "./held-tables.ts";
import type { Issue } from "./issue.ts";
import { RowlensError } from "./rowlens-error.ts";
import { columnTypes, type Rows, TableRows } from "./rows.ts";

/**
 * Documents: concatenated BSON, a list of BSON documents (the driver's `raw: true`), one lean object, or a list of them. In a list each is one
 * document, so that one whose length lies harms no other; in concatenated BSON what is behind such a length has no boundaries.
 */
export type DocumentInput = Uint8Array | readonly Uint8Array[] | object | readonly object[];

/** Answers for keys that are looked up: `[collection, _id as canonical Extended JSON, PostgreSQL id as text]`. */
export type Lookups = readonly (readonly [collection: string, id: string, key: string])[];

/** The digest of one document's rows. */
export interface DocumentDigest {
  /** Position in the batch; of a key that comes several times, that of the last. */
  readonly document: number;
  /** Key of the root row, as PostgreSQL's text. */
  readonly key: string;
  /** How many rows it becomes. */
  readonly rows: number;
  /** Sum of the first halves of the rows' MD5, modulo 2^64, as a signed integer. */
  readonly high: bigint;
  /** Sum of the second halves. */
  readonly low: bigint;
}

/** Options of {@link Collection.toRows}. */
export interface ToRowsOptions {
  /** `false`: tuples are views of WebAssembly memory that live until the next call of any kind; methods of the rows work until the next {@link Collection.toRows}. Default true. */
  copy?: boolean;
  /** Objects only: what becomes of `undefined` fields. Default `omit`. */
  undefined?: "omit" | "null";
  /** Answers for keys with `as: "lookup"`; see {@link Collection.neededLookups}. */
  lookups?: Lookups;
}

/** Options of {@link Collection.toDocuments}. */
export interface ToDocumentsOptions {
  /** `false`: the BSON is a view of WebAssembly memory that lives until the next call of any kind; for what is sent or deserialised at once. Default true. */
  copy?: boolean;
  /** Answers for keys with `as: "lookup"`. */
  lookups?: Lookups;
}

/** Rows of one table in one of the forms they come in. */
export type TableInput =
  | { /** COPY-binary tuples without header and trailer. */ tuples: Uint8Array }
  | { /** What `COPY … TO … WITH (FORMAT binary)` gave, the columns in the plan's order. */ copyBinary: Uint8Array }
  | { /** What `COPY … TO …` gave (text format), the columns in the plan's order. */ copyText: string | Uint8Array }
  | ({
      /**
       * Row objects as `pg`, `postgres`, PGlite and Drizzle return them, by column name: texts, numbers, bigints, Dates, Buffers,
       * arrays, parsed JSON. A column that is not there is NULL. Where a driver's values may have lost something, an issue
       * `value-ambiguous` names the column.
       */
      objects: readonly object[];
    } & ReadForms);

/** A collection's parts in WebAssembly. @internal */
export interface InnerCollection {
  readonly plan: WasmPlan;
  /** Number of the collection in the plan. */
  readonly index: number;
  /** Type of the root table's key. */
  readonly key: ColumnType;
  /** Whether ids in its documents are looked up. */
  readonly looksUp: boolean;
  /** What is wrong with answers that cannot be taken, by their index. */
  refusedLookups(lookups: Lookups): ReadonlyMap<number, Issue>;
  /** Makes rows of documents, noting which are whose; they are in the shredder until its next run. */
  shred(input: DocumentInput, options: ToRowsOptions): WasmShredder;
  /** What came of the last run. */
  readonly outline: Outline;
  readonly description: CollectionDescription;
  /** Aggregates of documents, in memory of their own; `versions` are by document, where the caller says them. */
  batch(input: DocumentInput, options: ToRowsOptions, versions: BigInt64Array | undefined): { batch: WasmBatch; documents: number; issues: Issue[] };
}

/**
 * One collection of a plan: documents to rows, and back.
 * @example
 * const payments = plan.collection("payments");
 * const { documents } = payments.toDocuments(payments.toRows(batch)); // the same documents
 */
export class Collection {
  /** Collection name. */
  readonly name: string;
  /** Its tables, parents first; the first is the root table. */
  readonly tables: readonly TableDescription[];
  /** Statements for its tables, in the same order. */
  readonly sql: readonly TableSql[];
  readonly #plan: WasmPlan;
  readonly #index: number;
  readonly #description: CollectionDescription;
  readonly #types: ColumnType[][];
  readonly #shredder: WasmShredder;
  /** The shredder's input, where documents are written without a copy. */
  readonly #input: WriterMemory;
  /** Where the documents that were written there end, unless they say it themselves. */
  #ends: Uint32Array | undefined;
  readonly #outline: Outline;
  readonly #assembler: WasmAssembler;
  /** What the last run left. */
  #held: HeldTables | undefined;
  #heldDocuments: HeldDocuments | undefined;
  #inner: InnerCollection | undefined;

  /** @internal */
  static make(plan: WasmPlan, index: number, description: CollectionDescription): Collection {
    return new Collection(plan, index, description);
  }

  private constructor(plan: WasmPlan, index: number, description: CollectionDescription) {
    this.name = description.name;
    this.tables = description.tables;
    this.sql = description.tables.map(tableSql);
    this.#plan = plan;
    this.#index = index;
    this.#description = description;
    this.#types = description.tables.map(columnTypes);
    this.#shredder = new (wasm().Shredder)(plan as never, index);
    this.#input = new WriterMemory((needed) => view(this.#shredder.reserve(needed), needed));
    this.#outline = new Outline(this.#shredder, description.tables.length);
    this.#assembler = new (wasm().Assembler)(plan as never, index);
  }

  /**
   * Rows of a batch of documents. Faults of documents are issues in the result, never exceptions; an object that cannot be a
   * document (a Mongoose document, a cycle, a function) is misuse and throws.
   * @example
   * const rows = payments.toRows(await collection.find({}, { raw: true }).toArray());
   * for (const table of rows.tables) await copyInto(table.name, table.copyBinary());
   */
  toRows(input: DocumentInput, options: ToRowsOptions = {}): Rows {
    this.#shredder.run(this.#begin(input, options));
    const outline = this.#outline;
    const held = new HeldTables(this.#shredder, outline);
    this.#held = held;
    const tables = this.tables.map((table, index) => TableRows.make(table, this.#types[index] as ColumnType[], outline.rows(index), held, index, options.copy !== false));
    const rows: Rows = { documents: outline.documents, accepted: outline.accepted, tables, table: (name) => tables[this.#indexOf(name)] as TableRows, issues: [], issueCounts: {} };
    return outline.found ? withFindings(rows, Findings.of(this.#shredder)) : rows;
  }

  /**
   * Key of a document's root row as PostgreSQL's text: the parameter of `sql[i].select` and `sql[i].delete`. The document needs
   * no more than its identity. Like every call, it ends the life of rows made with `copy: false`.
   * @throws RowlensError `document-refused` where the document has no row.
   * @example
   * const { rows } = await client.query(payments.sql[0].select, [payments.keyOf({ _id })]);
   */
  keyOf(document: Uint8Array | object, options: ToRowsOptions = {}): string {
    const rows = this.toRows(document, { ...options, copy: false });
    const root = this.tables[0] as TableDescription;
    if (rows.documents !== 1) throw new RowlensError("document-expected", "one document has one key; this is a batch");
    const [values] = rows.table(root.name).parameters("text");
    const key = values?.[this.#keyColumn];
    if (key === undefined || key === null) throw new RowlensError("document-refused", `this document has no row in \`${root.name}\`: ${rows.issues.map((issue) => issue.message).join("; ")}`, rows.issues);
    return key;
  }

  /** Ids in the documents whose keys must be looked up before {@link toRows}: `[collection, _id as canonical Extended JSON]`. */
  neededLookups(input: DocumentInput, options: Pick<ToRowsOptions, "undefined"> = {}): [collection: string, id: string][] {
    const length = this.#write(input, options);
    if (this.#ends !== undefined) this.#shredder.set_ends(this.#ends);
    return this.#shredder.needed_lookups(length);
  }

  /**
   * Documents of rows: a result of {@link toRows}, or rows per table as they were read. A table that is not named has no rows.
   * Order does not matter: children find their parents by key, elements are sorted by ordinal.
   * @example
   * const { bson } = payments.toDocuments({ payments: { copyBinary: root }, payment_events: { copyBinary: events } });
   */
  toDocuments(input: Pick<Rows, "tables"> | Record<string, TableInput>, options: ToDocumentsOptions = {}): Documents {
    const readIssues: Issue[] = [];
    // Room for one table, or for lookups, may move wasm memory away from under the views of the others (`copy: false`).
    const memory = view(0, 0).buffer;
    const parts = this.#tuples(input, readIssues).map((tuples) => (tuples.buffer === memory ? tuples.slice() : tuples));
    setLookups(this.#assembler, options.lookups);
    parts.forEach((tuples, index) => view(this.#assembler.reserve(index, tuples.length), tuples.length).set(tuples));
    this.#heldDocuments?.release();
    const count = this.#assembler.run();
    const held = new HeldDocuments(this.#assembler);
    this.#heldDocuments = held;
    const copy = options.copy !== false;
    return Documents.make(held, copy, count, Findings.after(readIssues, Findings.of(this.#assembler)));
  }

  /**
   * Digests of the rows that documents become, each key once: what `Database.digests` gives for the same rows. Documents without rows
   * have none.
   * @example
   * for (const { key, rows, high, low } of payments.digests(batch)) index.set(key, [rows, high, low]);
   */
  digests(input: DocumentInput, options: ToRowsOptions = {}): DocumentDigest[] {
    const order = keyOrder(this.inner.key);
    const found: DocumentDigest[] = [];
    eachDigest(digestBatch(this, input, options).bytes, (document, rows, high, low, key) => {
      order.toOrder(key);
      found.push({ document, key: order.text(key), rows, high, low });
    });
    return found;
  }

  /**
   * How the rows that documents become differ from rows as they were read, in any form. `Database.compare` does this for a whole
   * collection.
   * @throws RowlensError `rows-unreadable` where tuples are not those of the tables.
   * @example
   * for (const { class: kind, table, column, row } of payments.differences(documents, { payments: { copyBinary } })) report(kind, table, column, row);
   */
  differences(documents: DocumentInput, rows: Pick<Rows, "tables"> | Record<string, TableInput>, options: ToRowsOptions & { /** Differing values as text. Default false. */ values?: boolean } = {}): Difference[] {
    const tables = this.#tuples(rows, []).map((tuples) => tuples.slice());
    const records = new (wasm().Records)(this.#plan as never, this.#index);
    try {
      tables.forEach((tuples, table) => {
        view(records.reserve(tuples.length), tuples.length).set(tuples);
        records.set_tuples(table);
      });
      const found = this.inner.shred(documents, options).differences(records as never, options.values ?? false) as Difference[] | undefined;
      if (!Array.isArray(found)) throw new RowlensError("rows-unreadable", `these are not tuples of the tables of \`${this.name}\``);
      return found;
    } finally {
      records.free();
    }
  }

  /** What talks to a database needs of this. @internal */
  get inner(): InnerCollection {
    // Asked for several times with each document that is written.
    this.#inner ??= this.#makeInner();
    return this.#inner;
  }

  #makeInner(): InnerCollection {
    const shred = (input: DocumentInput, options: ToRowsOptions): WasmShredder => {
      this.#shredder.run_spans(this.#begin(input, options));
      return this.#shredder;
    };
    const batch: InnerCollection["batch"] = (input, options, versions) => {
      const batch = this.#shredder.run_batch(this.#begin(input, options), versions);
      return { batch, documents: this.#outline.documents, issues: this.#outline.found ? Findings.of(this.#shredder).issues : [] };
    };
    const refusedLookups = (lookups: Lookups): ReadonlyMap<number, Issue> => new Map(faultsOf(this.#shredder, lookups).map(({ path, ...issue }) => [Number(path.slice(1, -1)), { ...issue, path: "", collection: this.name }]));
    const key = (this.#types[0] as ColumnType[])[this.#keyColumn] as ColumnType;
    return { plan: this.#plan, outline: this.#outline, index: this.#index, description: this.#description, key, looksUp: this.#plan.collection_looks_up(this.#index), refusedLookups, shred, batch };
  }

  get #keyColumn(): number {
    const root = this.tables[0] as TableDescription;
    return root.columns.findIndex((column) => column.name === root.key[0]);
  }

  /** @internal */
  free(): void {
    this.#held?.release();
    this.#heldDocuments?.release();
    // Not to be written to any more.
    this.#input.release();
    this.#shredder.free();
    this.#assembler.free();
  }

  /** All that comes before a run; gives how many bytes the documents are. */
  #begin(input: DocumentInput, options: ToRowsOptions): number {
    const length = this.#write(input, options);
    // Not before: memory that grows for them leaves documents behind that are views of it.
    setLookups(this.#shredder, options.lookups);
    if (this.#ends !== undefined) this.#shredder.set_ends(this.#ends);
    this.#held?.release();
    return length;
  }

  /** Writes the documents into wasm's input buffer; gives their length. */
  #write(input: DocumentInput, options: ToRowsOptions): number {
    this.#ends = undefined;
    if (input instanceof Uint8Array) return this.#copyIn([input], input.length);
    if (typeof input !== "object" || input === null) throw new RowlensError("document-expected", `\`${String(input)}\` is not a document`);
    if (Array.isArray(input) && input.length > 0 && input[0] instanceof Uint8Array) {
      const documents = input as readonly Uint8Array[];
      if (!documents.every((document) => document instanceof Uint8Array)) throw new RowlensError("document-expected", "a list of documents is either all BSON or all objects");
      if (!documents.every(isOneDocument)) {
        let end = 0;
        this.#ends = Uint32Array.from(documents, ({ length }) => (end += length));
      }
      return this.#copyIn(documents, lengthOf(documents));
    }
    return encodeInto(this.#input, input, options);
  }

  #copyIn(parts: readonly Uint8Array[], length: number): number {
    refuseNested();
    // Memory that grows for them leaves views of it behind: what `toDocuments` gave with `copy: false`.
    const kept = this.#input.bytes.length >= length ? parts : parts.map((part) => (part.buffer === view(0, 0).buffer ? part.slice() : part));
    this.#input.reserve(length);
    const { bytes } = this.#input;
    let at = 0;
    for (const part of kept) {
      bytes.set(part, at);
      at += part.length;
    }
    return length;
  }

  #indexOf(name: string): number {
    const names = this.tables.map((table) => table.name);
    const index = names.indexOf(name);
    if (index >= 0) return index;
    const near = didYouMean(name, names);
    throw new RowlensError("unknown-table", `collection \`${this.name}\` has no table \`${name}\`; ${near === undefined ? `it has ${names.map((known) => `\`${known}\``).join(", ")}` : `did you mean \`${near}\`?`}`);
  }

  /** Tuples per table of the plan. */
  #tuples(input: Pick<Rows, "tables"> | Record<string, TableInput>, issues: Issue[]): Uint8Array[] {
    const given = new Map<string, TableInput>(isRows(input) ? input.tables.map((table) => [table.name, { tuples: table.tuples }]) : Object.entries(input));
    for (const name of given.keys()) this.#indexOf(name);
    const objects = (table: TableDescription): readonly object[] | undefined => {
      const rows = given.get(table.name);
      return rows && "objects" in rows ? rows.objects : undefined;
    };
    const lost = lostDocuments(this.tables, objects, issues);
    if (lost.size > 0) {
      for (const table of this.tables) {
        const kept = objects(table)?.filter((row) => !lost.has(documentOf(table, row)));
        if (kept) given.set(table.name, { ...given.get(table.name), objects: kept });
      }
    }
    return this.tables.map((table, index) => tuplesOf(table, this.#types[index] as ColumnType[], given.get(table.name), issues));
  }
}

// A byte order mark would be a value's.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

const isRows = (input: Pick<Rows, "tables"> | Record<string, TableInput>): input is Pick<Rows, "tables"> => Array.isArray(input.tables);

/** COPY-binary tuples of rows in any form; what a form leaves open goes to `issues`. @internal */
export function tuplesOf(table: TableDescription, types: readonly ColumnType[], input: TableInput | undefined, issues: Issue[] = []): Uint8Array {
  if (input === undefined) return new Uint8Array();
  if ("tuples" in input) return input.tuples;
  if ("copyBinary" in input) return tuplesOfCopyBinary(input.copyBinary);
  if ("copyText" in input) return tuplesOfCopyText(types, typeof input.copyText === "string" ? input.copyText : UTF8.decode(input.copyText));
  return tuplesOfObjects(table, types, input.objects, input, issues);
}

/** Objects with getters cost, and mostly nothing is found. */
function withFindings(rows: Rows, findings: Findings): Rows {
  return Object.defineProperties(rows, { issues: { get: () => findings.issues }, issueCounts: { get: () => findings.counts } });
}

function setLookups(target: TakesLookups, lookups: Lookups | undefined): void {
  const issues = lookups === undefined ? [] : faultsOf(target, lookups);
  if (issues.length > 0) throw new RowlensError("lookup-invalid", `${issues.length === 1 ? "a lookup" : `${issues.length} lookups`} cannot be taken: ${issues[0]?.path} ${issues[0]?.message}`, issues);
}

interface TakesLookups {
  set_lookups(entries: string[]): void;
}

/** Sets answers; where some cannot be taken none is, and those are told. */
function faultsOf(target: TakesLookups, lookups: Lookups): Issue[] {
  try {
    target.set_lookups(lookups.flatMap(([collection, id, key]) => [collection, id, key]));
    return [];
  } catch (error) {
    if (!Array.isArray(error)) throw error;
    return error as Issue[];
  }
}
