import { describe, expect, it } from "vitest";
import { init } from "rowlens";
import { equalDocuments } from "../../src/bson/equal-documents.ts";
import type { Collection } from "../../src/core/collection.ts";
import { toExtendedJson } from "../../src/core/extended-json.ts";
import type { Rows } from "../../src/core/rows.ts";
import { arrayToText } from "../../src/postgres/array.ts";
import { applyMany } from "../../src/database/apply.ts";
import { compareDocuments } from "../../src/database/compare.ts";
import { load } from "../../src/database/load.ts";
import { DigestIndex, digestBatch } from "../../src/database/digest-index.ts";
import { readDigests } from "../../src/database/digests.ts";
import { readDocuments } from "../../src/database/read.ts";
import type { Session } from "../../src/database/session.ts";
import { streamDocuments } from "../../src/database/stream.ts";
import { caseTrips, corpusTrips, datasetTrips, escrowTrips, madeUpTrips, type RoundTrip } from "../support/round-trips.ts";
import { useScratch } from "../support/scratch.ts";

await init();

/** Each server runs all of it: rows in by COPY or by `applyMany`, documents out by key and as a stream, digests computed there and here. */
describe.each(["pglite", "18", "15"] as const)("H44: through PostgreSQL and back, not only forward (%s)", (server) => {
  const scratch = useScratch(server);

  const trips: [string, () => RoundTrip[], number][] = [
    ["the literate cases", caseTrips, 60],
    ["the escrow example", escrowTrips, 10],
    ["documents of every column type", () => madeUpTrips(300), 1],
    ["the BSON corpus", corpusTrips, 0],
    ["the data sets", datasetTrips, 0],
  ];
  describe.each([["loaded", loaded], ["applied", applied]] as const)("%s", (_, put) => {
    it.each(trips)("%s", async (_, make, least) => {
      const all = make();
      expect(all.length).toBeGreaterThanOrEqual(least);
      for (const trip of all) await scratch.run(trip.plan.ddl(), (session) => there(session, trip, put));
    }, 300_000);
  });
});

async function loaded(session: Session, collection: Collection, _: Rows, { name, documents }: RoundTrip): Promise<void> {
  const guard = collection.inner.description.version === null ? { unguarded: true } : { version: () => 1 };
  const { counts } = await load(session, collection, [documents], { ...guard, into: "empty" });
  expect(counts, name).toMatchObject({ inserted: documents.length, failed: 0 });
}

async function applied(session: Session, collection: Collection, _: Rows, { name, documents }: RoundTrip): Promise<void> {
  const guard = collection.inner.description.version === null ? { unguarded: true } : { versions: documents.map(() => 1) };
  const { outcomes } = await applyMany(session, collection, documents, guard);
  expect(outcomes.filter(({ outcome }) => outcome !== "inserted"), name).toEqual([]);
}

async function there(session: Session, trip: RoundTrip, put: (session: Session, collection: Collection, rows: Rows, trip: RoundTrip) => Promise<void>): Promise<void> {
  const collection = trip.plan.collection(trip.collection);
  const options = trip.lookups === undefined ? {} : { lookups: trip.lookups };
  // What was looked up is in `id_map`, and comes with the rows.
  const columns = [0, 1, 2].map((column) => arrayToText((trip.lookups ?? []).map((entry) => entry[column] as string)));
  if (trip.lookups !== undefined) await session.query({ text: "INSERT INTO id_map (collection, mongo_id, pg_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])", parameters: columns });
  const rows = collection.toRows(trip.documents, options);
  expect(rows.accepted, trip.name).toBe(trip.documents.length);
  await put(session, collection, rows, trip);

  const key = collection.tables[0]?.columns.findIndex(({ name }) => name === collection.tables[0]?.key[0]) ?? -1;
  const keys = (rows.tables[0]?.parameters("text") ?? []).map((values) => values[key] as string);
  const read = await readDocuments(session, collection, { keys });
  expect(read.missing).toEqual([]);
  expectSame(trip, collection, read.documents);

  const streamed: Uint8Array[] = [];
  let batches = 0;
  for await (const batch of streamDocuments(session, collection, { bytes: 20_000 })) {
    streamed.push(...batch.documents);
    batches++;
  }
  if (rows.tables.reduce((sum, table) => sum + table.tuples.length, 0) > 100_000) expect(batches).toBeGreaterThan(1);
  // In the order of keys, which is not the batch's.
  const place = new Map(keys.map((own, index) => [own, index]));
  const order = streamed.length === keys.length && trip.expected === trip.documents ? streamed.map((document) => place.get(collection.keyOf(document, options)) ?? -1) : undefined;
  expectSame(trip, collection, order === undefined ? streamed : streamed.map((document, at) => [order[at] as number, document] as const).sort(([a], [b]) => a - b).map(([, document]) => document));

  const index = new DigestIndex(collection);
  index.add(digestBatch(collection, trip.documents, options).bytes);
  index.finish();
  expect(await readDigests(session, collection), trip.name).toEqual([index.digest(0, index.size, false)]);
  const found = await compareDocuments(session, collection, [trip.documents]);
  expect(found, trip.name).toMatchObject({ equal: true, documents: trip.documents.length, queries: 1, ranges: 0, differing: 0, differences: [] });
}

function expectSame(trip: RoundTrip, collection: Collection, documents: readonly Uint8Array[]): void {
  const exact = trip.plan.description.find(({ name }) => name === collection.name)?.fidelity === "exact";
  expect(documents.length, trip.name).toBe(trip.expected.length);
  documents.forEach((document, index) => {
    const expected = trip.expected[index] as Uint8Array;
    const same = exact ? Buffer.compare(document, expected) === 0 : equalDocuments(document, expected);
    if (!same) expect(toExtendedJson(document), `${trip.name} #${index}`).toBe(toExtendedJson(expected));
  });
}
