/* tslint:disable */
/* eslint-disable */

/**
 * Rows to documents.
 */
export class Assembler {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Makes JSON text of what the last run found, in place of the last text made; returns its length in bytes, 0 where that is nothing.
     */
    findings(): number;
    /**
     * For the collection number `collection` of the plan.
     */
    constructor(plan: Plan, collection: number);
    /**
     * How many bytes it is.
     */
    out_len(): number;
    /**
     * Where the concatenated BSON is.
     */
    out_ptr(): number;
    /**
     * Makes room for `length` bytes of table `table`'s tuples; returns where.
     */
    reserve(table: number, length: number): number;
    /**
     * Assembles what was written; returns how many documents there are.
     */
    run(): number;
    /**
     * Answers for keys that are looked up, instead of the former ones; throws an array of issues.
     */
    set_lookups(entries: string[]): void;
    /**
     * Where it is.
     */
    text_ptr(): number;
}

/**
 * The aggregates of one batch, apart from the shredder that made them.
 */
export class Batch {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Makes tuples of table number `table` for these aggregates, for its staging table or for itself; gives whether it can.
     */
    copied(table: number, members: Uint32Array | number[], staging: boolean): boolean;
    /**
     * Positions of the aggregates' documents.
     */
    documents(): Uint32Array;
    /**
     * These aggregates in groups, each behind its size, in the order in which they can be written: a document after those it refers to.
     */
    groups(members: Uint32Array | number[]): Uint32Array;
    /**
     * Their keys as text.
     */
    keys(): string[];
    /**
     * Makes the parameters of the statement `apply_new` for this aggregate, as one tuple; gives whether it can.
     */
    new_parameters(member: number): boolean;
    /**
     * Which of them have no version: 0 it has one, 1 it is missing, 2 what stands there is none.
     */
    no_versions(): Uint8Array;
    /**
     * How many bytes it is.
     */
    out_len(): number;
    /**
     * Where what was made last is.
     */
    out_ptr(): number;
    /**
     * Makes the parameters of the statement `apply` for these aggregates; gives where each ends, nothing where it cannot.
     */
    parameters(members: Uint32Array | number[], binary: boolean): Uint32Array | undefined;
    /**
     * How many rows they have.
     */
    row_counts(): Uint32Array;
    /**
     * How many bytes their rows are.
     */
    sizes(): Uint32Array;
    /**
     * Documents whose key another of the batch has in a newer state, each followed by that one and by whether it has a version itself, as in
     * `no_versions`.
     */
    superseded(): Uint32Array;
}

/**
 * A compiled mapping.
 */
export class Plan {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Whether the collection looks ids up.
     */
    collection_looks_up(collection: number): boolean;
    /**
     * Compiles a mapping's JSON text; throws an array of issues.
     */
    static compile(text: string, fidelity?: string | null): Plan;
    /**
     * Collections, tables and columns as data.
     */
    describe(): any;
    /**
     * Findings that do not forbid the plan.
     */
    warnings(): any;
}

/**
 * Records to tuples.
 */
export class Records {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Appends the tuples of what was written, which are records of table `table`; throws an issue.
     */
    append(table: number): number;
    /**
     * Forgets everything.
     */
    clear(): void;
    /**
     * Forgets the tuples of whole aggregates.
     */
    drop_whole(): void;
    /**
     * The stream is at its end; false where it was cut off.
     */
    finish(): boolean;
    /**
     * For the collection number `collection` of the plan.
     */
    constructor(plan: Plan, collection: number);
    /**
     * Takes what was written as the stream's next bytes; throws an issue.
     */
    push_copy(): void;
    /**
     * Makes room for `length` bytes; returns where.
     */
    reserve(length: number): number;
    /**
     * Takes what was written as tuples of table `table`.
     */
    set_tuples(table: number): void;
    /**
     * How many bytes all of them are, or those of whole aggregates of the stream.
     */
    tuples_len(table: number, whole: boolean): number;
    /**
     * Where the tuples of table `table` are, those of whole aggregates first.
     */
    tuples_ptr(table: number): number;
}

/**
 * Documents to rows.
 */
export class Shredder {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Makes COPY text of table `table`'s tuples, in place of the last one made; returns its length in bytes.
     */
    copy_text(table: number): number;
    /**
     * How the last run's rows, which noted spans, differ from those that a database has.
     */
    differences(database: Records, values: boolean): any;
    /**
     * Digests of the last run's aggregates, which noted spans, each key once; returns their length in bytes, `text_ptr` says where. Each is, little-endian,
     * position of the document, number of rows, length of the key, length of the element `_id` (`u32`), the two sums (`i64`), the key, and the element.
     */
    digests(): number | undefined;
    /**
     * Makes JSON text of what the last run found, in place of the last text made; returns its length in bytes.
     */
    findings(): number;
    /**
     * `[collection, _id as canonical Extended JSON]` of each id that the first `length` bytes of the input need.
     */
    needed_lookups(length: number): any;
    /**
     * For the collection number `collection` of the plan.
     */
    constructor(plan: Plan, collection: number);
    /**
     * Where the outline of the last run is: documents, accepted documents, kinds of findings, then for each table rows, pointer, bytes. It stays there.
     */
    outline(): number;
    /**
     * Makes room for `length` bytes of concatenated BSON; returns where. It stays there until more is asked for, and so does what is in it.
     */
    reserve(length: number): number;
    /**
     * Shreds the first `length` bytes of what was written, and gives the aggregates; `given` are versions by document, where the caller says them.
     */
    run_batch(length: number, given?: BigInt64Array | bigint[] | null): Batch;
    /**
     * Shreds the first `length` bytes of what was written.
     */
    run(length: number): void;
    /**
     * As `run`, noting which rows are whose.
     */
    run_spans(length: number): void;
    /**
     * Says where each document ends that the next call looks at; where nothing is said, documents say it themselves.
     */
    set_ends(ends: Uint32Array | number[]): void;
    /**
     * Answers for keys that are looked up, instead of the former ones; throws an array of issues.
     */
    set_lookups(entries: string[]): void;
    /**
     * Where it is.
     */
    text_ptr(): number;
}

