import { readFileSync } from "node:fs";

const folder = new URL("../../../examples/escrow/", import.meta.url);

export interface EscrowDocument {
  collection: string;
  bson: Uint8Array;
  /** Why it is awkward, where it is. */
  awkward?: string;
}

const { documents } = (await import(new URL("documents.js", folder).href)) as { documents(seed: number): EscrowDocument[] };

/** The escrow example's mapping, as text. */
export const escrowMapping = readFileSync(new URL("mapping.json", folder), "utf8");

/** Its documents by collection. */
export function escrowDocuments(seed: number): Map<string, EscrowDocument[]> {
  const groups = new Map<string, EscrowDocument[]>();
  for (const document of documents(seed)) groups.set(document.collection, [...(groups.get(document.collection) ?? []), document]);
  return groups;
}
