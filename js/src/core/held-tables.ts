import { copyOf } from "../wasm/copy.ts";
import { copyTextOf, view, Words, type WasmShredder } from "../wasm/handle.ts";

/** Numbers of the outline before those of the tables, and of each table. */
const HEAD = 3;
const EACH = 3;

/** What a shredder's last run made, read where it is. @internal */
export class Outline {
  readonly #words: Words;

  constructor(shredder: WasmShredder, tables: number) {
    this.#words = new Words(shredder.outline(), HEAD + EACH * tables);
  }

  get documents(): number {
    return this.#words.view[0] as number;
  }

  get accepted(): number {
    return this.#words.view[1] as number;
  }

  /** Whether there are findings. */
  get found(): boolean {
    return this.#words.view[2] !== 0;
  }

  rows(table: number): number {
    return this.#words.view[HEAD + EACH * table] as number;
  }

  /** A view of a table's tuples, good until wasm memory grows. */
  tuples(table: number): Uint8Array {
    const words = this.#words.view;
    return view(words[HEAD + EACH * table + 1] as number, words[HEAD + EACH * table + 2] as number);
  }
}

/** Tables as a shredder's run left them in wasm memory, until its next run. @internal */
export class HeldTables {
  readonly #outline: Outline;
  #shredder: WasmShredder | undefined;

  constructor(shredder: WasmShredder, outline: Outline) {
    this.#shredder = shredder;
    this.#outline = outline;
  }

  /** They are there no longer. */
  release(): void {
    this.#shredder = undefined;
  }

  /** A view of a table's tuples, good until wasm memory grows. */
  tuples(table: number): Uint8Array | undefined {
    return this.#shredder && this.#outline.tuples(table);
  }

  /** COPY text of a table's tuples. */
  copyText(table: number): Uint8Array | undefined {
    if (this.#shredder === undefined) return undefined;
    const length = this.#shredder.copy_text(table);
    return copyOf(view(this.#shredder.text_ptr(), length));
  }
}

/** COPY text of tuples that are no longer in wasm memory. @internal */
export function keptCopyText(columns: readonly { kind: string; dimensions: number }[], tuples: Uint8Array): Uint8Array {
  return copyTextOf(columns.map(({ kind, dimensions }) => kind + "[]".repeat(dimensions)).join("\n"), tuples);
}
