// The only file that touches wasm-bindgen's glue.
import * as bundled from "../../../pkg/rowlens.js";
import { RowlensError } from "../core/rowlens-error.ts";
import { VERSION } from "../core/version.ts";

/** @internal */
export interface WasmPlan {
  warnings(): unknown;
  explain(): string;
  describe(): unknown;
  ddl(ifNotExists: boolean, idMap: boolean): string;
  check_statement(): string;
  check(catalog: string): unknown;
  collection_looks_up(collection: number): boolean;
  read_statement(collection: number): string | undefined;
  stream_statement(collection: number): string | undefined;
  digest_statement(collection: number, scope: number, stored: boolean): string | undefined;
  migrate(to: never): unknown;
  write_statements(collection: number): unknown;
  free(): void;
}
/** @internal [collection, `_id` as canonical Extended JSON, PostgreSQL id as text] */
export type LookupEntry = [collection: string, id: string, key: string];
/** @internal */
export interface WasmShredder {
  reserve(length: number): number;
  run(): number;
  run_spans(): number;
  digests(): number | undefined;
  differences(database: never, values: boolean): unknown;
  documents(): number;
  accepted(): number;
  table_ptr(table: number): number;
  table_len(table: number): number;
  row_count(table: number): number;
  copy_text(table: number): number;
  text_ptr(): number;
  issues(): unknown;
  issue_counts(): unknown;
  set_lookups(entries: LookupEntry[]): void;
  needed_lookups(length: number): [collection: string, id: string][];
  run_batch(versions?: BigInt64Array | null): WasmBatch;
  free(): void;
}
/** @internal The aggregates of one batch, in the order of their keys; members are positions in it. */
export interface WasmBatch {
  documents(): Uint32Array;
  keys(): string[];
  sizes(): Uint32Array;
  row_counts(): Uint32Array;
  no_versions(): Uint8Array;
  superseded(): Uint32Array;
  parameters(members: Uint32Array, binary: boolean): Uint32Array | undefined;
  new_parameters(member: number): boolean;
  copied(table: number, members: Uint32Array, staging: boolean): boolean;
  out_ptr(): number;
  out_len(): number;
  free(): void;
}
/** @internal */
export interface WasmAssembler {
  reserve(table: number, length: number): number;
  run(): number;
  out_ptr(): number;
  out_len(): number;
  issues(): unknown;
  issue_counts(): unknown;
  set_lookups(entries: LookupEntry[]): void;
  free(): void;
}
/** @internal */
export interface WasmRecords {
  reserve(length: number): number;
  append(table: number): number;
  set_tuples(table: number): void;
  push_copy(): void;
  finish(): boolean;
  tuples_ptr(table: number): number;
  tuples_len(table: number, whole: boolean): number;
  drop_whole(): void;
  clear(): void;
  free(): void;
}
/** @internal What the package uses of the glue. */
export interface Glue {
  Plan: { compile(text: string, fidelity?: string | null): WasmPlan };
  Shredder: new (plan: never, collection: number) => WasmShredder;
  Assembler: new (plan: never, collection: number) => WasmAssembler;
  Records: new (plan: never, collection: number) => WasmRecords;
  linear_memory(): WebAssembly.Memory;
  copyText(kinds: string, tuples: Uint8Array): Uint8Array;
  parseExtendedJson(text: string): Uint8Array;
  toExtendedJson(bson: Uint8Array, relaxed: boolean): string;
  initSync(module: { module: WebAssembly.Module | BufferSource }): unknown;
  default(module: { module_or_path: unknown }): Promise<unknown>;
}

const SLOT: unique symbol = Symbol.for("rowlens.wasm") as never;
const PENDING: unique symbol = Symbol.for("rowlens.wasm.pending") as never;
// One instance per process and version, whichever of ESM, CJS or bundled copies of the package comes first.
const slots = globalThis as { [SLOT]?: Record<string, Glue>; [PENDING]?: Record<string, Promise<void>> };
const glue = bundled as unknown as Glue;

let load: (() => WebAssembly.Module | BufferSource) | undefined;

/** Names the place that bytes come from where they can be had synchronously. @internal */
export function provide(source: () => WebAssembly.Module | BufferSource): void {
  load = source;
}

/** Whether the instance exists. @internal */
export function ready(): boolean {
  return slots[SLOT]?.[VERSION] !== undefined;
}

function adopt(): void {
  slots[SLOT] = { ...slots[SLOT], [VERSION]: glue };
}

/** Makes the instance from bytes or a module that are here. @internal */
export function start(module: WebAssembly.Module | BufferSource): void {
  if (ready()) return;
  // A second instance would take the first one's place inside the glue, and with it every plan made until then.
  if (slots[PENDING]?.[VERSION]) throw notInitialised("rowlens is being initialised: wait for the promise that `init()` gave");
  glue.initSync({ module });
  adopt();
}

/** Makes the instance from whatever `source` gives: bytes, a module, a URL, a response. Whoever comes second waits for the first. @internal */
export function startAsync(source: () => unknown): Promise<void> {
  if (ready()) return Promise.resolve();
  const pending = (slots[PENDING] ??= {});
  // After a failure the next call tries again.
  pending[VERSION] ??= glue
    .default({ module_or_path: source() })
    .then(adopt)
    .finally(() => delete pending[VERSION]);
  return pending[VERSION];
}

const notInitialised = (message: string): RowlensError => new RowlensError("not-initialised", message);

/** The instance; made at the first call where that can be done synchronously. @internal */
export function wasm(): Glue {
  const existing = slots[SLOT]?.[VERSION];
  if (existing) return existing;
  if (!load) throw notInitialised("rowlens is not initialised: call `await init()` once before anything else (with `rowlens/slim`, `initSync(bytes)` does too)");
  start(load());
  return wasm();
}

/** COPY text of tuples whose columns have these kinds, one a line. @internal */
export const copyTextOf = (kinds: string, tuples: Uint8Array): Uint8Array => wasm().copyText(kinds, tuples);

/** A view of wasm memory; good until the next call into wasm. @internal */
export function view(pointer: number, length: number): Uint8Array {
  return new Uint8Array(wasm().linear_memory().buffer, pointer >>> 0, length);
}
