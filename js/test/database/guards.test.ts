import { beforeEach, expect, it } from "vitest";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";
import { constraints, empty, order, orders } from "./orders.ts";

const facts = (outcome: Outcome): unknown => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome);

/** What no test of the usual course of things sees: each guard of the statements alone, without those that stand before it. */
onEachServer("guards by themselves", orders, constraints, (get, server) => {
  beforeEach(() => empty(get()));
  const text = async (sql: string): Promise<unknown> => (await get().rows(sql)).map((row) => Object.values(row).join("|")).join(";");

  it("H13: a state of the delete's own version goes, whichever comes first", async () => {
    await get().db.apply("orders", order("a", 3));
    expect(facts(await get().db.delete("orders", "a", { version: 3 }))).toBe("deleted");
    expect(facts(await get().db.apply("orders", order("a", 3)))).toBe("tombstoned");
    expect(await text("SELECT count(*)::text FROM orders")).toBe("0");
  });

  it("H13: a late delete removes what stands there against a tombstone, and leaves the tombstone its version", async () => {
    await get().db.delete("orders", "a", { version: 5 });
    await get().run("INSERT INTO orders (id, source_version) VALUES ('a', 1)");
    expect(await get().db.delete("orders", "a", { version: 3 })).toMatchObject({ outcome: "deleted", removed: 1 });
    expect(await text("SELECT version::text FROM rowlens_tombstones")).toBe("5");
    expect(facts(await get().db.apply("orders", order("a", 4)))).toBe("tombstoned");
  });

  it("H13: a tombstone says when it was deleted last", async () => {
    await get().db.delete("orders", "a", { version: 1 });
    await get().run("UPDATE rowlens_tombstones SET deleted_at = '2001-01-01'");
    await get().db.delete("orders", "a", { version: 2 });
    expect(await text("SELECT (deleted_at > now() - interval '1 hour')::text FROM rowlens_tombstones")).toBe("true");
  });

  if (server !== "pglite") {
    it.each(["applyMany", "load"] as const)("H4: %s loses against a newer state of a writer who took no lock, and touches no child", async (way) => {
      await get().db.applyMany("orders", [order("a", 1), order("b", 1)]);
      let done: Promise<unknown> = Promise.resolve();
      await get().inside(async (other) => {
        const sql = (statement: string) => other.session.query({ text: statement, parameters: [] });
        await sql("UPDATE orders SET source_version = 9 WHERE id = 'a'");
        await sql("UPDATE order_items SET sku = 'newest' WHERE orders_id = 'a'");
        const batch = [order("a", 5, { items: [{ sku: "old" }], members: [] }), order("b", 5)];
        const told: Outcome[] = [];
        done = way === "applyMany" ? get().db.applyMany("orders", batch).then(({ outcomes }) => outcomes.map(facts)) : get().db.load("orders", [batch], { onOutcome: (outcome) => told.push(outcome) }).then(() => told.map(facts));
        // It waits for the row.
        await expect.poll(() => text("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), { timeout: 5_000 }).toBe("1");
      });
      expect(await done).toEqual(["stale", "updated"]);
      expect(await text("SELECT string_agg(id || source_version, ',' ORDER BY id) FROM orders")).toBe("a9,b5");
      expect(await text("SELECT string_agg(sku, ',') || (SELECT count(*) FROM order_members WHERE orders_id = 'a') FROM order_items WHERE orders_id = 'a'")).toBe("newest,newest2");
    });
  }
});
