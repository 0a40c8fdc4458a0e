// The module of the lens: documents to rows and back. sql.ts has the other one; nothing else touches wasm-bindgen's glue.
import * as bundled from "../../../pkg/rowlens.js";
import { Instance, type Loadable } from "./instance.ts";

/** @internal */
export interface WasmPlan {
  warnings(): unknown;
  describe(): unknown;
  collection_looks_up(collection: number): boolean;
  free(): void;
}
/** @internal */
export interface WasmShredder {
  reserve(length: number): number;
  set_ends(ends: Uint32Array): void;
  run(length: number): void;
  run_spans(length: number): void;
  outline(): number;
  digests(): number | undefined;
  differences(database: never, values: boolean): unknown;
  copy_text(table: number): number;
  text_ptr(): number;
  findings(): number;
  set_lookups(entries: string[]): void;
  needed_lookups(length: number): [collection: string, id: string][];
  run_batch(length: number, versions?: BigInt64Array | null): WasmBatch;
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
  groups(members: Uint32Array): Uint32Array;
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
  findings(): number;
  text_ptr(): number;
  set_lookups(entries: string[]): void;
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
export interface Glue extends Loadable {
  Plan: { compile(text: string, fidelity?: string | null): WasmPlan };
  Shredder: new (plan: never, collection: number) => WasmShredder;
  Assembler: new (plan: never, collection: number) => WasmAssembler;
  Records: new (plan: never, collection: number) => WasmRecords;
  linear_memory(): WebAssembly.Memory;
  copyText(kinds: string, tuples: Uint8Array): Uint8Array;
  parseExtendedJson(text: string): Uint8Array;
  toExtendedJson(bson: Uint8Array, relaxed: boolean): string;
}

const instance = new Instance(bundled as unknown as Glue, "rowlens.wasm", "rowlens is not initialised: call `await init()` once before anything else (with `rowlens/slim`, `initSync(bytes)` does too)");

/** Names the place that bytes come from where they can be had synchronously. @internal */
export const provide = (source: () => WebAssembly.Module | BufferSource): void => instance.provide(source);

/** Makes the instance from bytes or a module that are here. @internal */
export const start = (module: WebAssembly.Module | BufferSource): void => instance.start(module);

/** Makes the instance from whatever `source` gives: bytes, a module, a URL, a response. Whoever comes second waits for the first. @internal */
export const startAsync = (source: () => unknown): Promise<void> => instance.startAsync(source);

/** The instance; made at the first call where that can be done synchronously. @internal */
export const wasm = (): Glue => instance.get();

/** COPY text of tuples whose columns have these kinds, one a line. @internal */
export const copyTextOf = (kinds: string, tuples: Uint8Array): Uint8Array => wasm().copyText(kinds, tuples);

/** The instance's memory: asking for it is a call into wasm and one back. */
let memory: WebAssembly.Memory | undefined;

/** Numbers of 32 bits that stay where they are. @internal */
export class Words {
  readonly #pointer: number;
  readonly #count: number;
  #view = new Uint32Array();

  constructor(pointer: number, count: number) {
    this.#pointer = pointer >>> 0;
    this.#count = count;
  }

  /** Memory that grew has left the last view behind, without anything in it. */
  get view(): Uint32Array {
    if (this.#view.length === 0) {
      memory ??= wasm().linear_memory();
      this.#view = new Uint32Array(memory.buffer, this.#pointer, this.#count);
    }
    return this.#view;
  }
}

/** A view of wasm memory; good until the next call into wasm. @internal */
export function view(pointer: number, length: number): Uint8Array {
  memory ??= wasm().linear_memory();
  return new Uint8Array(memory.buffer, pointer >>> 0, length);
}
