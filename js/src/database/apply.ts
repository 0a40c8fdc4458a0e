import type { Collection, DocumentInput, Lookups } from "../core/collection.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { Batch, chunksOf, type Version } from "./batch.ts";
import { applyAgain } from "./apply-again.ts";
import { applyChunk, type Applied } from "./apply-chunk.ts";
import { failedOutcome, issuesOf, memberOutcome, refusedOutcome, supersededOutcome, unresolvedOutcome, versionlessOutcome } from "./made-outcome.ts";
import { type NewKey, writeLookups } from "./lookups.ts";
import { counted, type Outcome, type Outcomes } from "./outcome.ts";
import type { Session } from "./session.ts";

/** Options of all that writes documents. */
export interface WriteOptions {
  /**
   * Write without a guard against older states: for collections whose mapping names no version, which are not written otherwise.
   * The last write wins, and a document that was deleted comes back.
   */
  readonly unguarded?: boolean;
  /** Answers of `id_map` that are known already. Default: they are asked for. */
  readonly lookups?: Lookups;
  /** Gives ids that `id_map` does not have a key, which is then written to it. */
  readonly newKey?: NewKey;
  /** Objects only: what becomes of `undefined` fields. Default `omit`. */
  readonly undefined?: "omit" | "null";
}

/** Options of {@link Database.apply}. */
export interface ApplyOptions extends WriteOptions {
  /** The state's version. Default: what stands at the mapping's path. */
  readonly version?: Version;
}

/** Options of {@link Database.applyMany}. */
export interface ApplyManyOptions extends WriteOptions {
  /** Versions by document. Default: what stands at the mapping's path. */
  readonly versions?: readonly Version[];
}

/** One document. @internal */
export async function applyOne(session: Session, collection: Collection, document: Uint8Array | object, options: ApplyOptions = {}): Promise<Outcome> {
  const { version, ...rest } = options;
  const { outcomes } = await applyMany(session, collection, document, version === undefined ? rest : { ...rest, versions: [version] });
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length > 1) throw new RowlensError("document-expected", `this is a batch of ${outcomes.length} documents; \`applyMany\` takes those`);
  return outcome;
}

/** Documents, each on its own: one that fails harms no other. @internal */
export async function applyMany(session: Session, collection: Collection, documents: DocumentInput, options: ApplyManyOptions = {}): Promise<Outcomes> {
  const batch = await mapped(session, collection, documents, options);
  try {
    const outcomes = settled(batch);
    const members = writable(batch, collection);
    const results = new Map<string, Applied>();
    for (const chunk of chunksOf(batch, members, session.inTransaction)) for (const [key, result] of await applyChunk(session, collection, batch, chunk)) results.set(key, result);
    const last = await applyAgain(session, collection, batch, results);
    for (const member of members) outcomes[member.document] = outcomeOf(batch, member, last);
    for (const [newest, older] of batch.superseded) for (const one of older) outcomes[one.document] = supersededOutcome(one, outcomes[newest] as Outcome, isGuarded(collection), issuesOf(batch, one.document));
    return counted(outcomes as Outcome[]);
  } finally {
    batch.free();
  }
}

/** The batch of documents, with answers of `id_map`. @internal */
export async function mapped(session: Session, collection: Collection, documents: DocumentInput, options: ApplyManyOptions): Promise<Batch> {
  const guarded = isGuarded(collection);
  if (!guarded && options.unguarded !== true) {
    throw new RowlensError("unguarded", `collection \`${collection.name}\` has no \`version\` in the mapping, so nothing tells an older state from a newer one: name one, or write with \`unguarded: true\``);
  }
  if (!guarded && options.versions !== undefined) throw new RowlensError("version-unmapped", `collection \`${collection.name}\` has no column for versions: give it a \`version\` in the mapping`);
  const asked = options.lookups === undefined && collection.inner.looksUp ? await writeLookups(session, collection, documents, options.newKey) : undefined;
  return new Batch(collection, documents, { lookups: options.lookups ?? asked?.lookups, unresolved: asked?.unresolved, versions: options.versions, undefined: options.undefined });
}

/** Outcomes of those documents that are not even tried; holes for the others. @internal */
export function settled(batch: Batch): (Outcome | undefined)[] {
  const accepted = new Map(batch.members.map((member) => [member.document, member]));
  return Array.from({ length: batch.documents }, (_, document) => {
    const member = accepted.get(document);
    const unresolved = batch.unresolved.get(document);
    if (unresolved !== undefined) return unresolvedOutcome(batch, document, member?.key, unresolved);
    if (member === undefined) return refusedOutcome(batch, document);
    return member.noVersion === undefined ? undefined : versionlessOutcome(member, member.key, issuesOf(batch, document));
  });
}

/** Whether versions tell older states from newer ones. @internal */
export const isGuarded = (collection: Collection): boolean => collection.inner.description.version !== null;

/** The aggregates that may be written: guarded ones need a version, and the ids of all their keys. @internal */
export const writable = (batch: Batch, collection: Collection): Batch["members"] =>
  isGuarded(collection) || batch.unresolved.size > 0 ? batch.members.filter(({ document, noVersion }) => (noVersion === undefined || !isGuarded(collection)) && !batch.unresolved.has(document)) : batch.members;

/** @internal */
export function outcomeOf(batch: Batch, member: Batch["members"][number], results: ReadonlyMap<string, Applied>): Outcome {
  const result = results.get(member.key);
  if (result === undefined) throw new RowlensError("result-type", "PostgreSQL gave no result for a document that it was given");
  return result instanceof Error ? failedOutcome(batch, member, result) : memberOutcome(batch, member, result);
}
