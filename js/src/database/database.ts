import type { DocumentInput } from "../core/collection.ts";
import type { Documents } from "../core/documents.ts";
import type { Issue } from "../core/issue.ts";
import type { Plan } from "../core/plan.ts";
import { applyMany, applyOne, type ApplyManyOptions, type ApplyOptions } from "./apply.ts";
import { checkBatches, checkId, checkIds, checkOptions, checkPlan, checkVersions } from "./arguments.ts";
import type { Batches } from "./batches.ts";
import { checkDatabase } from "./check.ts";
import { compareDocuments, type CompareOptions, type Comparison } from "./compare.ts";
import { deleteOne, type DeleteOptions } from "./delete.ts";
import { type Digest, type DigestOptions, readDigests } from "./digests.ts";
import { load, type LoadOptions, type LoadReport } from "./load.ts";
import type { Outcome, Outcomes } from "./outcome.ts";
import { type DocumentIds, type ReadDocuments, readDocuments, type ReadOptions } from "./read.ts";
import type { Session } from "./session.ts";
import { streamDocuments, type StreamOptions } from "./stream.ts";

/**
 * A plan and a connection to PostgreSQL: documents are written, loaded, read and compared. Each driver has a function that makes
 * one; whichever it is, the same happens.
 *
 * Over a transaction of the caller everything joins it, and the caller commits. Over a pool each call is a transaction of its own.
 * Arguments that cannot be meant are a RowlensError, `argument-invalid`, before anything is sent.
 * @example
 * import { pgDatabase } from "rowlens/pg";
 * const db = pgDatabase(new pg.Pool(), compile(mapping));
 */
export class Database {
  /** What documents are rows of. */
  readonly plan: Plan;
  /** How PostgreSQL is reached. */
  readonly session: Session;

  constructor(session: Session, plan: Plan) {
    checkPlan(plan);
    this.session = session;
    this.plan = plan;
  }

  /**
   * What of the database does not fit the plan, all at once, each finding with the SQL that would mend it as its `help`: to be asked
   * before anything is written. One statement, which reads system catalogs only.
   * @example
   * for (const { severity, message, help } of await db.checkDatabase()) console.error(severity, message, help);
   */
  checkDatabase(): Promise<Issue[]> {
    return checkDatabase(this.session, this.plan);
  }

  /**
   * Makes PostgreSQL have this state of a document, unless it has a newer one: one transaction, which with `pg` is one round trip, or two
   * where the document was there already and the one before it was new.
   * Rows that did not change are not written. What is wrong with the data is in the outcome, never thrown.
   * @throws RowlensError `unguarded` where the mapping names no version and the options do not say that none is wanted.
   * @example
   * const { outcome } = await db.apply("payments", document); // "inserted", "updated", "unchanged", "stale", "tombstoned" or "failed"
   */
  async apply(collection: string, document: Uint8Array | object, options?: ApplyOptions): Promise<Outcome> {
    checkOptions("apply", options);
    return applyOne(this.session, this.plan.collection(collection), document, options);
  }

  /**
   * The same for many documents, up to 500 in a transaction. One that fails harms no other, and of several states of one document
   * the newest is written. In a transaction of the caller all of it is part of that.
   * @example
   * const { outcomes, counts } = await db.applyMany("payments", await cursor.toArray());
   */
  async applyMany(collection: string, documents: DocumentInput, options?: ApplyManyOptions): Promise<Outcomes> {
    checkOptions("applyMany", options);
    checkVersions(documents, options?.versions);
    return applyMany(this.session, this.plan.collection(collection), documents, options);
  }

  /**
   * Deletes a document's rows, and leaves a tombstone: states up to that version do not come back.
   * @param id - The document's `_id`.
   * @throws RowlensError `version-needed`, `unguarded`
   * @example
   * await db.delete("payments", change.documentKey._id, { version: Date.now() });
   */
  async delete(collection: string, id: unknown, options?: DeleteOptions): Promise<Outcome> {
    checkOptions("delete", options);
    checkId("delete", id);
    return deleteOne(this.session, this.plan.collection(collection), id, options);
  }

  /**
   * Loads a collection by COPY: into tables that are in use (the default; guarded as {@link apply} is, and safe to be done again),
   * or into empty ones. Documents are mapped while PostgreSQL works.
   * @throws RowlensError `table-not-empty` for `into: "empty"` where something has rows.
   * @example
   * const { counts, failed } = await db.load("payments", bsonBatches(createReadStream("dump/payments.bson")));
   */
  async load(collection: string, batches: Batches, options?: LoadOptions): Promise<LoadReport> {
    checkOptions("load", options);
    checkBatches("load", batches);
    return load(this.session, this.plan.collection(collection), batches, options);
  }

  /**
   * Documents by `_id`, exact to the last digit: all their rows in one round trip and one snapshot.
   * @example
   * const { bson, missing } = await db.read("payments", ids);
   */
  async read(collection: string, ids: DocumentIds, options?: ReadOptions): Promise<ReadDocuments> {
    checkOptions("read", options);
    checkIds(ids);
    return readDocuments(this.session, this.plan.collection(collection), ids, options);
  }

  /**
   * All documents of a collection in the order of their keys, of one snapshot, in constant memory (one COPY; PGlite gives it all at once).
   * @example
   * for await (const { bson } of db.stream("payments")) file.write(bson);
   */
  stream(collection: string, options?: StreamOptions): AsyncGenerator<Documents> {
    checkOptions("stream", options);
    return streamDocuments(this.session, this.plan.collection(collection), options);
  }

  /**
   * Compares all documents of a collection with its rows. Where nothing differs only digests are sent; what differs is found by
   * halves, and told as data.
   * @param batches - All documents, or a function that gives them, which is called again for those that differ.
   * @example
   * const { equal, counts, differences } = await db.compare("payments", () => bsonBatches(createReadStream("payments.bson")));
   */
  async compare(collection: string, batches: Batches | (() => Batches), options?: CompareOptions): Promise<Comparison> {
    checkOptions("compare", options);
    checkBatches("compare", batches, true);
    return compareDocuments(this.session, this.plan.collection(collection), batches, options);
  }

  /**
   * Digests of a collection's rows, computed by PostgreSQL: of all, or of each of some ranges of keys.
   * @example
   * const [{ documents, rows, high, low }] = await db.digests("payments");
   */
  async digests(collection: string, options?: DigestOptions): Promise<Digest[]> {
    checkOptions("digests", options);
    return readDigests(this.session, this.plan.collection(collection), options);
  }
}
