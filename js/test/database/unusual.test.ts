import { Decimal128 } from "bson7";
import { encodeDocument, equalDocuments } from "rowlens";
import { expect, it } from "vitest";
import type { Live } from "../support/live.ts";
import { onEachServer } from "../support/each-server.ts";

/** Tables and sizes that are legal and rare. */
const guarded = { version: { path: "v", column: "source_version" }, complement: "rest" };
const text = (path: string): object => ({ path, type: "text" });
const notes = { version: 1, collections: { notes: { table: "notes", key: { column: "id", as: "text" }, ...guarded, columns: { a: text("a") }, children: [{ table: "note_items", path: "c[]", columns: { k: text("@") } }] } } };
const note = (id: string, v: number, a = "x", c: readonly string[] = ["1", "2"]): object => ({ _id: id, v, a, c });

/** More than a statement has parameters: 65 535. */
const MANY = 70_000;

onEachServer("H42: more than 65,535 of anything", notes, "", (get) => {
  it("rows of one document, and documents of one batch", async () => {
    const { db } = get();
    const items = Array.from({ length: MANY }, (_, n) => String(n));
    expect(await db.apply("notes", note("long", 1, "x", items))).toMatchObject({ outcome: "inserted", written: MANY + 1 });
    expect((await db.load("notes", [[note("long", 2, "x", [...items.slice(1), "new"])]])).counts.updated).toBe(1);
    const { documents } = await db.read("notes", ["long"]);
    expect(documents).toHaveLength(1);
    const ids = Array.from({ length: MANY }, (_, n) => ({ _id: `k${n}`, v: 1 }));
    expect((await db.load("notes", [ids])).counts.inserted).toBe(MANY);
    expect((await db.applyMany("notes", ids)).counts.unchanged).toBe(MANY);
    const read = await db.read("notes", [...ids.map(({ _id }) => _id), "none"]);
    expect([read.documents.length, read.missing]).toEqual([MANY, ["none"]]);
    expect(await db.compare("notes", [[note("long", 2, "x", [...items.slice(1), "new"])], ids])).toMatchObject({ equal: true, documents: MANY + 1, rows: 2 * MANY + 1 });
  }, 60_000);
}, ["18"]);

/** Written by every way, read by every way. */
async function everyWay({ db }: Live): Promise<void> {
  expect(await db.apply("notes", note("a", 1))).toMatchObject({ outcome: "inserted", written: 3 });
  expect((await db.applyMany("notes", [note("a", 2, "y"), note("b", 1), note("c", 1)])).counts).toMatchObject({ updated: 1, inserted: 2 });
  expect((await db.load("notes", [[note("b", 2, "z", []), note("d", 1)]])).counts).toMatchObject({ updated: 1, inserted: 1 });
  expect(await db.delete("notes", "c", { version: 2 })).toMatchObject({ outcome: "deleted", removed: 3 });
  const now = [note("a", 2, "y"), note("b", 2, "z", []), note("d", 1)];
  expect(await db.compare("notes", [now])).toMatchObject({ equal: true, documents: 3 });
  const { documents, missing } = await db.read("notes", ["a", "b", "c", "d"]);
  expect([documents.length, missing]).toEqual([3, ["c"]]);
  let streamed = 0;
  for await (const { count } of db.stream("notes")) streamed += count;
  expect(streamed).toBe(3);
}

/** Keys and the complement are all there is. */
const bare = { version: 1, collections: { notes: { ...notes.collections.notes, columns: {}, children: [{ table: "note_items", path: "c[]", columns: {} }] } } };
onEachServer("tables without a column for any field", bare, "", (get) => {
  it("are written and read in every way", async () => {
    await everyWay(get());
    expect(await get().db.checkDatabase()).toEqual([]);
  });
});

onEachServer("tables that search_path leads to, past others of other names", notes, `
  CREATE SCHEMA first; CREATE SCHEMA second;
  CREATE TABLE first.other (id text);
  ALTER TABLE notes SET SCHEMA second; ALTER TABLE note_items SET SCHEMA second; ALTER TABLE rowlens_tombstones SET SCHEMA second;
  DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = first, second', current_database()); END $$;
  SET search_path = first, second;`, (get) => {
  it("are written and read in every way", () => everyWay(get()));
});

onEachServer("unlogged tables", notes, "ALTER TABLE note_items SET UNLOGGED; ALTER TABLE notes SET UNLOGGED", (get) => {
  it("are written and read in every way, and fit the mapping", async () => {
    await everyWay(get());
    expect((await get().db.checkDatabase()).filter(({ severity }) => severity === "error")).toEqual([]);
  });
}, ["18", "15"]);

