import { beforeEach, expect, it } from "vitest";
import { Decimal128 } from "bson7";
import { toExtendedJson } from "rowlens";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";
import { constraints, empty, moved, order, ORDER_ROWS, orders, places } from "./orders.ts";

const facts = (outcome: Outcome): unknown => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome);
const zero = Decimal128.fromString("0");

onEachServer("many documents are applied", orders, constraints, (get, server) => {
  beforeEach(() => empty(get()));
  const text = async (sql: string): Promise<unknown> => (await get().rows(sql)).map((row) => Object.values(row).join("|")).join(";");

  it("each has its outcome, in the order of the batch", async () => {
    await get().db.applyMany("orders", [order("b", 2), order("c", 2), order("e", 1)]);
    await get().db.delete("orders", "e", { version: 5 });
    const { outcomes, counts } = await get().db.applyMany("orders", [order("d", 1), order("c", 1), order("b", 2), order("a", 1), order("e", 4), order("b2", 1), { _id: "x" }, order("c2", 1, { total: zero })]);
    expect(outcomes.map(facts)).toEqual(["inserted", "stale", "unchanged", "inserted", "tombstoned", "inserted", "version-missing", "check-failed"]);
    expect(outcomes.map(({ document, key }) => `${document}${key}`)).toEqual(["0d", "1c", "2b", "3a", "4e", "5b2", "6x", "7c2"]);
    expect(counts).toEqual({ inserted: 3, updated: 0, unchanged: 1, stale: 1, tombstoned: 1, deleted: 0, failed: 2 });
    expect(await text("SELECT string_agg(id, ',' ORDER BY id) FROM orders")).toBe("a,b,b2,c,d");
    expect(await text("SELECT count(*)::text FROM order_items")).toBe("10");
  });

  it("H28: of several states of one document the newest is written", async () => {
    const { outcomes } = await get().db.applyMany("orders", [order("a", 1), order("a", 3, { status: "paid" }), order("b", 1), order("a", 2)]);
    expect(outcomes).toMatchObject([{ outcome: "stale", supersededBy: 1, key: "a" }, { outcome: "inserted", written: ORDER_ROWS }, { outcome: "inserted" }, { outcome: "stale", supersededBy: 1 }]);
    expect(await text("SELECT source_version::text, status::text FROM orders WHERE id = 'a'")).toBe("3|paid");
  });

  it("a batch that was applied is applied again without a write", async () => {
    const batch = Array.from({ length: 30 }, (_, index) => order(`k${index}`, 1));
    expect((await get().db.applyMany("orders", batch)).counts.inserted).toBe(30);
    const before = await places(get());
    expect((await get().db.applyMany("orders", batch)).counts.unchanged).toBe(30);
    expect(moved(before, await places(get()))).toEqual([]);
  });

  it("H17: poisoned documents harm no others, and outcomes quote no values", async () => {
    const secret = "s3cret-value";
    await get().db.apply("orders", order("z", 1, { email: secret }));
    const odd: [object, string][] = [[{ total: zero }, "check-failed"], [{ email: secret }, "unique-conflict"]];
    const batch = Array.from({ length: 20 }, (_, index) => order(`k${index}`, 1, index % 10 === 3 ? odd[0]?.[0] : index % 10 === 6 ? odd[1]?.[0] : {}));
    const { outcomes, counts } = await get().db.applyMany("orders", batch);
    expect(counts).toMatchObject({ inserted: 16, failed: 4 });
    expect(outcomes.map(facts).filter((fact) => fact !== "inserted")).toEqual(["check-failed", "unique-conflict", "check-failed", "unique-conflict"]);
    expect(outcomes[6]).toMatchObject({ constraint: "one_email", table: "orders", sqlstate: "23505", key: "k6" });
    expect(JSON.stringify(outcomes)).not.toContain(secret);
    expect(await text("SELECT count(*)::text FROM orders")).toBe("17");
  });

  it("§0.7: a conflict on another unique constraint than the key's is never passed over in silence", async () => {
    await get().db.apply("orders", order("a", 1, { email: "x" }));
    expect(await get().db.apply("orders", order("b", 1, { email: "x" }))).toMatchObject({ outcome: "failed", reason: "unique-conflict", constraint: "one_email" });
  });

  it("H26: a unique value that one document of the batch gives up, another may have", async () => {
    await get().db.applyMany("orders", [order("b", 1, { email: "x" }), order("a", 1)]);
    const { outcomes } = await get().db.applyMany("orders", [order("b", 2), order("a", 2, { email: "x" })]);
    expect(outcomes.map(facts)).toEqual(["updated", "updated"]);
    expect(await text("SELECT string_agg(id || coalesce(email, ''), ',' ORDER BY id) FROM orders")).toBe("ax,b");
  });

  it("in the caller's transaction the poisoned fail and the others are written when it commits", async () => {
    const { outcomes } = await get().inside((db) => db.applyMany("orders", [order("a", 1), order("b", 1, { total: zero }), order("c", 1)]));
    expect(outcomes.map(facts)).toEqual(["inserted", "check-failed", "inserted"]);
    expect(await text("SELECT string_agg(id, ',' ORDER BY id) FROM orders")).toBe("a,c");
  });

  it("tables that are not as the mapping says stop it, with the reason", async () => {
    await get().run("ALTER TABLE order_fees RENAME COLUMN fee TO charge");
    try {
      const { outcomes } = await get().db.applyMany("orders", [order("a", 1), order("b", 1)]);
      expect(outcomes.map(facts)).toEqual(["schema-drift", "schema-drift"]);
      expect(outcomes[0]).toMatchObject({ sqlstate: "42703" });
    } finally {
      await get().run("ALTER TABLE order_fees RENAME COLUMN charge TO fee");
    }
  });

  it("an empty batch is nothing", async () => {
    expect(await get().db.applyMany("orders", [])).toMatchObject({ outcomes: [] });
  });

  if (server !== "pglite") {
    it("batches in any order of keys do not stop each other", async () => {
      const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
      const batches = Array.from({ length: 12 }, (_, v) => [...keys].sort((a, b) => ((a.length * 31 + a.charCodeAt(1) * (v + 3)) % 17) - ((b.length * 31 + b.charCodeAt(1) * (v + 3)) % 17)).map((key) => order(key, v + 1)));
      const all = await Promise.all(batches.map((batch) => get().db.applyMany("orders", batch)));
      expect(all.map(({ counts }) => counts.failed)).toEqual(batches.map(() => 0));
      expect(await text("SELECT DISTINCT source_version::text FROM orders")).toBe("12");
    });

    it("a lock that is not to be had in time is a reason to slow down", async () => {
      await get().db.apply("orders", order("a", 1));
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let locked = (): void => undefined;
      const holds = new Promise<void>((resolve) => (locked = resolve));
      const holder = get().inside(async (db) => {
        await db.apply("orders", order("a", 2));
        locked();
        await held;
      });
      await holds;
      const late = await get().inside(async (db) => db.applyMany("orders", [order("a", 3)]), "BEGIN; SET LOCAL lock_timeout = '50ms'");
      expect(late.outcomes).toMatchObject([{ outcome: "failed", reason: "throttle", sqlstate: "55P03" }]);
      release();
      await holder;
    });
  }
});

