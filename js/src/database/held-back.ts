import { joinBson } from "../bson/join-bson.ts";
import type { Issue } from "../core/issue.ts";
import type { Member, Superseded, Version } from "./batch.ts";
import type { LoadPart } from "./load-part.ts";

/** Bytes of all that is held back. */
const ROOM = 64 << 20;
/** What is kept beside the bytes of a document, about, and of each issue. */
const BESIDES = 512;

/** One state of a document that is held back. */
export interface HeldState extends Omit<Superseded, "newest"> {
  /** Its version, where the caller gave one. */
  readonly given: Version | undefined;
  readonly bson: Uint8Array;
  readonly issues: readonly Issue[];
}

/** The states of a document that one batch had. */
interface Held {
  readonly states: readonly HeldState[];
  /** The newest one's. */
  readonly version: bigint | undefined;
  readonly bytes: number;
}

/** Documents of a load that wait for others, which may come in a later batch. They are kept as documents, to be one more batch. */
export class HeldBack {
  readonly #byKey = new Map<string, Held[]>();
  readonly #room: number;
  #bytes = 0;
  #enough: number;
  #closed = false;

  constructor(room = ROOM) {
    this.#room = room;
    this.#enough = room / 2;
  }

  /** Whether so much is held back that it should be tried again before the load is at its end. */
  get enough(): boolean {
    return this.#bytes > this.#enough;
  }

  get any(): boolean {
    return this.#byKey.size > 0;
  }

  /** Takes the states that a batch has of a document; false where there is no room for them. */
  hold(part: LoadPart, member: Member): boolean {
    if (this.#closed) return false;
    const { batch, versions } = part;
    const states: HeldState[] = [];
    let bytes = 0;
    for (const { document, noVersion } of [...(batch.superseded.get(member.document) ?? []), member]) {
      const bson = part.document(document);
      if (bson === undefined) return false;
      const issues = part.issues(document);
      bytes += bson.length + BESIDES * (1 + issues.length);
      states.push({ document: part.number(document), noVersion, given: versions?.[document], bson, issues });
    }
    if (this.#bytes + bytes > this.#room) return false;
    this.#bytes += bytes;
    // The batch's own bytes are not to be kept for a few of them.
    const held = { states: states.map((state) => ({ ...state, bson: state.bson.slice() })), version: batch.version(member), bytes };
    this.#byKey.set(member.key, [...(this.#byKey.get(member.key) ?? []), held]);
    return true;
  }

  /**
   * States of a document in whose place a later one of the load was tried: they are no longer held back. To try them after that one would undo it
   * where no version tells that they are older, or both have the same. What is newer stays.
   */
  replaced(key: string, version: () => bigint | undefined): HeldState[] {
    const all = this.#byKey.get(key);
    if (all === undefined) return [];
    const later = version();
    const stays = ({ version }: Held): boolean => later !== undefined && version !== undefined && version > later;
    const left = all.filter(stays);
    const gone = all.filter((held) => !stays(held));
    if (left.length > 0) this.#byKey.set(key, left);
    else this.#byKey.delete(key);
    for (const { bytes } of gone) this.#bytes -= bytes;
    return gone.flatMap(({ states }) => states);
  }

  /** All that is held back as one batch, and no longer held back; the states of a document are in the order in which they came. */
  take(): { bson: Uint8Array; versions: Version[] | undefined; number: (document: number) => number } {
    const states = [...this.#byKey.values()].flat().flatMap(({ states }) => states);
    this.#byKey.clear();
    this.#bytes = 0;
    const versions = states.flatMap(({ given }) => given ?? []);
    const numbers = states.map(({ document }) => document);
    return { bson: joinBson(states.map(({ bson }) => bson)), versions: versions.length > 0 ? versions : undefined, number: (document) => numbers[document] as number };
  }

  /** After what was held back was tried: it is worth it again when half of what is held back has come since. */
  tried(): void {
    this.#enough = Math.max(this.#room / 2, this.#bytes * 2);
  }

  /** From now on nothing is held back. */
  close(): void {
    this.#closed = true;
  }
}
