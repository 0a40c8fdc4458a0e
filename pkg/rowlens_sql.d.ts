/* tslint:disable */
/* eslint-disable */

/**
 * A compiled mapping.
 */
export class Plan {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * What does not fit, as issues; undefined where `catalog` is no answer to the statement.
     */
    check(catalog: string): any;
    /**
     * The statement that asks a database what it has of the plan.
     */
    check_statement(): string;
    /**
     * Compiles a mapping's JSON text; throws an array of issues.
     */
    static compile(text: string, fidelity?: string | null): Plan;
    /**
     * The DDL.
     */
    ddl(if_not_exists: boolean, id_map: boolean): string;
    /**
     * The statement of digests: of everything, of ranges, or of each aggregate of ranges (`scope` 0, 1, 2).
     */
    digest_statement(collection: number, scope: number, stored: boolean): string | undefined;
    /**
     * Where everything goes, for readers.
     */
    explain(): string;
    /**
     * `[statements, warnings]` of the way to another plan; throws an array of issues.
     */
    migrate(to: Plan): any;
    /**
     * The statement that reads aggregates of collection number `collection` by key.
     */
    read_statement(collection: number): string | undefined;
    /**
     * The `COPY` of all aggregates.
     */
    stream_statement(collection: number): string | undefined;
    /**
     * Findings that do not forbid the plan.
     */
    warnings(): any;
    /**
     * The statements that write collection number `collection`.
     */
    write_statements(collection: number): any;
}

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_plan_free: (a: number, b: number) => void;
    readonly plan_check: (a: number, b: number, c: number) => any;
    readonly plan_check_statement: (a: number) => [number, number];
    readonly plan_compile: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly plan_ddl: (a: number, b: number, c: number) => [number, number];
    readonly plan_digest_statement: (a: number, b: number, c: number, d: number) => [number, number];
    readonly plan_explain: (a: number) => [number, number];
    readonly plan_migrate: (a: number, b: number) => [number, number, number];
    readonly plan_read_statement: (a: number, b: number) => [number, number];
    readonly plan_stream_statement: (a: number, b: number) => [number, number];
    readonly plan_warnings: (a: number) => any;
    readonly plan_write_statements: (a: number, b: number) => any;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
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