onEachServer("columns that the mapping does not know", notes, `
  ALTER TABLE notes ADD COLUMN tenant integer NOT NULL DEFAULT 7, ADD COLUMN seen timestamptz DEFAULT now(), ADD COLUMN loud text GENERATED ALWAYS AS (upper(a)) STORED;
  ALTER TABLE note_items ADD COLUMN nth bigint GENERATED ALWAYS AS IDENTITY, ADD COLUMN marks text[] NOT NULL DEFAULT '{}'`, (get) => {
  it("get their defaults, keep what others wrote, and are no difference", async () => {
    const { db, run, rows } = get();
    await everyWay(get());
    expect((await db.checkDatabase()).filter(({ severity }) => severity === "error")).toEqual([]);
    await run("UPDATE notes SET tenant = 9 WHERE id = 'a'; UPDATE note_items SET marks = '{m}' WHERE notes_id = 'a'");
    expect(await db.apply("notes", note("a", 3, "q", ["1", "3"]))).toMatchObject({ outcome: "updated", written: 2, removed: 0 });
    expect(await rows("SELECT tenant::text, loud, (SELECT string_agg(marks::text, ',') FROM note_items WHERE notes_id = 'a') AS marks FROM notes WHERE id IN ('a', 'd') ORDER BY id")).toEqual([{ tenant: "9", loud: "Q", marks: "{m},{m}" }, { tenant: "7", loud: "X", marks: "{m},{m}" }]);
    expect((await db.load("notes", [[note("e", 1)]], { into: "live" })).counts.inserted).toBe(1);
  });
}, ["18", "15"]);

onEachServer("a trigger that changes values before they are written", notes, `
  CREATE FUNCTION louder() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := upper(NEW.a); RETURN NEW; END $$;
  CREATE TRIGGER louder BEFORE INSERT OR UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION louder()`, (get) => {
  it("is found by a comparison, and gives what is already so no other outcome", async () => {
    const { db } = get();
    expect((await db.applyMany("notes", [note("a", 1, "small"), note("b", 1, "LARGE")])).counts.inserted).toBe(2);
    const found = await db.compare("notes", () => [[note("a", 1, "small"), note("b", 1, "LARGE")]]);
    expect(found).toMatchObject({ equal: false, differing: 1, differences: [{ class: "differing", table: "notes", column: "a", key: "a" }] });
    expect((await db.applyMany("notes", [note("b", 1, "LARGE")])).counts.unchanged).toBe(1);
  });
});

const WORDS = ["select", "table", "user", "order", "group", "default", "Name", "name", "日本", "\u{1f600}", 'a"b', "a'b", "a\\b", "a b", "$1", "é".repeat(31), "x".repeat(63)];
onEachServer("reserved words, mixed case, unicode and 63 bytes as names", {
  version: 1,
  collections: {
    "from": { table: "from", key: { column: "primary", as: "text" }, version: { path: "v", column: "check" }, hash: "where", complement: "null", columns: Object.fromEntries(WORDS.map((name, index) => [name, text(`f${index}`)])), children: [{ table: "Join", path: "c[]", columns: Object.fromEntries(WORDS.map((name, index) => [name, text(`g${index}`)])) }] },
  },
}, "", (get) => {
  it("are written and read in every way", async () => {
    const { db } = get();
    const fields = (letter: string, value: string): object => Object.fromEntries(WORDS.map((_, index) => [`${letter}${index}`, `${value}${index}`]));
    const of = (_id: string, v: number, value: string): object => ({ _id, v, ...fields("f", value), c: [fields("g", value), {}] });
    expect((await db.applyMany("from", [of("a", 1, "x"), of("b", 1, "x")])).counts.inserted).toBe(2);
    expect((await db.load("from", [[of("a", 2, "y"), of("c", 1, "x")]])).counts).toMatchObject({ updated: 1, inserted: 1 });
    expect(await db.delete("from", "b", { version: 2 })).toMatchObject({ outcome: "deleted" });
    const now = [of("a", 2, "y"), of("c", 1, "x")];
    expect(await db.compare("from", [now])).toMatchObject({ equal: true, documents: 2 });
    expect((await db.compare("from", [now], { stored: true })).equal).toBe(true);
    expect((await db.read("from", ["a", "c"])).documents).toHaveLength(2);
    expect(await db.checkDatabase()).toEqual([]);
  });
});

