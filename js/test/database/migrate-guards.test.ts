import { afterAll, describe, expect, it } from "vitest";
import { compile, equalDocuments, parseExtendedJson, type CollectionMapping, type Mapping } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { fill, read, run, type Target } from "../support/migrating.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };

const things = (more: Partial<CollectionMapping>): Mapping => ({ version: 1, collections: { things: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", ...more } } });
const at = (type: string): Mapping => things({ columns: { at: { path: "at", type }, n: { path: "n", type: "integer" } } });
const list = (type = "timestamptz"): Mapping => things({ children: [{ table: "events", path: "events[]", columns: { at: { path: "at", type } } }] });
const wider = things({ children: [{ table: "events", path: "events[]", columns: { at: { path: "at", type: "timestamptz" }, kind: { path: "kind", type: "text" } } }] });
const documents = parseExtendedJson([
  '{ "_id": 1, "at": { "$date": "2020-01-02T03:04:05.678Z" }, "n": 1, "ats": [{ "$date": "2020-01-02T03:04:05.678Z" }], "events": [{ "at": { "$date": "2020-01-02T03:04:05.678Z" } }] }',
  '{ "_id": 2, "events": [{ "at": { "$date": "2020-01-02T03:04:05.678Z" }, "kind": "x" }] }',
].join("\n"));
const one = async (sql: string): Promise<unknown> => (await here.session.query({ text: `SELECT (${sql})::text AS x`, parameters: [] }))[0]?.x;

/** The migration is refused with the message, says what to do, and nothing has changed. */
async function refused(from: Mapping, to: Mapping, message: RegExp, help: RegExp): Promise<void> {
  const before = await read(here, compile(from), "things");
  const error = await run(here, compile(from), compile(to)).then(() => undefined, (error: unknown) => error as Error & { hint?: string });
  expect(error?.message).toMatch(message);
  expect(error?.hint).toMatch(help);
  expect(await read(here, compile(from), "things")).toEqual(before);
}

describe("microseconds, which no document has", () => {
  const ats = things({ columns: { ats: { path: "ats", type: "timestamp[]" } } });
  const MOVES: [string, Mapping, Mapping, string, RegExp][] = [
    ["into the complement", at("timestamptz"), things({}), "UPDATE things SET at = at + interval '1 microsecond'", /^rowlens: `at` of `things` has microseconds/],
    ["into JSON", at("timestamp(6)"), things({ columns: { at: { path: "at", type: "jsonb" } } }), "UPDATE things SET at = '2020-01-02 03:04:05.000001'", /^rowlens: `at` of `things` has microseconds/],
    ["into milliseconds", at("timestamptz(4)"), at("timestamptz(3)"), "UPDATE things SET at = '2020-01-02 03:04:05.0001Z'", /^rowlens: `at` of `things` has microseconds/],
    ["out of an array", ats, things({}), "UPDATE things SET ats = '{NULL,2020-01-02 03:04:05.000001}'", /^rowlens: `ats` of `things` has microseconds/],
    ["in rows that are written anew", list(), things({}), "UPDATE events SET at = at + interval '1 microsecond' WHERE things_id = 2", /^rowlens: `at` of `events` has microseconds/],
    ["in rows of documents that a new column concerns", list(), wider, "UPDATE events SET at = at + interval '1 microsecond' WHERE things_id = 2", /^rowlens: `at` of `events` has microseconds/],
  ];
  it.each(MOVES)("%s: refused", async (_, from, to, sql, message) => {
    await fill(here, compile(from), { things: documents });
    await run(here, compile(from), compile(to));
    await fill(here, compile(from), { things: documents });
    await here.exec(sql);
    await refused(from, to, message, /^nothing was changed; set it to whole milliseconds/);
  });

  it("stay where only other columns change, and in rows that nothing concerns", async () => {
    await fill(here, compile(at("timestamptz")), { things: documents });
    await here.exec("UPDATE things SET at = at + interval '1 microsecond'");
    await run(here, compile(at("timestamptz")), compile(things({ columns: { since: { path: "at", type: "timestamptz" } } })));
    expect(await one("SELECT since FROM things WHERE id = 1")).toContain(".678001");
    await fill(here, compile(list()), { things: documents });
    await here.exec("UPDATE events SET at = at + interval '1 microsecond' WHERE things_id = 1");
    await run(here, compile(list()), compile(wider));
    expect(await one("SELECT at FROM events WHERE things_id = 1")).toContain(".678001");
    expect(await one("SELECT kind FROM events WHERE things_id = 2")).toBe("x");
  });

  it("and infinity moves as documents show it", async () => {
    await fill(here, compile(at("timestamptz")), { things: documents });
    await here.exec("UPDATE things SET at = 'infinity' WHERE id = 2");
    const before = await read(here, compile(at("timestamptz")), "things");
    await run(here, compile(at("timestamptz")), compile(things({})));
    expect((await read(here, compile(things({})), "things")).documents.map((document) => Buffer.from(document).toString("latin1").includes("infinity"))).toEqual(before.documents.map((document) => Buffer.from(document).toString("latin1").includes("infinity")));
    expect(await one("SELECT rest -> 'fields' ->> 'at' FROM things WHERE id = 2")).toBe("infinity");
  });
});

describe("what others put beside rows that are written anew", () => {
  it("a column is not dropped in silence", async () => {
    await fill(here, compile(list()), { things: documents });
    await here.exec("ALTER TABLE events ADD COLUMN seen boolean; UPDATE events SET seen = true");
    await refused(list(), wider, /^rowlens: `seen` of `events` is no column of the mapping/, /map the column/);
    await refused(list(), things({}), /^rowlens: `seen` of `events` is no column of the mapping/, /map the column/);
    // A generated one comes again by itself.
    await here.exec("ALTER TABLE events DROP COLUMN seen; ALTER TABLE events ADD COLUMN next integer GENERATED ALWAYS AS (ordinal + 1) STORED");
    await run(here, compile(list()), compile(wider));
    expect(await one("SELECT sum(next) FROM events")).toBe("2");
  });

  it("rows that would go with them are not deleted in silence", async () => {
    await fill(here, compile(list()), { things: documents });
    await here.exec("CREATE TABLE likes (things_id integer, ordinal integer, FOREIGN KEY (things_id, ordinal) REFERENCES events ON DELETE CASCADE); INSERT INTO likes SELECT things_id, ordinal FROM events");
    await refused(list(), wider, /^rowlens: rows of `likes` depend on rows of `events`/, /drop the foreign key first/);
    expect(await one("SELECT count(*) FROM likes")).toBe("2");
  });

  it("and what the root table has besides stays", async () => {
    await fill(here, compile(at("timestamptz")), { things: documents });
    await here.exec("ALTER TABLE things ADD COLUMN note text DEFAULT 'mine'");
    await run(here, compile(at("timestamptz")), compile(things({})));
    expect(await one("SELECT string_agg(note, ',') FROM things")).toBe("mine,mine");
  });
});

describe("hazard: complements recognise elements by the text of `json`, whose order of keys SQL does not keep", () => {
  const elements = (type: string, more: object = {}): Mapping => things({ children: [{ table: "l", path: "l[]", columns: { w: { path: "w", type }, ...more } }] });
  const secret = (w: string): Uint8Array[] => parseExtendedJson(`{ "_id": 1, "l": [{ "w": ${w}, "note": "SECRET" }] }`);
  const whole = (type: string): Mapping => things({ columns: { l: { path: "l", type } } });
  it.each([
    ["into the complement", elements("json"), things({})],
    ["into jsonb", elements("json"), elements("jsonb")],
    ["beside a column that comes", elements("json"), elements("json", { n: { path: "n", type: "integer" } })],
  ])("%s: refused where the order is another", async (_, from, to) => {
    await fill(here, compile(from), { things: secret('{ "zz": 1, "a": 2 }') });
    await refused(from, to, /^rowlens: the complement says something about elements of `l`/, /read the documents with the old mapping/);
    const documents = secret('{ "a": { "b": [1, { "c": 2 }] }, "zz": 1 }');
    await fill(here, compile(from), { things: documents });
    await run(here, compile(from), compile(to));
    const after = await read(here, compile(to), "things");
    expect(after.codes).toEqual([]);
    expect(equalDocuments(after.documents[0] as Uint8Array, documents[0] as Uint8Array)).toBe(true);
  });

  it("elements in a `json` column itself come back, or it is refused", async () => {
    const documents = parseExtendedJson('{ "_id": 1, "l": [{ "zz": 1, "a": "u\\u0000" }] }');
    await fill(here, compile(whole("json")), { things: documents });
    const error = await run(here, compile(whole("json")), compile(whole("jsonb"))).then(() => undefined, (error: unknown) => (error as Error).message);
    const plan = compile(whole(error === undefined ? "jsonb" : "json"));
    const after = await read(here, plan, "things");
    expect(after.codes).toEqual([]);
    expect(equalDocuments(after.documents[0] as Uint8Array, documents[0] as Uint8Array)).toBe(true);
  });
});

it("a complement of another version is not read", async () => {
  await fill(here, compile(things({})), { things: documents });
  await here.exec(`UPDATE things SET rest = '{"v": 2}' WHERE id = 2`);
  await refused(things({}), at("timestamptz"), /^rowlens: a complement is not of version 1/, /read the documents with the old mapping/);
});