onEachServer("references between collections", {
  version: 1,
  collections: {
    users: { table: "users", key: { column: "id", as: "text" }, version: { column: "source_version" }, complement: "rest", columns: { friend: { path: "friend", type: "text", ref: "users", foreignKey: true } } },
  },
}, "", (get) => {
  beforeEach(() => get().run("TRUNCATE users, rowlens_tombstones"));
  const versions = (count: number): number[] => Array.from({ length: count }, () => 1);

  it("H24: a missing parent is the reason, of that document alone, and when it is there the same is written", async () => {
    const child = { _id: "a", friend: "p" };
    const { outcomes } = await get().db.applyMany("users", [child, { _id: "b" }, { _id: "c", friend: "b" }], { versions: versions(3) });
    expect(outcomes.map(facts)).toEqual(["missing-parent", "inserted", "inserted"]);
    expect(outcomes[0]).toMatchObject({ constraint: "users_friend_fkey", sqlstate: "23503", key: "a" });
    await get().db.apply("users", { _id: "p" }, { version: 1 });
    expect(facts(await get().db.apply("users", child, { version: 1 }))).toBe("inserted");
    expect(facts(await get().db.apply("users", { _id: "q", friend: "nobody" }, { version: 1 }))).toBe("missing-parent");
  });

  it("H24: two that need each other come together, poison or not", async () => {
    const { outcomes } = await get().db.applyMany("users", [{ _id: "a", friend: "b" }, { _id: "b", friend: "a" }, { _id: "c", friend: "nobody" }, { _id: "d" }], { versions: versions(4) });
    expect(outcomes.map(facts)).toEqual(["inserted", "inserted", "missing-parent", "inserted"]);
    const pair = await get().db.applyMany("users", [{ _id: "e", friend: "f" }, { _id: "f", friend: "e" }], { versions: versions(2) });
    expect(pair.outcomes.map(facts)).toEqual(["inserted", "inserted"]);
  });

  it("a document that others refer to cannot be deleted, and that is the reason", async () => {
    await get().db.applyMany("users", [{ _id: "p" }, { _id: "a", friend: "p" }], { versions: versions(2) });
    expect(await get().db.delete("users", "p", { version: 2 })).toMatchObject({ outcome: "failed", reason: "still-referenced", constraint: "users_friend_fkey", key: "p" });
    expect(await get().rows("SELECT count(*)::text AS n FROM rowlens_tombstones")).toEqual([{ n: "0" }]);
  });
});