onEachServer("arrays of 100,000 elements in columns", {
  version: 1,
  collections: { notes: { table: "notes", key: { column: "id", as: "text" }, ...guarded, columns: { v: { path: "v", type: "integer", bson: "number" }, words: { path: "words", type: "text[]" }, sums: { path: "sums", type: "numeric[]" }, parts: { path: "parts", type: "bytea[]" }, grid: { path: "grid", type: "integer[][]", bson: "number" } } } },
}, "", (get) => {
  it("are written, loaded, read and compared", async () => {
    const { db, rows } = get();
    const of = (v: number, last: string): object => {
      const many = <T>(make: (n: number) => T): T[] => Array.from({ length: 100_000 }, (_, n) => make(n));
      return { _id: "a", v, words: [...many((n) => `word ${n}`), last], sums: many((n) => Decimal128.fromString(`${n}.50`)), parts: many((n) => new Uint8Array([n & 255, n >> 8])), grid: [many((n) => n), many((n) => -1 - n)] };
    };
    expect(await db.apply("notes", of(1, "first"))).toMatchObject({ outcome: "inserted", issues: [] });
    expect((await db.load("notes", [[of(2, "second")]])).counts.updated).toBe(1);
    expect(await rows("SELECT cardinality(words)::text AS words, cardinality(sums)::text AS sums, cardinality(parts)::text AS parts, cardinality(grid)::text AS grid, (rest IS NULL)::text AS whole FROM notes")).toEqual([{ words: "100001", sums: "100000", parts: "100000", grid: "200000", whole: "true" }]);
    expect(await db.compare("notes", [[of(2, "second")]])).toMatchObject({ equal: true, documents: 1 });
    const { documents } = await db.read("notes", ["a"]);
    expect(equalDocuments(documents[0] as Uint8Array, encodeDocument(of(2, "second")))).toBe(true);
  }, 60_000);
});

const secured = `
  DO $$ BEGIN CREATE ROLE rowlens_secured; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
  GRANT ALL ON ALL TABLES IN SCHEMA public TO rowlens_secured;
  ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
  CREATE POLICY no_secrets ON notes USING (a <> 'hidden') WITH CHECK (a <> 'secret')`;
onEachServer("row-level security", notes, secured, (get) => {
  it("lets through what it allows, and what it forbids is refused, whole", async () => {
    const { db, inside, rows } = get();
    expect((await db.applyMany("notes", [note("h", 1, "hidden")])).counts.inserted).toBe(1);
    await inside(async (limited) => {
      const { outcomes } = await limited.applyMany("notes", [note("a", 1), note("b", 1, "secret"), note("c", 1)]);
      expect(outcomes).toMatchObject([{ outcome: "inserted" }, { outcome: "failed", sqlstate: "42501", reason: "schema-drift" }, { outcome: "inserted" }]);
    }, "BEGIN; SET LOCAL ROLE rowlens_secured");
    await inside(async (limited) => {
      expect(await limited.apply("notes", note("d", 1))).toMatchObject({ outcome: "inserted", written: 3 });
      expect(await limited.apply("notes", note("b", 1, "secret"))).toMatchObject({ outcome: "failed", sqlstate: "42501" });
      expect((await limited.read("notes", ["a", "b", "h"])).missing).toEqual(["b", "h"]);
      expect((await limited.checkDatabase()).map(({ severity, code }) => `${severity} ${code}`)).toContain("warning row-security");
    }, "BEGIN; SET LOCAL ROLE rowlens_secured");
    expect(await rows("SELECT (SELECT string_agg(id, ',' ORDER BY id) FROM notes) AS notes, (SELECT string_agg(DISTINCT notes_id, ',') FROM note_items) AS items")).toEqual([{ notes: "a,c,d,h", items: "a,c,d,h" }]);
  });
}, ["18", "15"]);

// A document has 16 MB at most, so only results can be too large: 75 documents of 15 MB, asked for at once. By hand, for it takes gigabytes.
onEachServer("a result of more than 1 GB", notes, "", (get) => {
  it.skipIf(process.env.ROWLENS_HUGE === undefined)("is refused, with what to do; by stream all of it is read", async () => {
    const { db } = get();
    const ids = Array.from({ length: 75 }, (_, n) => `k${n}`);
    for (const id of ids) expect(await db.apply("notes", note(id, 1, id[1]?.repeat(15_000_000), []))).toMatchObject({ outcome: "inserted" });
    await expect(db.read("notes", ids)).rejects.toMatchObject({ code: "result-too-large" });
    expect((await db.read("notes", ids.slice(0, 10))).documents).toHaveLength(10);
    let streamed = 0;
    for await (const { count } of db.stream("notes")) streamed += count;
    expect(streamed).toBe(75);
    expect(await db.compare("notes", (async function* () { for (const id of ids) yield [note(id, 1, id[1]?.repeat(15_000_000), [])]; })())).toMatchObject({ equal: true, documents: 75 });
  }, 600_000);
}, ["18"]);
