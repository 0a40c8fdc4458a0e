import { parseExtendedJson } from "../../src/core/extended-json.ts";
import { compile, type Plan } from "../../src/core/plan.ts";
import { RowlensError } from "../../src/core/rowlens-error.ts";
import type { Lookups } from "../../src/core/collection.ts";
import type { Mapping } from "../../src/core/mapping.ts";
import fc from "fast-check";
import { caseFiles, documentsOf, one } from "./case-file.ts";
import { escrowDocuments, escrowMapping } from "./escrow.ts";
import { corpus, datasets, fixtures } from "./fixtures.ts";
import { documentFor, mapping } from "./mapping.ts";

/** Documents of one collection that have rows, each key once, and what must come back. */
export interface RoundTrip {
  name: string;
  plan: Plan;
  collection: string;
  documents: Uint8Array[];
  expected: Uint8Array[];
  lookups?: Lookups;
}

/** Every literate case that compiles and has documents. */
export function caseTrips(): RoundTrip[] {
  return caseFiles().flatMap((file) => {
    const all = documentsOf(file).filter(({ refused }) => !refused).map(({ bson }) => bson);
    const plan = compiled(one(file, "json mapping") ?? "");
    if (plan === undefined || all.length === 0) return [];
    const lookups = one(file, "json lookups");
    const lossy = one(file, "json document back");
    return [{ name: file.name, plan, collection: plan.description[0]?.name ?? "", documents: all, expected: lossy === undefined ? all : parseExtendedJson(lossy), ...(lookups === undefined ? {} : { lookups: JSON.parse(lookups) as Lookups }) }];
  });
}

/** The escrow example: every collection, its awkward documents too. */
export function escrowTrips(): RoundTrip[] {
  const plan = compile(escrowMapping, { fidelity: "exact" });
  return [...escrowDocuments(3)].map(([name, list]) => trip(name, plan, name, list.map(({ bson }) => bson)));
}

/** Documents made up for every column type. */
export function madeUpTrips(count: number): RoundTrip[] {
  const plan = compile(mapping, { fidelity: "exact" });
  return [trip("made up", plan, "everything", fc.sample(documentFor, { numRuns: count, seed: 30_000 }))];
}

const FIELDS = ["a", "b", "d", "i", "x", "dt", "bin", "e", "bool", "oid", "symbol", "t", "c", "regex", "dbref"];

/** The official BSON corpus, under several types for its fields. */
export function corpusTrips(): RoundTrip[] {
  if (fixtures === undefined) return [];
  const documents = corpus().flatMap((file) => (file.valid ?? []).flatMap((test) => [test.canonical_bson, test.degenerate_bson, test.converted_bson].flatMap((hex) => (hex === undefined ? [] : [withId(Buffer.from(hex, "hex"))]))));
  return [null, "text", "jsonb", "json", "numeric", "numeric(38,18)", "double precision", "bigint", "timestamptz(3)", "bytea"].map((type) => {
    const columns = type === null ? {} : Object.fromEntries(FIELDS.map((path) => [`c_${path}`, { path, type }]));
    const of: Mapping = { version: 1, collections: { c: { table: "c", key: { column: "id" }, complement: "rest", columns } } };
    return trip(`corpus through ${type}`, compile(of, { fidelity: "exact" }), "c", documents.map((document, index) => document(index)));
  });
}

/** The data sets, in a mapping that knows nothing of them. */
export function datasetTrips(): RoundTrip[] {
  if (fixtures === undefined) return [];
  const of: Mapping = { version: 1, collections: { c: { table: "c", key: { column: "id", as: "text" }, complement: "rest", columns: { name: { path: "name", type: "text" }, address: { path: "address", type: "jsonb" } } } } };
  const plan = compile(of, { fidelity: "exact" });
  return datasets().map(([name, lines]) => trip(name, plan, "c", lines.flatMap((line) => parseExtendedJson(line))));
}

/** A document of the corpus with an identity of its own: most have none, and several are the same. */
const withId = (bson: Buffer) => (index: number): Uint8Array => {
  const id = Buffer.alloc(17);
  id[0] = 7;
  id.write("_id", 1);
  id.writeUInt32BE(index, 5 + 8);
  const out = Buffer.concat([bson.subarray(0, 4), id, bson.subarray(4)]);
  out.writeInt32LE(out.length);
  return out;
};

/** Of documents that cannot have rows there are none, and of those with the same key one. */
function trip(name: string, plan: Plan, collection: string, documents: readonly Uint8Array[]): RoundTrip {
  const of = plan.collection(collection);
  const byKey = new Map<string, Uint8Array>();
  for (const document of documents) if (of.toRows(document).accepted === 1) byKey.set(of.keyOf(document), document);
  const kept = [...byKey.values()];
  return { name, plan, collection, documents: kept, expected: kept };
}

function compiled(text: string): Plan | undefined {
  try {
    return compile(text);
  } catch (error) {
    if (!RowlensError.is(error)) throw error;
    return undefined;
  }
}