onEachServer("ids that are looked up", {
  version: 1,
  collections: { users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" }, version: { column: "source_version" }, complement: "rest", columns: { friend: { path: "friend", type: "bigint", ref: "users" } } } },
}, "", (get) => {
  it("H23: known ids have their keys, new ones get one, which stays", async () => {
    let next = 100;
    const newKey = (): string => String(next++);
    expect(await get().db.apply("users", { _id: "a" }, { version: 1 })).toMatchObject({ outcome: "failed", reason: "document-refused" });
    const { outcomes } = await get().db.applyMany("users", [{ _id: "a" }, { _id: "b", friend: "a" }], { versions: [1, 1], newKey });
    expect(outcomes.map(({ key }) => key)).toEqual(["100", "101"]);
    expect(await get().db.applyMany("users", [{ _id: "b", friend: "a" }], { versions: [2], newKey })).toMatchObject({ outcomes: [{ outcome: "updated", key: "101" }] });
    expect(next).toBe(102);
    expect(await get().rows("SELECT id::text, friend::text FROM users ORDER BY 1")).toEqual([{ id: "100", friend: null }, { id: "101", friend: "100" }]);
    expect(await get().db.delete("users", "b", { version: 3 })).toMatchObject({ outcome: "deleted", key: "101" });
    await expect(get().db.apply("users", { _id: "c" }, { version: 1, newKey: () => 5 as never })).rejects.toMatchObject({ code: "lookup-key" });
  });

  it("H23: they are read and compared by the same keys, which are asked for", async () => {
    const { db } = get();
    let next = 200;
    const both = [{ _id: "d", n: 1 }, { _id: "e", friend: "d" }];
    await db.applyMany("users", both, { versions: [1, 1], newKey: () => String(next++) });
    const { documents, missing } = await db.read("users", ["e", "nobody", "d"]);
    expect(missing).toEqual(["nobody"]);
    expect(documents.map((bson) => toExtendedJson(bson))).toEqual(['{"_id":"e","friend":"d"}', '{"_id":"d","n":{"$numberInt":"1"}}']);
    const others = [{ _id: "a" }];
    expect(await db.compare("users", [others, both])).toMatchObject({ equal: true, documents: 3, refused: 0 });
    // One that differs, one that the database alone has, and one that has no key.
    const found = await db.compare("users", () => [others, [{ _id: "d", n: 2 }, { _id: "nobody" }]]);
    expect(found).toMatchObject({ equal: false, documents: 2, refused: 1, differing: 2 });
    expect(found.differences.map((difference) => [difference.class, difference.key])).toEqual([["complement", "200"], ["extra", "201"]]);
    const seen: string[][] = [];
    const recheck = (ids: readonly Uint8Array[]): object[] => {
      seen.push(ids.map((id) => toExtendedJson(id)));
      return both;
    };
    expect(await db.compare("users", [others, [{ _id: "d", n: 2 }]], { recheck })).toMatchObject({ differing: 0, settled: 2 });
    expect(seen).toEqual([['{"_id":"d"}', '{"_id":"e"}']]);
  });
});

onEachServer("without a version in the mapping", { version: 1, collections: { notes: { table: "notes", key: { column: "id", as: "text" }, complement: "rest", columns: { a: { path: "a", type: "text" } } }, tags: { table: "tags", key: { column: "id", as: "text" } } } }, "", (get) => {
  it("writes must say that they are unguarded", async () => {
    const { db } = get();
    await expect(db.apply("notes", { _id: "a" })).rejects.toMatchObject({ code: "unguarded" });
    await expect(db.delete("notes", "a")).rejects.toMatchObject({ code: "unguarded" });
    await expect(db.apply("notes", { _id: "a" }, { unguarded: true, version: 1 })).rejects.toMatchObject({ code: "version-unmapped" });
    await expect(db.delete("notes", "a", { unguarded: true, version: 1 })).rejects.toMatchObject({ code: "version-unmapped" });
    const steps = [() => db.apply("notes", { _id: "a", a: "1" }, { unguarded: true }), () => db.apply("notes", { _id: "a", a: "1" }, { unguarded: true }), () => db.apply("notes", { _id: "a", a: "0" }, { unguarded: true }), () => db.delete("notes", "a", { unguarded: true }), () => db.delete("notes", "a", { unguarded: true })];
    const seen: unknown[] = [];
    for (const step of steps) seen.push(facts(await step()));
    expect(seen).toEqual(["inserted", "unchanged", "updated", "deleted", "unchanged"]);
  });

  it("a table that is all key is written, too", async () => {
    const both = { unguarded: true };
    expect((await get().db.applyMany("tags", [{ _id: "a" }, { _id: "b" }], both)).outcomes.map(facts)).toEqual(["inserted", "inserted"]);
    expect((await get().db.applyMany("tags", [{ _id: "a" }, { _id: "c" }], both)).outcomes.map(facts)).toEqual(["unchanged", "inserted"]);
  });
});
