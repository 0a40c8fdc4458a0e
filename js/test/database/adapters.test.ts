import { deserialize } from "bson7";
import { compile, type Mapping } from "rowlens";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { Outcome } from "../../src/database/outcome.ts";
import { madeUpTrips, type RoundTrip } from "../support/round-trips.ts";
import { allAdapters, type OpenedAdapter } from "../support/adapters.ts";

const mapping: Mapping = {
  version: 1,
  collections: {
    things: {
      table: "things",
      key: { column: "id", as: "text" },
      version: { path: "v", column: "source_version" },
      complement: "rest",
      columns: { size: { path: "size", type: "integer", bson: "number" }, labels: { path: "labels", type: "text[]" } },
      children: [{ table: "thing_parts", path: "parts[]", ordinal: "position", columns: { part: { path: "@", type: "text" } } }, { table: "thing_marks", path: "marks[]", columns: { words: { path: "words", type: "text[]" } } }],
    },
    people: { table: "people", key: { column: "id", as: "lookup", type: "bigint" }, version: { path: "v", column: "source_version" }, complement: "rest", columns: { age: { path: "age", type: "integer", bson: "number" } } },
  },
};
const plan = compile(mapping);
const thing = (_id: string, size = 1, v = 1): object => ({ _id, v, size, parts: ["x", "y"] });

