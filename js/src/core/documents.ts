import { splitBson } from "../bson/split-bson.ts";
import type { Issue } from "./issue.ts";

/**
 * Documents assembled from rows.
 * @example
 * const back = payments.toDocuments(rows);
 * for (const bson of back.documents) console.log(toExtendedJson(bson, { relaxed: true }));
 */
export class Documents {
  /** Concatenated BSON. */
  readonly bson: Uint8Array;
  /** How many documents. */
  readonly count: number;
  /** The first thousand findings. */
  readonly issues: readonly Issue[];
  /** Findings counted by code, all of them. */
  readonly issueCounts: Readonly<Record<string, number>>;
  #documents: Uint8Array[] | undefined;

  /** @internal */
  static make(bson: Uint8Array, count: number, issues: readonly Issue[], issueCounts: Readonly<Record<string, number>>): Documents {
    return new Documents(bson, count, issues, issueCounts);
  }

  private constructor(bson: Uint8Array, count: number, issues: readonly Issue[], issueCounts: Readonly<Record<string, number>>) {
    this.bson = bson;
    this.count = count;
    this.issues = issues;
    this.issueCounts = issueCounts;
  }

  /** The documents one by one, as views of {@link bson}. */
  get documents(): Uint8Array[] {
    this.#documents ??= splitBson(this.bson);
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
