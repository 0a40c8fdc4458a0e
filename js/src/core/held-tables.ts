import { copyOf } from "../wasm/copy.ts";
import { copyTextOf, view, type WasmShredder } from "../wasm/handle.ts";

/** Tables as a shredder's run left them in wasm memory, until its next run. @internal */
export class HeldTables {
  #shredder: WasmShredder | undefined;

  constructor(shredder: WasmShredder) {
    this.#shredder = shredder;
  }

  /** They are there no longer. */
  release(): void {
    this.#shredder = undefined;
  }

  /** A view of a table's tuples, good until wasm memory grows. */
  tuples(table: number): Uint8Array | undefined {
    return this.#shredder && view(this.#shredder.table_ptr(table), this.#shredder.table_len(table));
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
