import { expect, it } from "vitest";
import { onEachServer } from "../support/each-server.ts";
import { live } from "../support/live.ts";

const guarded = { version: { path: "v", column: "source_version" }, complement: "rest" };
const text = (path: string): object => ({ path, type: "text" });

onEachServer("tables in other schemas, partitioned, with odd names", {
  version: 1, schema: 'od"d schema', tombstones: 'tömb"s', enums: { 'st"ate': ["o'ne", 'tw"o'] },
  collections: {
    '"select" ’$1': { table: "_state", schema: "other's", key: { column: "user", as: "text" }, ...guarded, hash: 'ha"sh', columns: { 'ord"er': { path: "a", type: 'st"ate' }, "日本": text("b") }, children: [{ table: "_in0", path: "c[]", columns: { k: text("@") } }] },
  },
}, "", (get) => {
  const name = '"select" ’$1';
  it("are written, loaded and deleted", async () => {
    const { db, rows } = get();
    expect(await db.apply(name, { _id: "'a\\\"{,}", v: 1, a: 'tw"o', b: "x", c: ["1", "2"] })).toMatchObject({ outcome: "inserted", written: 3 });
    expect(await db.apply(name, { _id: "'a\\\"{,}", v: 1, a: 'tw"o', b: "x", c: ["1", "2"] })).toMatchObject({ outcome: "unchanged" });
    expect((await db.load(name, [[{ _id: "b", v: 1, a: "o'ne", c: ["1"] }, { _id: "'a\\\"{,}", v: 2, c: ["1"] }]])).counts).toMatchObject({ inserted: 1, updated: 1 });
    expect(await rows('SELECT octet_length("ha""sh")::text AS n FROM "other\'s"._state')).toEqual([{ n: "16" }, { n: "16" }]);
    expect(await db.delete(name, "'a\\\"{,}", { version: 2 })).toMatchObject({ outcome: "deleted", removed: 2, key: "'a\\\"{,}" });
    expect(await rows('SELECT collection, key FROM "od""d schema"."tömb""s"')).toEqual([{ collection: name, key: "'a\\\"{,}" }]);
  });

  it("hold the digest that a comparison computes", async () => {
    const { db } = get();
    expect(await db.digests(name, { stored: true })).toMatchObject(await db.digests(name).then((all) => all.map(({ documents }) => ({ documents }))));
    expect((await db.compare(name, [[{ _id: "b", v: 1, a: "o'ne", c: ["1"] }]], { stored: true })).equal).toBe(true);
  });
});

onEachServer("partitioned tables", { version: 1, collections: { parts: { table: "parts", key: { column: "id", as: "text" }, ...guarded, columns: { a: text("a") }, children: [{ table: "part_items", path: "c[]", columns: { k: text("@") } }] } } }, `
  DROP TABLE part_items, parts;
  CREATE TABLE parts (id text PRIMARY KEY, a text, rest jsonb, source_version bigint) PARTITION BY HASH (id);
  CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE part_items (parts_id text REFERENCES parts ON DELETE CASCADE, ordinal integer, k text, PRIMARY KEY (parts_id, ordinal)) PARTITION BY HASH (parts_id);
  CREATE TABLE part_items_0 PARTITION OF part_items FOR VALUES WITH (MODULUS 1, REMAINDER 0);`, (get) => {
  it("are written as others are", async () => {
    const { db, rows } = get();
    const batch = (v: number, count: number): object[] => Array.from({ length: 8 }, (_, id) => ({ _id: `k${id}`, v, a: `v${v}`, c: Array.from({ length: count }, (_, k) => String(k)) }));
    expect((await db.applyMany("parts", batch(1, 3))).counts.inserted).toBe(8);
    expect((await db.applyMany("parts", batch(1, 3))).counts.unchanged).toBe(8);
    expect(await db.apply("parts", batch(2, 1)[0] as object)).toMatchObject({ outcome: "updated", written: 1, removed: 2 });
    expect((await db.load("parts", [batch(3, 2)])).counts.updated).toBe(8);
    expect(await rows("SELECT count(*)::text AS n, count(DISTINCT tableoid)::text AS tables FROM parts")).toEqual([{ n: "8", tables: "2" }]);
  });
});

