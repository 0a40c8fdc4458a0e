import { beforeEach, expect, it } from "vitest";
import { Decimal128, Long, Timestamp } from "bson7";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";
import { constraints, empty, moved, order, ORDER_ROWS, orders, places } from "./orders.ts";

const facts = (outcome: Outcome): unknown[] => (outcome.outcome === "failed" ? ["failed", outcome.reason] : [outcome.outcome, outcome.written, outcome.removed]);

onEachServer("one document is applied", orders, constraints, (get, server) => {
  beforeEach(() => empty(get()));
  const apply = async (document: object, options?: object): Promise<unknown[]> => facts(await get().db.apply("orders", document, options));
  const text = async (sql: string): Promise<unknown> => (await get().rows(sql)).map((row) => Object.values(row).join("|")).join(";");

  it("a new one is inserted, in all its tables", async () => {
    const outcome = await get().db.apply("orders", order("a", 1));
    expect(outcome).toMatchObject({ outcome: "inserted", key: "a", document: 0, written: ORDER_ROWS, removed: 0, issues: [] });
    expect(await text("SELECT total::text, status::text, tags::text, grid::text, states::text, weight::text, meta::text, data::text, extract(epoch from at)::text, source_version::text, rest::text FROM orders")).toBe(
      '1.50|open|{x,"y,\\"z\\"\\\\","null","",NULL}|{{1,2},{3,4}}|{open,paid}|-0.5|{"b": [1, {"c": "d"}], "text": "\\\\ \\" {},"}|\\x005cff|1700000000.123000|1|',
    );
    expect(await text("SELECT n.note || i.sku FROM order_item_notes n JOIN order_items i ON i.orders_id = n.orders_id AND i.position = n.order_items_position ORDER BY 1")).toBe("n1s1;n2s1");
  });

  it("H7: a repeated one is unchanged, and no row is written or even locked", async () => {
    await apply(order("a", 1));
    const before = await places(get());
    const locks = await text("SELECT xmax::text FROM orders UNION ALL SELECT xmax::text FROM order_items");
    expect(before.size).toBe(ORDER_ROWS);
    expect(await apply(order("a", 1))).toEqual(["unchanged", 0, 0]);
    expect(moved(before, await places(get()))).toEqual([]);
    expect(await text("SELECT xmax::text FROM orders UNION ALL SELECT xmax::text FROM order_items")).toBe(locks);
  });

  it("a newer one writes the rows that differ, and no others", async () => {
    await apply(order("a", 1));
    const before = await places(get());
    expect(await apply(order("a", 2, { items: [{ sku: "s1", notes: ["n1", "other"] }, { sku: "s2" }] }))).toEqual(["updated", 2, 0]);
    expect(moved(before, await places(get()))).toEqual([expect.stringMatching(/^order_item_notes .*"ordinal": 1/), 'orders {"id": "a"}']);
  });

  it("differences that `=` does not see are differences", async () => {
    await apply(order("a", 1));
    expect(await apply(order("a", 1, { total: Decimal128.fromString("1.500") }))).toEqual(["updated", 1, 0]);
    expect(await apply(order("a", 1, { total: Decimal128.fromString("1.500"), weight: -0 }))).toEqual(["updated", 1, 0]);
    expect(await apply(order("a", 1, { total: Decimal128.fromString("1.500"), weight: 0.0, at: new Date(1_700_000_000_124) }))).toEqual(["updated", 1, 0]);
    expect(await text("SELECT total::text FROM orders")).toBe("1.500");
  });

  it("rows that are gone go, with what is below them, and come back", async () => {
    await apply(order("a", 1));
    expect(await apply({ _id: "a", v: 2 })).toEqual(["updated", 1, ORDER_ROWS - 1]);
    expect((await places(get())).size).toBe(1);
    expect(await apply(order("a", 3))).toEqual(["updated", ORDER_ROWS, 0]);
  });

  it("H1, H3: an older state that comes later is stale", async () => {
    await apply(order("a", 5));
    const before = await places(get());
    expect(await apply(order("a", 4, { status: "paid", items: [] }))).toEqual(["stale", 0, 0]);
    expect(moved(before, await places(get()))).toEqual([]);
  });

  it("H4: where the root loses, no child is touched", async () => {
    await apply(order("a", 5, { items: [{ sku: "new" }] }));
    expect(await apply(order("a", 4, { items: [{ sku: "old" }, { sku: "older" }] }))).toEqual(["stale", 0, 0]);
    expect(await text("SELECT string_agg(sku, ',') FROM order_items")).toBe("new");
  });

  it("the same version repairs what differs, and only that", async () => {
    await apply(order("a", 1));
    await get().run("UPDATE order_items SET sku = 'drift' WHERE position = 1; DELETE FROM order_fees; INSERT INTO order_members VALUES ('a', 7, 'intruder')");
    const before = await places(get());
    expect(await apply(order("a", 1))).toEqual(["updated", 2, 1]);
    expect(moved(before, await places(get())).map((row) => row.split(" ")[0])).toEqual(["order_fees", "order_items", "order_members"]);
    expect(await apply(order("a", 1))).toEqual(["unchanged", 0, 0]);
  });

  it("a row without a version is older than any", async () => {
    await get().run("INSERT INTO orders (id) VALUES ('a')");
    expect(await apply(order("a", -5))).toContain("updated");
  });

  it("H13: a deleted document does not come back with a late write, and does with a newer one", async () => {
    await apply(order("a", 1));
    expect(facts(await get().db.delete("orders", "a", { version: 3 }))).toEqual(["deleted", 0, ORDER_ROWS]);
    expect(await apply(order("a", 2))).toEqual(["tombstoned", 0, 0]);
    expect(await apply(order("a", 3))).toEqual(["tombstoned", 0, 0]);
    expect((await places(get())).size).toBe(0);
    expect(await apply(order("a", 4))).toEqual(["inserted", ORDER_ROWS, 0]);
    expect(facts(await get().db.delete("orders", "a", { version: 3 }))).toEqual(["stale", 0, 0]);
  });

  it("H13: a delete that comes before the write it follows keeps it out", async () => {
    expect(facts(await get().db.delete("orders", "a", { version: 3 }))).toEqual(["deleted", 0, 0]);
    expect(facts(await get().db.delete("orders", "a", { version: 3 }))).toEqual(["tombstoned", 0, 0]);
    expect(facts(await get().db.delete("orders", "a", { version: 2 }))).toEqual(["tombstoned", 0, 0]);
    expect(await apply(order("a", 3))).toEqual(["tombstoned", 0, 0]);
    expect(facts(await get().db.delete("orders", "a", { version: 9n }))).toEqual(["deleted", 0, 0]);
    expect(await text("SELECT collection, key, version::text FROM rowlens_tombstones")).toBe("orders|a|9");
  });

  it("H29: elements with a key of their own keep their rows when others go", async () => {
    await apply(order("a", 1, { members: ["m1", "m2", "m3"] }));
    const members = (before: Map<string, string>): [string, string][] => [...before].filter(([row]) => row.startsWith("order_members"));
    expect(await apply(order("a", 2, { members: ["m2", "m3"] }))).toEqual(["updated", 3, 1]);
    expect(members(await places(get())).map(([row]) => row)).toEqual([expect.stringContaining('"member": "m2"'), expect.stringContaining('"member": "m3"')]);
    expect(await text("SELECT position::text, member FROM order_members ORDER BY 1")).toBe("0|m2;1|m3");
  });

  it("H29: elements by position are what stands there", async () => {
    await apply(order("a", 1, { items: [{ sku: "s1", notes: ["n"] }, { sku: "s2" }, { sku: "s3" }] }));
    expect(await apply(order("a", 2, { items: [{ sku: "s2" }, { sku: "s3" }] }))).toEqual(["updated", 3, 2]);
    expect(await text("SELECT position::text, sku FROM order_items ORDER BY 1")).toBe("0|s2;1|s3");
  });

  it("versions may be given, and come in many forms", async () => {
    expect(await apply({ _id: "a" })).toEqual(["failed", "version-missing"]);
    expect(await apply({ _id: "a", v: "7" })).toEqual(["failed", "version-missing"]);
    expect(await apply({ _id: "a" }, { version: 7 })).toContain("inserted");
    expect(await apply({ _id: "a", v: 9 }, { version: 6n })).toContain("stale");
    expect(await apply({ _id: "a", v: new Timestamp({ t: 2, i: 5 }) })).toContain("updated");
    expect(await text("SELECT source_version::text FROM orders")).toBe(String((2n << 32n) + 5n));
    expect(await apply({ _id: "a" }, { version: new Date(Number(3n << 32n)) })).toContain("updated");
    expect(await apply({ _id: "a", v: Long.fromString("9223372036854775807") })).toContain("updated");
    await expect(apply({ _id: "a" }, { version: 0.5 })).rejects.toMatchObject({ code: "version-invalid" });
    await expect(apply({ _id: "a" }, { version: 2n ** 63n })).rejects.toMatchObject({ code: "version-invalid" });
  });

  it("a transaction of the caller's that is not READ COMMITTED is said, and nothing is written", async () => {
    for (const level of ["REPEATABLE READ", "SERIALIZABLE"]) {
      const outcome = await get().inside(async (db) => [await db.apply("orders", order("a", 1)), await db.delete("orders", "a", { version: 1 })], `BEGIN ISOLATION LEVEL ${level}`);
      expect(outcome.map(facts)).toEqual([["failed", "isolation"], ["failed", "isolation"]]);
    }
    expect((await places(get())).size).toBe(0);
  });

  it("in the caller's transaction it is part of that, and what is refused does not end it", async () => {
    const failed = await get().inside(async (db) => {
      await db.apply("orders", order("a", 1));
      return db.apply("orders", order("b", 1, { total: Decimal128.fromString("0") }));
    });
    expect(failed).toMatchObject({ outcome: "failed", reason: "check-failed", constraint: "no_zero", table: "orders", sqlstate: "23514", key: "b" });
    expect(await text("SELECT string_agg(id, ',') FROM orders")).toBe("a");
    await expect(get().inside(async (db) => {
      await db.apply("orders", order("c", 1));
      throw new Error("changed my mind");
    })).rejects.toThrow("changed my mind");
    expect(await text("SELECT string_agg(id, ',') FROM orders")).toBe("a");
  });

  it("§0.3: what defaults would fill in is what the document says", async () => {
    await get().run("ALTER TABLE orders ALTER COLUMN email SET DEFAULT 'default@x'");
    await apply(order("a", 1));
    expect(await text("SELECT coalesce(email, 'NULL') FROM orders")).toBe("NULL");
  });

  it("a document that has no rows is refused, with why", async () => {
    const outcome = await get().db.apply("orders", new Uint8Array([6, 0, 0, 0, 9, 0]));
    expect(outcome).toMatchObject({ outcome: "failed", reason: "document-refused", issues: [{ code: "document-malformed" }] });
  });

  it("what is misuse throws", async () => {
    await expect(get().db.apply("order", {})).rejects.toMatchObject({ code: "unknown-collection" });
    await expect(get().db.apply("orders", [order("a", 1), order("b", 1)])).rejects.toMatchObject({ code: "document-expected" });
    await expect(get().db.delete("orders", "a")).rejects.toMatchObject({ code: "version-needed" });
  });

  if (server !== "pglite") {
    it("H5: applied at the same time, the newest state is what stays, whole", async () => {
      const versions = [...Array(40).keys()].sort((a, b) => ((a * 7919) % 41) - ((b * 7919) % 41));
      await Promise.all(versions.map((v) => (v % 8 === 7 ? get().db.delete("orders", "a", { version: v }) : get().db.apply("orders", order("a", v, { items: Array.from({ length: v % 5 }, () => ({ sku: `v${v}` })) })))));
      await apply(order("b", 1));
      expect(await text("SELECT count(*)::text FROM orders WHERE id = 'a'")).toBe("0");
      await Promise.all(versions.map((v) => get().db.apply("orders", order("a", 40 + v, { items: Array.from({ length: v % 5 }, () => ({ sku: `v${v}` })) }))));
      expect(await text("SELECT source_version::text, (SELECT string_agg(sku, ',') FROM order_items WHERE orders_id = 'a') FROM orders WHERE id = 'a'")).toBe("79|v39,v39,v39,v39");
    });
  }
});
