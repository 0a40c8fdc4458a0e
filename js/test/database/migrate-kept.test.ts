import { afterAll, describe, expect, it } from "vitest";
import { compile, migrate, parseExtendedJson, type CollectionMapping, type Mapping, type Plan } from "rowlens";
import { pgliteDatabase } from "rowlens/pglite";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { fill, run, type Target } from "../support/migrating.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };
const rows = (sql: string): Promise<unknown> => here.session.query({ text: sql, parameters: [] });

const mapping = (name: string, more: Partial<CollectionMapping> = {}, top: Partial<Mapping> = {}): Mapping => ({
  version: 1, ...top, collections: { [name]: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", version: { path: "at", column: "source_version" }, ...more } },
});
const document = (text: string): Uint8Array => parseExtendedJson(text)[0] as Uint8Array;
const state = (id: number, at: number, more = ""): Uint8Array => document(`{ "_id": ${id}, "at": { "$date": { "$numberLong": "${at}" } }${more} }`);

/** Document 1 is there, document 2 was deleted in version 200. */
async function begin(plan: Plan, name: string): Promise<void> {
  await fill(here, plan, {});
  const db = pgliteDatabase(database, plan);
  await db.apply(name, state(1, 100));
  await db.apply(name, state(2, 100));
  expect((await db.delete(name, 2, { version: 200 })).outcome).toBe("deleted");
}

/** What is old stays refused, for rows and for what was deleted; what is new is written. */
async function guarded(plan: Plan, name: string): Promise<void> {
  const db = pgliteDatabase(database, plan);
  expect((await db.apply(name, state(1, 99, ', "x": 1'))).outcome).toBe("stale");
  expect((await db.apply(name, state(2, 150))).outcome).toBe("tombstoned");
  expect((await db.apply(name, state(1, 101))).outcome).toBe("updated");
  expect((await db.apply(name, state(2, 201))).outcome).toBe("inserted");
}

describe("deleted documents stay deleted, and old states old", () => {
  it("where the collection gets another name", async () => {
    await begin(compile(mapping("things")), "things");
    await run(here, compile(mapping("things")), compile(mapping("objects")));
    await guarded(compile(mapping("objects")), "objects");
  });

  it("where the schema gets another name, and the tombstones too", async () => {
    const [old, plan] = [compile(mapping("things", {}, { schema: "public" })), compile(mapping("things", {}, { schema: "other", tombstones: "graves" }))];
    await begin(old, "things");
    await run(here, old, plan);
    await guarded(plan, "things");
  });

  it("where ids are looked up: keys follow the name and the schema", async () => {
    const lookup = (name: string, schema: string): Plan => compile(mapping(name, { key: { column: "id", as: "lookup", type: "bigint" } as CollectionMapping["key"] }, { schema }));
    const [old, between, plan] = [lookup("things", "public"), lookup("objects", "public"), lookup("objects", "other")];
    await fill(here, old, {});
    await here.exec(old.ddl({ idMap: true, ifNotExists: true }));
    let next = 0;
    const thing = (at: number): Uint8Array => document(`{ "_id": { "$oid": "65f1a2b3c4d5e6f708192a3b" }, "at": { "$date": { "$numberLong": "${at}" } } }`);
    await pgliteDatabase(database, old).apply("things", thing(100), { newKey: () => String(++next) });
    await run(here, old, between);
    await run(here, between, plan);
    const db = pgliteDatabase(database, plan);
    expect((await db.apply("objects", thing(99))).outcome).toBe("stale");
    expect((await db.read("objects", { keys: ["1"] })).documents).toHaveLength(1);
  });

  it("where `version` goes and comes back: rows have the versions of their documents, tombstones are still there", async () => {
    const [guard, none] = [compile(mapping("things")), compile(mapping("things", { version: undefined as never }))];
    await begin(guard, "things");
    expect(migrate(guard, none).warnings.map((issue) => issue.code)).toEqual(["migration-unversioned"]);
    await run(here, guard, none);
    await run(here, none, guard);
    await guarded(guard, "things");
  });

  const FORMS: [string, Partial<CollectionMapping>][] = [["in the complement", {}], ["in a column", { columns: { at: { path: "at", type: "timestamptz" } } }], ["in jsonb", { columns: { at: { path: "at", type: "jsonb" } } }]];
  it.each(FORMS)("where the version comes to be %s", async (_, more) => {
    const [none, byN, byAt] = [undefined as never, { path: "o.n", column: "v" }, { path: "at", column: "source_version" }].map((version) => compile(mapping("things", { ...more, version })));
    const list = ['"at": { "$date": { "$numberLong": "100" } }, "o": { "n": 7 }', '"at": { "$timestamp": { "t": 1, "i": 2 } }, "o": { "n": { "$numberLong": "9007199254740993" } }', '"at": 5.5, "o": { "n": { "$numberDouble": "8.0" } }', '"at": null', '"at": { "$numberDecimal": "5" }, "o": { "n": 1e300 }', '"o": { "n": -1 }'];
    const documents = parseExtendedJson(list.map((text, index) => `{ "_id": ${index}, ${text} }`).join("\n"));
    for (const [from, to] of [[none, byAt], [none, byN]] as [Plan, Plan][]) {
      await fill(here, from, { things: documents });
      await run(here, from, to);
      const collection = to.description[0];
      const [path, column] = [collection?.version?.path, collection?.version?.column as string];
      expect(await rows(`SELECT id, ${column}::text AS v FROM things ORDER BY id`)).toEqual((path === "at" ? ["100", "4294967298", null, null, null, null] : ["7", "9007199254740993", "8", null, null, "-1"]).map((v, id) => ({ id, v })));
    }
  });

  it("where whoever writes says the version, rows have none until then: a warning says so", () => {
    const plan = compile(mapping("things", { version: { column: "v" } }));
    expect(migrate(compile(mapping("things", { version: undefined as never })), plan).warnings.map((issue) => issue.message)).toEqual(["rows of `things` have no version until they are written again, and whatever is written first wins"]);
  });
});

it("texts of json that are not those of documents are told", () => {
  const json = (type: string): Plan => compile(mapping("things", { columns: { a: { path: "a", type } }, children: [{ table: "l", path: "l[]", columns: { v: { path: "@", type: `${type}[]` } } }] }));
  const codes = (type: string): string[] => migrate(compile(mapping("things")), json(type)).warnings.map((issue) => `${issue.code}: ${issue.message}`);
  expect(codes("json")).toContainEqual(expect.stringMatching(/^migration-json: `a`, `v` of type json get jsonb's order of keys/));
  expect(codes("jsonb").join()).not.toContain("migration-json");
});

it("an id_map that is there already is taken as it is", async () => {
  const [old, plan] = [compile(mapping("things")), compile(mapping("things", {}, {}))];
  const more: Mapping = { ...mapping("things"), collections: { ...mapping("things").collections, users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" } as CollectionMapping["key"], complement: "rest" } } };
  await fill(here, old, {});
  await here.exec("CREATE TABLE id_map (collection text NOT NULL, mongo_id text NOT NULL, pg_id text NOT NULL, PRIMARY KEY (collection, mongo_id), UNIQUE (collection, pg_id)); INSERT INTO id_map VALUES ('users', 'x', '1')");
  await run(here, plan, compile(more));
  expect(await rows("SELECT collection FROM id_map")).toEqual([{ collection: "users" }]);
});
