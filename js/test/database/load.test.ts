import { encodeDocument } from "rowlens";
import { beforeEach, expect, it } from "vitest";
import { Decimal128 } from "bson7";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";
import { constraints, empty, moved, order, ORDER_ROWS, orders, places } from "./orders.ts";

const zero = Decimal128.fromString("0");
const bson = (documents: object[]): Uint8Array => Buffer.concat(documents.map((document) => encodeDocument(document)));

onEachServer("a load", orders, constraints, (get, server) => {
  beforeEach(() => empty(get()));
  const text = async (sql: string): Promise<unknown> => (await get().rows(sql)).map((row) => Object.values(row).join("|")).join(";");
  const many = (count: number, v: number, more: (index: number) => object = () => ({})): object[] => Array.from({ length: count }, (_, index) => order(`k${String(index).padStart(4, "0")}`, v, more(index)));

  it("into live tables: chunk by chunk, and again without a write", async () => {
    const batches = [bson(many(1_100, 1)), bson([]), [order("x", 1)]];
    const first = await get().db.load("orders", batches);
    expect(first).toEqual({ documents: 1_101, counts: { inserted: 1_101, updated: 0, unchanged: 0, stale: 0, tombstoned: 0, deleted: 0, failed: 0 }, written: 1_101 * ORDER_ROWS, removed: 0, failed: [] });
    const before = await places(get());
    expect(before.size).toBe(1_101 * ORDER_ROWS);
    expect((await get().db.load("orders", batches)).counts.unchanged).toBe(1_101);
    expect(moved(before, await places(get()))).toEqual([]);
  });

  it("into live tables: what stays of it on the connection keeps nobody from dropping a type, as migrations do", async () => {
    for (const v of [1, 2]) await get().db.load("orders", [[order("x", v, { status: "paid", states: ["open", null] })]]);
    expect(await text("SELECT states[1]::text FROM orders")).toBe("open");
    await get().run("BEGIN; ALTER TABLE orders DROP COLUMN status, DROP COLUMN states; DROP TYPE status; ROLLBACK");
  });

  it("into live tables: guarded as every write is", async () => {
    await get().db.applyMany("orders", [order("k0001", 5, { status: "paid" }), order("k0002", 1)]);
    await get().db.delete("orders", "k0003", { version: 9 });
    const outcomes: Outcome[] = [];
    const { counts } = await get().db.load("orders", [[...many(5, 2), order("k0004", 3)], [order("k0000", 1), { _id: "none" }]], { onOutcome: (outcome) => outcomes.push(outcome) });
    expect(counts).toMatchObject({ inserted: 2, updated: 1, stale: 3, tombstoned: 1, failed: 1 });
    expect(outcomes.sort((a, b) => a.document - b.document).map(({ outcome }) => outcome)).toEqual(["inserted", "stale", "updated", "tombstoned", "stale", "inserted", "stale", "failed"]);
    expect(outcomes[4]).toMatchObject({ supersededBy: 5 });
    expect(await text("SELECT string_agg(id || source_version, ',' ORDER BY id) FROM orders")).toBe("k00002,k00015,k00022,k00043");
  });

  it("into live tables: a poisoned document fails, the rest of its chunk does not", async () => {
    // All new; then beside one that is there.
    for (const [inserted, unchanged] of [[39, 0], [38, 1]]) {
      const report = await get().db.load("orders", [many(40, 1, (index) => (index === 17 ? { total: zero } : {}))]);
      expect(report.counts).toMatchObject({ inserted, unchanged, failed: 1 });
      expect(report.failed).toMatchObject([{ reason: "check-failed", key: "k0017", document: 17 }]);
      await get().run("DELETE FROM orders WHERE id <> 'k0003'");
    }
  });

  it("in the caller's transaction it is part of that", async () => {
    const report = await get().inside((db) => db.load("orders", [many(3, 1), many(4, 2), [order("bad", 1, { total: zero }), order("good", 1)]]));
    expect(report.counts).toMatchObject({ inserted: 5, updated: 3, failed: 1 });
    await expect(get().inside(async (db) => {
      await db.load("orders", [many(9, 3)]);
      throw new Error("no");
    })).rejects.toThrow("no");
    expect(await text("SELECT count(*)::text, max(source_version)::text FROM orders")).toBe("5|2");
  });

  it("into empty tables: all or nothing", async () => {
    const report = await get().db.load("orders", [bson(many(50, 1)), many(60, 1).slice(50)], { into: "empty" });
    expect(report).toMatchObject({ documents: 60, written: 60 * ORDER_ROWS, counts: { inserted: 60, failed: 0 } });
    expect((await places(get())).size).toBe(60 * ORDER_ROWS);
    expect((await get().db.applyMany("orders", many(60, 1))).counts.unchanged).toBe(60);
    await empty(get());
    await expect(get().db.load("orders", [many(3, 1), many(3, 2)], { into: "empty" })).rejects.toMatchObject({ code: "postgres-error", sqlstate: "23505" });
    expect((await places(get())).size).toBe(0);
  });

  it("into empty tables: refused where something has rows, or was deleted", async () => {
    await get().db.apply("orders", order("a", 1));
    await get().db.delete("orders", "b", { version: 1 });
    await get().run("DELETE FROM order_fees");
    const error = await get().db.load("orders", [many(3, 1)], { into: "empty" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "table-not-empty" });
    expect((error as { issues: { table: string }[] }).issues.map(({ table }) => table).sort()).toEqual(["order_address", "order_gifts", "order_item_notes", "order_items", "order_members", "orders", "rowlens_tombstones"]);
  });

  it("versions may come from the caller", async () => {
    await get().db.load("orders", [bson([{ _id: "a" }, { _id: "b" }])], { version: (document) => 10 + document });
    expect(await text("SELECT string_agg(id || source_version, ',' ORDER BY id) FROM orders")).toBe("a10,b11");
  });

  it("what the batches' source throws ends it, when what was sent is written", async () => {
    async function* broken(): AsyncGenerator<object[]> {
      yield many(3, 1);
      throw new Error("source is gone");
    }
    await expect(get().db.load("orders", broken())).rejects.toThrow("source is gone");
    expect(await text("SELECT count(*)::text FROM orders")).toBe("3");
  });

  if (server !== "pglite") {
    it("H12: live writes go on meanwhile, and the newest state is what stays", async () => {
      let loading = true;
      const loaded = get().db.load("orders", [0, 1, 2, 3].map((part) => bson(many(400, 1).slice(part * 100, part * 100 + 100)))).finally(() => (loading = false));
      let writes = 0;
      for (; loading || writes < 200; writes++) await get().db.apply("orders", order(`k${String((writes * 37) % 400).padStart(4, "0")}`, 2 + writes, { items: [] }));
      expect((await loaded).counts.failed).toBe(0);
      expect(await text("SELECT count(*)::text FROM orders")).toBe("400");
      const written = new Set(Array.from({ length: writes }, (_, write) => (write * 37) % 400)).size;
      expect(await text("SELECT count(*)::text FROM orders o WHERE source_version > 1 AND NOT EXISTS (SELECT FROM order_items i WHERE i.orders_id = o.id)")).toBe(String(written));
    });
  }
});