/** What every adapter does, as its users see it. */
describe.each(await allAdapters())("a database over $name", (adapter) => {
  let opened: OpenedAdapter;
  beforeAll(async () => {
    opened = await adapter.open(plan, `${plan.ddl()}; ALTER TABLE things ADD CHECK (size < 100); ALTER TABLE people ADD CHECK (age < 100);
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET array_nulls = off', current_database()); END $$; SET array_nulls = off`);
  }, 60_000);
  afterAll(() => opened?.close(), 60_000);
  beforeEach(() => opened.db.session.pipeline([{ text: "TRUNCATE things, thing_parts, thing_marks, people, id_map, rowlens_tombstones", parameters: [] }]));

  const column = async (text: string): Promise<unknown[]> => (await opened.db.session.query({ text, parameters: [] })).map(({ a }) => a);
  const there = (): Promise<unknown[]> => column("SELECT id AS a FROM things ORDER BY id");
  const facts = (outcomes: readonly Outcome[]): string[] => outcomes.map((outcome) => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome));

  it("calls at the same time in one transaction wait for each other, and one that fails harms no other", async () => {
    const said = await opened.inside((db) => Promise.all([db.apply("things", thing("a")), db.apply("things", thing("b", 500)), db.apply("things", thing("c")), db.applyMany("things", [thing("d"), thing("e", 500)]).then(({ outcomes }) => outcomes), db.delete("things", "z", { version: 1 })]));
    expect(facts(said.flat())).toEqual(["inserted", "check-failed", "inserted", "inserted", "check-failed", "deleted"]);
    expect(await there()).toEqual(["a", "c", "d"]);
    expect(await column("SELECT t_id AS a FROM (SELECT DISTINCT things_id AS t_id FROM thing_parts) t ORDER BY 1")).toEqual(["a", "c", "d"]);
  });

  it("what is written in a transaction of the caller is seen in it, and goes with it where that is rolled back", async () => {
    await opened.db.apply("things", thing("old"));
    const undo = new Error("undo");
    let next = 0;
    const write = async (db: Database): Promise<void> => {
      expect(db.session.inTransaction).toBe(true);
      // What the caller writes by hand belongs to it, too.
      await db.session.query({ text: "INSERT INTO things (id, size, source_version) VALUES ('hand', 1, 1)", parameters: [] });
      expect(await db.apply("things", thing("a"))).toMatchObject({ outcome: "inserted" });
      expect((await db.applyMany("things", [thing("b"), thing("c", 500), thing("old", 2, 2)])).counts).toMatchObject({ inserted: 1, failed: 1, updated: 1 });
      expect((await db.load("things", [[thing("d"), thing("e", 500)], [thing("f")]])).counts).toMatchObject({ inserted: 2, failed: 1 });
      expect((await db.load("people", [[{ _id: "p", v: 1, age: 1 }]], { newKey: () => String(++next) })).counts).toMatchObject({ inserted: 1 });
      expect(await db.delete("things", "b", { version: 9 })).toMatchObject({ outcome: "deleted" });
      expect((await db.read("things", ["a", "b", "c", "d", "f", "hand", "old"])).missing).toEqual(["b", "c"]);
      const streamed: number[] = [];
      for await (const batch of db.stream("things")) streamed.push(batch.count);
      expect(streamed.reduce((sum, count) => sum + count, 0)).toBe(5);
      expect(await db.digests("things")).toMatchObject([{ documents: 5 }]);
      expect(await db.compare("things", [[thing("a"), thing("d"), thing("f"), thing("old", 2, 2), { _id: "hand", v: 1, size: 1, parts: [] }]])).toMatchObject({ differing: 1, documents: 5 });
    };
    await expect(opened.inside((db) => write(db).then(() => Promise.reject(undo)))).rejects.toBe(undo);
    expect(await there()).toEqual(["old"]);
    expect(await column("SELECT (SELECT count(*) FROM thing_parts) || ' ' || (SELECT count(*) FROM people) || ' ' || (SELECT count(*) FROM id_map) || ' ' || (SELECT count(*) FROM rowlens_tombstones) AS a")).toEqual(["2 0 0 0"]);
    expect(await opened.db.compare("things", [[thing("old")]])).toMatchObject({ equal: true });
    await opened.inside(write);
    expect(await there()).toEqual(["a", "d", "f", "hand", "old"]);
  });

  it("H24: a load in a transaction of the caller keeps the keys that it gave new ids, whoever is poison", async () => {
    let next = 0;
    const batches = Array.from({ length: 6 }, (_, batch) => Array.from({ length: 20 }, (_, at) => ({ _id: `p${batch}-${at}`, v: 1, age: at === 7 ? 500 : 1 })));
    const report = await opened.inside((db) => db.load("people", batches, { newKey: () => String(++next) }));
    expect(report.counts).toMatchObject({ inserted: 114, failed: 6 });
    expect(await column("SELECT count(*)::text AS a FROM people JOIN id_map ON pg_id = people.id::text")).toEqual(["114"]);
  });

  it("H23: of several writers who give one id a key at the same time the first wins, and the others take its key", async () => {
    let next = 0;
    const outcomes = await Promise.all([1, 2, 3, 4].map((v) => opened.db.apply("people", { _id: "new", v, age: v }, { newKey: () => String(100 * v + ++next) })));
    expect(new Set(outcomes.map((outcome) => outcome.key)).size).toBe(1);
    expect(outcomes.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(await column("SELECT id || ' ' || age AS a FROM people")).toEqual([`${outcomes[0]?.key} 4`]);
    expect(await column("SELECT pg_id AS a FROM id_map")).toEqual([outcomes[0]?.key]);
  });

  it("a read in the loop over a stream of the same transaction is refused, and not waited for for ever; after the loop all goes on", async () => {
    await opened.db.applyMany("things", [thing("a"), thing("b")]);
    await opened.inside(async (db) => {
      for await (const _ of db.stream("things", { bytes: 1 })) {
        await expect(db.read("things", ["a"])).rejects.toMatchObject({ code: "connection-busy", message: expect.stringContaining("pool") });
        break;
      }
      expect((await db.read("things", ["a", "c"])).missing).toEqual(["c"]);
      // One that was given up in the middle holds nothing.
      for await (const _ of db.stream("things", { bytes: 1 })) break;
      expect(await db.apply("things", thing("c"))).toMatchObject({ outcome: "inserted" });
    });
    expect(await there()).toEqual(["a", "b", "c"]);
  });

  it("`array_nulls = off` of a database changes nothing: NULL is stored as NULL, and compared", async () => {
    const document = (_id: string): object => ({ _id, v: 1, labels: ["NULL", null], parts: ["x", null], marks: [{ words: [null, "NULL"] }] });
    const documents = ["a", "b", "c", "d", "e"].map((_id) => document(_id));
    const [a, b, c, d, e] = documents as [object, object, object, object, object];
    expect(await opened.db.apply("things", a)).toMatchObject({ outcome: "inserted" });
    expect(await opened.inside((db) => db.apply("things", b))).toMatchObject({ outcome: "inserted" });
    expect((await opened.db.applyMany("things", [a, c, thing("poison", 500)])).counts).toMatchObject({ unchanged: 1, inserted: 1, failed: 1 });
    expect((await opened.db.load("things", [[b, d]])).counts).toMatchObject({ unchanged: 1, inserted: 1 });
    expect((await opened.inside((db) => db.load("things", [[d, e]]))).counts).toMatchObject({ unchanged: 1, inserted: 1 });
    for (const text of ["string_agg(coalesce(part, '-'), '' ORDER BY position) AS a FROM thing_parts GROUP BY things_id", "coalesce(words[1], '-') AS a FROM thing_marks", "coalesce(labels[2], '-') AS a FROM things"]) {
      expect(await column(`SELECT right(a, 1) AS a FROM (SELECT ${text}) t`)).toEqual(documents.map(() => "-"));
    }
    expect(await opened.db.compare("things", () => [documents])).toMatchObject({ equal: true });
    expect(await opened.db.compare("things", () => [documents.slice(1)])).toMatchObject({ equal: false, differing: 1 });
  });

  it("a connection whose client_encoding is not UTF8 is refused, by reads and writes: other texts would be stored than were sent", async () => {
    await opened.db.apply("things", thing("ü", 1, 1));
    const latin = { text: "SET LOCAL client_encoding = 'LATIN1'", parameters: [] };
    const person = { _id: "ö", v: 1, age: 1 };
    const calls: [string, (db: Database) => Promise<unknown>][] = [
      ["apply", (db) => db.apply("things", thing("ä"))], ["applyMany", (db) => db.applyMany("things", [thing("ä"), thing("ö")])], ["delete", (db) => db.delete("things", "ü", { version: 2 })],
      ["load", (db) => db.load("things", [[thing("ä")]])], ["load into empty tables", (db) => db.load("people", [[person]], { into: "empty", newKey: () => "1" })], ["new keys", (db) => db.apply("people", person, { newKey: () => "1" })],
      ["read", (db) => db.read("things", ["ü"])], ["compare", (db) => db.compare("things", [[thing("ü")]])], ["digests", (db) => db.digests("things")],
      ["stream", async (db) => { for await (const _ of db.stream("things")); }],
    ];
    for (const [name, call] of calls) {
      const undo = new Error("undo");
      const work = opened.inside(async (db) => {
        await db.session.query({ ...latin, anyEncoding: true });
        await expect(call(db), name).rejects.toMatchObject({ code: "client-encoding", message: expect.stringContaining("LATIN1") });
        expect((await db.checkDatabase()).map(({ code }) => code), name).toContain("client-encoding");
        throw undo;
      });
      await expect(work, name).rejects.toBe(undo);
    }
    // Nothing of it stays on the connection, and nothing was written.
    expect(await there()).toEqual(["ü"]);
    expect(await opened.db.compare("things", [[thing("ü")]])).toMatchObject({ equal: true });
    expect(await column("SELECT mongo_id AS a FROM id_map")).toEqual([]);
  });

  it("a load into empty tables finds and makes keys on the connection that it has, and is all or nothing with them", async () => {
    let next = 0;
    const newKey = (): string => String(++next);
    const people = (...ages: number[]): object[] => ages.map((age, at) => ({ _id: `p${next}-${at}`, v: 1, age }));
    const told: string[] = [];
    await expect(opened.db.load("people", [people(1, 2), people(3, 500)], { into: "empty", newKey, onOutcome: ({ outcome }) => told.push(outcome) })).rejects.toMatchObject({ sqlstate: "23514" });
    expect(await column("SELECT mongo_id AS a FROM id_map")).toEqual([]);
    const source = async function* (): AsyncGenerator<object[]> {
      for (let batch = 0; batch < 5; batch++) yield people(1, 2, 3);
    };
    expect((await opened.inside((db) => db.load("people", source(), { into: "empty", newKey }))).counts).toMatchObject({ inserted: 15 });
    expect(await column("SELECT count(*)::text AS a FROM people JOIN id_map ON pg_id = people.id::text")).toEqual(["15"]);
  });

  it("the source of a load into empty tables that asks the connection which the load is on is refused, and not waited for for ever", async () => {
    await opened.inside(async (db) => {
      const source = async function* (): AsyncGenerator<object[]> {
        yield [thing("a")];
        await db.read("things", ["a"]);
      };
      await expect(db.load("things", source(), { into: "empty" })).rejects.toMatchObject({ code: "connection-busy" });
      expect((await db.load("things", [[thing("b")]], { into: "empty" })).counts.inserted).toBe(1);
    });
    expect(await there()).toEqual(["b"]);
  });

  it.each(["repeatable read", "serializable"])("H13: a load into empty tables is refused in a transaction that is %s: it would not see a delete that others have committed", async (level) => {
    await opened.inside(async (db) => {
      // Before any query, that for the encoding too.
      await db.session.query({ text: `SET TRANSACTION ISOLATION LEVEL ${level}`, parameters: [], anyEncoding: true });
      await expect(db.load("things", [[thing("a")]], { into: "empty" })).rejects.toMatchObject({ code: "isolation", message: expect.stringContaining(level) });
    });
    expect(await there()).toEqual([]);
  });
});

