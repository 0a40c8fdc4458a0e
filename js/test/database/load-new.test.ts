import { Decimal128 } from "bson7";
import { beforeEach, describe, expect, it } from "vitest";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";
import { constraints, empty, order, ORDER_ROWS, orders } from "./orders.ts";

const fact = (outcome: Outcome): string => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome);
const STAGING = "SELECT count(*)::text FROM pg_class WHERE relname LIKE 'rowlens\\_staging\\_%' AND pg_table_is_visible(oid)";

// Chunks whose aggregates are all new are copied straight into the tables. What is not new, or is not to be copied there, goes the guarded way.
onEachServer("a load of new aggregates", orders, constraints, (get, server) => {
  beforeEach(() => empty(get()));
  const text = async (sql: string): Promise<unknown> => (await get().rows(sql)).map((row) => Object.values(row).join("|")).join(";");
  const told = async (batches: object[][], db = get().db): Promise<string[]> => {
    const outcomes: Outcome[] = [];
    const { counts, written } = await db.load("orders", batches, { onOutcome: (outcome) => outcomes.push(outcome) });
    expect(outcomes.reduce((sum, outcome) => sum + ("written" in outcome ? outcome.written : 0), 0)).toBe(written);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(outcomes.length);
    return outcomes.sort((a, b) => a.document - b.document).map(fact);
  };
  /** The outcomes of a load that joins a transaction, and whether it made staging tables: on a connection they stay. */
  const staged = (batches: object[][], ...before: string[]): Promise<[string[], string]> => get().inside(async (db) => {
    for (const statement of ["DISCARD TEMP", ...before]) await db.session.query({ text: statement, parameters: [] });
    expect(await db.session.query({ text: STAGING, parameters: [] })).toEqual([{ count: "0" }]);
    const outcomes = await told(batches, db);
    const [found] = await db.session.query({ text: STAGING, parameters: [] });
    return [outcomes, found?.count as string];
  });
  const all = (): string => String(get().plan.collection("orders").tables.length);

  it("needs no staging tables, until something is there", async () => {
    expect(await staged([[order("a", 1), order("b", 1)], [order("c", 1)]])).toEqual([["inserted", "inserted", "inserted"], "0"]);
    expect(await text("SELECT count(*)::text FROM order_items")).toBe("6");
    expect(await staged([[order("d", 1)], [order("a", 1), order("e", 1)], [order("f", 1)], [order("g", 1)]])).toEqual([["inserted", "unchanged", "inserted", "inserted", "inserted"], all()]);
    expect((await get().db.applyMany("orders", ["a", "b", "c", "d", "e", "f", "g"].map((id) => order(id, 1)))).counts.unchanged).toBe(7);
  });

  it("tells how many rows each has", async () => {
    const outcomes: Outcome[] = [];
    await get().db.load("orders", [[order("a", 1), order("b", 1, { items: [], members: [] })]], { onOutcome: (outcome) => outcomes.push(outcome) });
    expect(outcomes).toMatchObject([{ key: "a", outcome: "inserted", written: ORDER_ROWS, removed: 0 }, { key: "b", written: ORDER_ROWS - 6 }]);
  });

  it("H13: what a tombstone forbids is not copied", async () => {
    await get().db.delete("orders", "b", { version: 5 });
    expect(await told([[order("a", 5), order("b", 5)], [order("b", 6)]])).toEqual(["inserted", "tombstoned", "inserted"]);
    expect(await text("SELECT string_agg(id || source_version, ',' ORDER BY id) FROM orders")).toBe("a5,b6");
  });

  it("rows of children that belong to nobody are in nobody's way", async () => {
    await get().run("ALTER TABLE order_address DISABLE TRIGGER ALL; INSERT INTO order_address (orders_id, city) VALUES ('a', 'Bonn'); ALTER TABLE order_address ENABLE TRIGGER ALL");
    expect(await told([[order("a", 1), order("b", 1)]])).toEqual(["inserted", "inserted"]);
    expect(await text("SELECT string_agg(city, ',') FROM order_address")).toBe("Ulm,Ulm");
  });

  it.each(["orders", "order_items"])("what COPY does not tell of: rows of %s that triggers drop", async (table) => {
    await get().run(`CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF to_jsonb(NEW) ->> '${table === "orders" ? "id" : "orders_id"}' = 'b' THEN RETURN NULL; END IF; RETURN NEW; END $$`);
    await get().run(`CREATE TRIGGER odd BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION odd(); ALTER TABLE order_item_notes DISABLE TRIGGER ALL`);
    try {
      const outcomes: Outcome[] = [];
      await get().db.load("orders", [[order("a", 1), order("b", 1), order("c", 1)], [order("d", 1)]], { onOutcome: (outcome) => outcomes.push(outcome) });
      expect(outcomes.map((outcome) => ("written" in outcome ? outcome.written : 0))).toEqual([ORDER_ROWS, table === "orders" ? 0 : ORDER_ROWS - 2, ORDER_ROWS, ORDER_ROWS]);
      expect(outcomes.map(fact)).toEqual(["inserted", table === "orders" ? "stale" : "inserted", "inserted", "inserted"]);
    } finally {
      await get().run("DROP FUNCTION odd() CASCADE; ALTER TABLE order_item_notes ENABLE TRIGGER ALL");
    }
  });

  it("what COPY passes by: rules", async () => {
    await get().run("CREATE RULE quiet AS ON INSERT TO order_items DO INSTEAD NOTHING");
    try {
      expect(await told([[order("a", 1)]])).toEqual(["other"]);
    } finally {
      await get().run("DROP RULE quiet ON order_items");
    }
  });

  it("row-level security and partitions go the guarded way", async () => {
    expect(await staged([[order("a", 1)]], "ALTER TABLE orders ENABLE ROW LEVEL SECURITY")).toEqual([["inserted"], all()]);
    await get().run("ALTER TABLE orders DISABLE ROW LEVEL SECURITY");
    await get().run("ALTER TABLE order_address RENAME TO whole; CREATE TABLE order_address (LIKE whole INCLUDING ALL) PARTITION BY HASH (orders_id); CREATE TABLE part PARTITION OF order_address FOR VALUES WITH (MODULUS 1, REMAINDER 0)");
    try {
      expect(await staged([[order("b", 1)]])).toEqual([["inserted"], all()]);
      expect(await text("SELECT count(*)::text FROM part")).toBe("1");
    } finally {
      await get().run("DROP TABLE order_address; ALTER TABLE whole RENAME TO order_address");
    }
  });

  it("a document that is at fault harms no other, in each batch anew", async () => {
    const bad = { total: Decimal128.fromString("0") };
    expect(await told([[order("a", 1), order("b", 1, bad)], [order("c", 1, bad), order("d", 1)], [order("e", 1)]])).toEqual(["inserted", "check-failed", "check-failed", "inserted", "inserted"]);
  });

  if (server === "pglite") return;

  describe("with others", () => {
    it("where others are not seen, nothing is written", async () => {
      const [outcomes] = await get().inside(async (db) => {
        await db.session.query({ text: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", parameters: [] });
        return [await told([[order("a", 1)]], db)];
      });
      expect(outcomes).toEqual(["isolation"]);
    });

    it("H4: a writer who took no lock comes between", async () => {
      let done: Promise<string[]> = Promise.resolve([]);
      await get().inside(async (other) => {
        await other.session.query({ text: "INSERT INTO orders (id, source_version, v) VALUES ('b', 9, 9)", parameters: [] });
        done = told([[order("a", 1), order("b", 1)]]);
        await expect.poll(() => text("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), { timeout: 5_000 }).toBe("1");
      });
      expect(await done).toEqual(["inserted", "stale"]);
      expect(await text("SELECT string_agg(id || source_version, ',' ORDER BY id) FROM orders")).toBe("a1,b9");
    });

    it("§0.6: an aggregate that another writes waits for its lock", async () => {
      let done: Promise<string[]> = Promise.resolve([]);
      await get().inside(async (other) => {
        await other.apply("orders", order("b", 3, { items: [] }));
        done = told([[order("a", 1), order("b", 1)]]);
        await expect.poll(() => text("SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"), { timeout: 5_000 }).toBe("1");
      });
      expect(await done).toEqual(["inserted", "stale"]);
      expect(await text("SELECT count(*)::text FROM order_items WHERE orders_id = 'b'")).toBe("0");
    });
  });
});