/**
 * COPY text of tuples whose columns have these kinds, one a line.
 */
export function copyText(kinds: string, tuples: Uint8Array | number[]): Uint8Array;

/**
 * The wasm memory that pointers lead into.
 */
export function linear_memory(): any;

/**
 * Concatenated BSON of Extended JSON documents: one, an array of them, or one a line.
 */
export function parseExtendedJson(text: string): Uint8Array;

/**
 * Extended JSON of concatenated BSON, one document a line.
 */
export function toExtendedJson(bson: Uint8Array | number[], relaxed: boolean): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_assembler_free: (a: number, b: number) => void;
    readonly __wbg_batch_free: (a: number, b: number) => void;
    readonly __wbg_plan_free: (a: number, b: number) => void;
    readonly __wbg_records_free: (a: number, b: number) => void;
    readonly __wbg_shredder_free: (a: number, b: number) => void;
    readonly assembler_findings: (a: number) => number;
    readonly assembler_new: (a: number, b: number) => [number, number, number];
    readonly assembler_out_len: (a: number) => number;
    readonly assembler_out_ptr: (a: number) => number;
    readonly assembler_reserve: (a: number, b: number, c: number) => number;
    readonly assembler_run: (a: number) => number;
    readonly assembler_set_lookups: (a: number, b: number, c: number) => [number, number];
    readonly assembler_text_ptr: (a: number) => number;
    readonly batch_copied: (a: number, b: number, c: number, d: number, e: number) => number;
    readonly batch_documents: (a: number) => [number, number];
    readonly batch_groups: (a: number, b: number, c: number) => [number, number];
    readonly batch_keys: (a: number) => [number, number];
    readonly batch_new_parameters: (a: number, b: number) => number;
    readonly batch_no_versions: (a: number) => [number, number];
    readonly batch_out_len: (a: number) => number;
    readonly batch_out_ptr: (a: number) => number;
    readonly batch_parameters: (a: number, b: number, c: number, d: number) => [number, number];
    readonly batch_row_counts: (a: number) => [number, number];
    readonly batch_sizes: (a: number) => [number, number];
    readonly batch_superseded: (a: number) => [number, number];
    readonly copyText: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly linear_memory: () => any;
    readonly parseExtendedJson: (a: number, b: number) => [number, number, number, number];
    readonly plan_collection_looks_up: (a: number, b: number) => number;
    readonly plan_compile: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly plan_describe: (a: number) => any;
    readonly plan_warnings: (a: number) => any;
    readonly records_append: (a: number, b: number) => [number, number, number];
    readonly records_clear: (a: number) => void;
    readonly records_drop_whole: (a: number) => void;
    readonly records_finish: (a: number) => number;
    readonly records_new: (a: number, b: number) => [number, number, number];
    readonly records_push_copy: (a: number) => [number, number];
    readonly records_reserve: (a: number, b: number) => number;
    readonly records_set_tuples: (a: number, b: number) => void;
    readonly records_tuples_len: (a: number, b: number, c: number) => number;
    readonly records_tuples_ptr: (a: number, b: number) => number;
    readonly shredder_copy_text: (a: number, b: number) => [number, number, number];
    readonly shredder_differences: (a: number, b: number, c: number) => any;
    readonly shredder_digests: (a: number) => number;
    readonly shredder_findings: (a: number) => number;
    readonly shredder_needed_lookups: (a: number, b: number) => any;
    readonly shredder_new: (a: number, b: number) => [number, number, number];
    readonly shredder_outline: (a: number) => number;
    readonly shredder_reserve: (a: number, b: number) => number;
    readonly shredder_run: (a: number, b: number) => void;
    readonly shredder_run_batch: (a: number, b: number, c: number, d: number) => number;
    readonly shredder_run_spans: (a: number, b: number) => void;
    readonly shredder_set_ends: (a: number, b: number, c: number) => void;
    readonly shredder_set_lookups: (a: number, b: number, c: number) => [number, number];
    readonly shredder_text_ptr: (a: number) => number;
    readonly toExtendedJson: (a: number, b: number, c: number) => [number, number, number, number];
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __externref_drop_slice: (a: number, b: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