/** Documents of every column type, through the driver and back. */
describe.each(await allAdapters())("documents over $name", (adapter) => {
  it.each(["a database", "a transaction"])("are there as they were: applied or loaded, read and streamed, and compared, over %s", async (over) => {
    const [trip] = madeUpTrips(24) as [RoundTrip];
    const { db, inside, close } = await adapter.open(trip.plan as never, trip.plan.ddl());
    await (over === "a database" ? through(db, trip) : inside((own) => through(own, trip)));
    await close();
  }, 120_000);

  async function through(db: Database, trip: RoundTrip): Promise<void> {
    const { collection, documents } = trip;
    const options = { unguarded: true };
    const half = Math.floor(documents.length / 2);
    expect((await db.applyMany(collection, documents.slice(0, half), options)).counts.inserted).toBe(half);
    expect((await db.load(collection, [documents.slice(half)], options)).counts.inserted).toBe(documents.length - half);
    for (const document of documents.slice(0, 5)) expect(await db.apply(collection, document, options)).toMatchObject({ outcome: "unchanged" });

    const hex = (list: readonly Uint8Array[]): string[] => list.map((bson) => Buffer.from(bson).toString("hex"));
    const keys = documents.map((document) => trip.plan.collection(collection).keyOf(document));
    expect(hex((await db.read(collection, { keys })).documents)).toEqual(hex(documents));
    const streamed: Uint8Array[] = [];
    for await (const batch of db.stream(collection)) streamed.push(...batch.documents.map((bson) => bson.slice()));
    expect(hex(streamed).sort()).toEqual(hex(documents).sort());

    expect(await db.compare(collection, () => [documents])).toMatchObject({ equal: true, documents: documents.length });
    expect(await db.delete(collection, (deserialize(documents[0] as Uint8Array, { promoteValues: false }) as { _id: unknown })._id, options)).toMatchObject({ outcome: "deleted" });
    expect(await db.compare(collection, () => [documents])).toMatchObject({ equal: false, differing: 1 });
  }
});
