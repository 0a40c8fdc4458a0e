import { splitBson } from "../bson/split-bson.ts";
import { copyOf } from "../wasm/copy.ts";
import { view, type WasmAssembler } from "../wasm/handle.ts";
import type { Findings } from "./findings.ts";
import type { Issue } from "./issue.ts";
import { RowlensError } from "./rowlens-error.ts";

/** Documents as an assembler's run left them in wasm memory, until its next run. @internal */
export class HeldDocuments {
  #assembler: WasmAssembler | undefined;

  constructor(assembler: WasmAssembler) {
    this.#assembler = assembler;
  }

  /** They are there no longer. */
  release(): void {
    this.#assembler = undefined;
  }

  /** A view of them, good until wasm memory grows. */
  bson(): Uint8Array | undefined {
    return this.#assembler && view(this.#assembler.out_ptr(), this.#assembler.out_len());
  }
}

/**
 * Documents assembled from rows.
 * @example
 * const back = payments.toDocuments(rows);
 * for (const bson of back.documents) console.log(toExtendedJson(bson, { relaxed: true }));
 */
export class Documents {
  /** How many documents. */
  readonly count: number;
  readonly #findings: Findings;
  readonly #held: HeldDocuments;
  readonly #copy: Uint8Array | undefined;
  #documents: Uint8Array[] | undefined;

  /** @internal */
  static make(held: HeldDocuments, copy: boolean, count: number, findings: Findings): Documents {
    return new Documents(held, copy, count, findings);
  }

  private constructor(held: HeldDocuments, copy: boolean, count: number, findings: Findings) {
    this.#held = held;
    this.#copy = copy ? copyOf(held.bson() as Uint8Array) : undefined;
    this.count = count;
    this.#findings = findings;
  }

  /** The first thousand findings. */
  get issues(): readonly Issue[] {
    return this.#findings.issues;
  }

  /** Findings counted by code, all of them. */
  get issueCounts(): Readonly<Record<string, number>> {
    return this.#findings.counts;
  }

  /**
   * Concatenated BSON. With `copy: false` a view of where it is now: memory that grows leaves views behind.
   * @throws RowlensError `documents-gone`
   */
  get bson(): Uint8Array {
    const bson = this.#copy ?? this.#held.bson();
    if (bson === undefined) throw new RowlensError("documents-gone", "these documents were views (`copy: false`), and `toDocuments` was called again since");
    return bson;
  }

  /** The documents one by one, as views of {@link bson}. */
  get documents(): Uint8Array[] {
    if (this.#copy === undefined) return splitBson(this.bson);
    this.#documents ??= splitBson(this.#copy);
    return this.#documents;
  }

  /**
   * The documents as objects, read by the caller's own `bson` package with options of its own.
   * @example
   * import * as BSON from "bson";
   * const objects = documents.toObjects(BSON, { promoteValues: false });
   */
  toObjects<T = Record<string, unknown>, Options = undefined>(BSON: { deserialize(bytes: Uint8Array, options?: Options): unknown }, options?: Options): T[] {
    return this.documents.map((document) => BSON.deserialize(document, options) as T);
  }
}
