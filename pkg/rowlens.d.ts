/* tslint:disable */
/* eslint-disable */

/**
 * Rows to documents.
 */
export class Assembler {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Findings counted by code.
     */
    issue_counts(): any;
    /**
     * Findings, the first thousand.
     */
    issues(): any;
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
    set_lookups(entries: any): void;
}

/**
 * A compiled mapping.
 */
export class Plan {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Compiles a mapping's JSON text; throws an array of issues.
     */
    static compile(text: string, fidelity?: string | null): Plan;
    /**
     * The DDL.
     */
    ddl(if_not_exists: boolean, id_map: boolean): string;
    /**
     * Collections, tables and columns as data.
     */
    describe(): any;
    /**
     * The same for readers.
     */
    explain(): string;
    /**
     * Findings that do not forbid the plan.
     */
    warnings(): any;
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
     * How many documents the batch had.
     */
    documents(): number;
    /**
     * Findings counted by code.
     */
    issue_counts(): any;
    /**
     * Findings, the first thousand.
     */
    issues(): any;
    /**
     * `[collection, _id as canonical Extended JSON]` of each id that the first `length` bytes of the input need.
     */
    needed_lookups(length: number): any;
    /**
     * For the collection number `collection` of the plan.
     */
    constructor(plan: Plan, collection: number);
    /**
     * Makes room for `length` bytes of concatenated BSON; returns where.
     */
    reserve(length: number): number;
    /**
     * How many rows they are.
     */
    row_count(table: number): number;
    /**
     * Shreds what was written; returns how many documents became rows.
     */
    run(): number;
    /**
     * Answers for keys that are looked up, instead of the former ones; throws an array of issues.
     */
    set_lookups(entries: any): void;
    /**
     * How many bytes they are.
     */
    table_len(table: number): number;
    /**
     * Where table `table`'s tuples are.
     */
    table_ptr(table: number): number;
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
    readonly __wbg_plan_free: (a: number, b: number) => void;
    readonly __wbg_shredder_free: (a: number, b: number) => void;
    readonly assembler_issue_counts: (a: number) => any;
    readonly assembler_issues: (a: number) => any;
    readonly assembler_new: (a: number, b: number) => [number, number, number];
    readonly assembler_out_len: (a: number) => number;
    readonly assembler_out_ptr: (a: number) => number;
    readonly assembler_reserve: (a: number, b: number, c: number) => number;
    readonly assembler_run: (a: number) => number;
    readonly assembler_set_lookups: (a: number, b: any) => [number, number];
    readonly copyText: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly linear_memory: () => any;
    readonly parseExtendedJson: (a: number, b: number) => [number, number, number, number];
    readonly plan_compile: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly plan_ddl: (a: number, b: number, c: number) => [number, number];
    readonly plan_describe: (a: number) => any;
    readonly plan_explain: (a: number) => [number, number];
    readonly plan_warnings: (a: number) => any;
    readonly shredder_copy_text: (a: number, b: number) => [number, number, number];
    readonly shredder_documents: (a: number) => number;
    readonly shredder_issue_counts: (a: number) => any;
    readonly shredder_issues: (a: number) => any;
    readonly shredder_needed_lookups: (a: number, b: number) => any;
    readonly shredder_new: (a: number, b: number) => [number, number, number];
    readonly shredder_reserve: (a: number, b: number) => number;
    readonly shredder_row_count: (a: number, b: number) => number;
    readonly shredder_run: (a: number) => number;
    readonly shredder_set_lookups: (a: number, b: any) => [number, number];
    readonly shredder_table_len: (a: number, b: number) => number;
    readonly shredder_table_ptr: (a: number, b: number) => number;
    readonly shredder_text_ptr: (a: number) => number;
    readonly toExtendedJson: (a: number, b: number, c: number) => [number, number, number, number];
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
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
