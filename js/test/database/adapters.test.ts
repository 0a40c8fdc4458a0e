import { compile, type Mapping } from "rowlens";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Outcome } from "../../src/database/outcome.ts";
import { allAdapters, type OpenedAdapter } from "../support/adapters.ts";

const mapping: Mapping = {
  version: 1,
  collections: {
    things: {
      table: "things",
      key: { column: "id", as: "text" },
      version: { path: "v", column: "source_version" },
      complement: "rest",
      columns: { size: { path: "size", type: "integer", bson: "number" } },
      children: [{ table: "thing_parts", path: "parts[]", ordinal: "position", columns: { part: { path: "@", type: "text" } } }],
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
    opened = await adapter.open(plan, `${plan.ddl()}; ALTER TABLE things ADD CHECK (size < 100); ALTER TABLE people ADD CHECK (age < 100)`);
  }, 60_000);
  afterAll(() => opened?.close(), 60_000);
  beforeEach(() => opened.db.session.pipeline([{ text: "TRUNCATE things, thing_parts, people, id_map, rowlens_tombstones", parameters: [] }]));

  const column = async (text: string): Promise<unknown[]> => (await opened.db.session.query({ text, parameters: [] })).map(({ a }) => a);
  const there = (): Promise<unknown[]> => column("SELECT id AS a FROM things ORDER BY id");
  const facts = (outcomes: readonly Outcome[]): string[] => outcomes.map((outcome) => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome));

  it("calls at the same time in one transaction wait for each other, and one that fails harms no other", async () => {
    const said = await opened.inside((db) => Promise.all([db.apply("things", thing("a")), db.apply("things", thing("b", 500)), db.apply("things", thing("c")), db.applyMany("things", [thing("d"), thing("e", 500)]).then(({ outcomes }) => outcomes), db.delete("things", "z", { version: 1 })]));
    expect(facts(said.flat())).toEqual(["inserted", "check-failed", "inserted", "inserted", "check-failed", "deleted"]);
    expect(await there()).toEqual(["a", "c", "d"]);
    expect(await column("SELECT t_id AS a FROM (SELECT DISTINCT things_id AS t_id FROM thing_parts) t ORDER BY 1")).toEqual(["a", "c", "d"]);
  });

  it("H24: a load in a transaction of the caller keeps the keys that it gave new ids, whoever is poison", async () => {
    let next = 0;
    const batches = Array.from({ length: 6 }, (_, batch) => Array.from({ length: 20 }, (_, at) => ({ _id: `p${batch}-${at}`, v: 1, age: at === 7 ? 500 : 1 })));
    const report = await opened.inside((db) => db.load("people", batches, { newKey: () => String(++next) }));
    expect(report.counts).toMatchObject({ inserted: 114, failed: 6 });
    expect(await column("SELECT count(*)::text AS a FROM people JOIN id_map ON pg_id = people.id::text")).toEqual(["114"]);
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
});