// PostgreSQL has no more columns than 1,600; the root has complement, version and its key besides.
const WIDE = 1_597;
const wideColumns = Object.fromEntries(Array.from({ length: WIDE }, (_, index) => [`c${index}`, { path: `f${index}`, type: "boolean" }]));
onEachServer("a table of 1,600 columns", { version: 1, collections: { wide: { table: "wide", key: { column: "id", as: "text" }, ...guarded, columns: wideColumns } } }, "", (get) => {
  it("is written by the same statements", async () => {
    const { db } = get();
    const fields = Object.fromEntries(Array.from({ length: WIDE }, (_, index) => [`f${index}`, index % 3 === 0]));
    const batch = (v: number): object[] => [{ _id: "a", v, ...fields }, { _id: "b", v, f3: true }];
    expect((await db.applyMany("wide", batch(1))).outcomes).toMatchObject([{ outcome: "inserted" }, { outcome: "inserted" }]);
    expect((await db.applyMany("wide", batch(1))).counts.unchanged).toBe(2);
    expect((await db.load("wide", [batch(2)])).counts.updated).toBe(2);
  });
});

onEachServer("an array of many elements", { version: 1, collections: { lists: { table: "lists", key: { column: "id", as: "text" }, ...guarded, children: [{ table: "list_items", path: "items[]", columns: { n: { path: "@", type: "integer", bson: "number" } } }] } } }, "", (get) => {
  it("100,000 rows are one statement, and one that differs is one row", async () => {
    const { db } = get();
    const items = Array.from({ length: 100_000 }, (_, n) => n);
    expect(await db.apply("lists", { _id: "a", v: 1, items })).toMatchObject({ outcome: "inserted", written: 100_001 });
    items[70_000] = -1;
    expect(await db.apply("lists", { _id: "a", v: 1, items })).toMatchObject({ outcome: "updated", written: 1, removed: 0 });
    expect(await db.apply("lists", { _id: "a", v: 2, items: [] })).toMatchObject({ outcome: "updated", removed: 100_000 });
  }, 60_000);
}, ["18", "pglite"]);

it("rows are found by key, however many there are: plans made for small tables hold for large ones", async (test) => {
  const own = await live("18", { version: 1, collections: { lists: { table: "lists", key: { column: "id", as: "text" }, ...guarded, children: [{ table: "list_items", path: "items[]", columns: { n: { path: "@", type: "integer", bson: "number" } } }] } } });
  if (own === undefined) return test.skip();
  try {
    const batch = (from: number, v: number): object[] => Array.from({ length: 50 }, (_, id) => ({ _id: `k${from + id}`, v, items: [from, id] }));
    await own.db.applyMany("lists", batch(0, 1));
    await own.run("INSERT INTO lists (id, source_version) SELECT 'x' || n, 1 FROM generate_series(1, 100000) AS n; INSERT INTO list_items SELECT 'x' || n, 0, n FROM generate_series(1, 100000) AS n");
    // What a connection has counted is seen by all when it says so, after the statement.
    const reads = async (): Promise<{ whole: string; byKey: number }> => {
      await own.rows("SELECT pg_stat_force_next_flush()::text");
      const [row] = await own.rows("SELECT sum(seq_tup_read)::text AS whole, sum(idx_scan)::text AS by_key FROM pg_stat_user_tables WHERE relname IN ('lists', 'list_items')");
      return { whole: row?.whole as string, byKey: Number(row?.by_key) };
    };
    const before = await reads();
    for (const v of [2, 3, 4]) await own.db.applyMany("lists", batch(0, v));
    await own.db.applyMany("lists", batch(5_000, 1));
    await own.db.load("lists", [batch(0, 5), batch(9_000, 1)]);
    await own.db.delete("lists", "k3", { version: 9 });
    const after = await reads();
    expect(after.byKey).toBeGreaterThan(before.byKey + 500);
    expect(after.whole).toBe(before.whole);
  } finally {
    await own.close();
  }
}, 60_000);
