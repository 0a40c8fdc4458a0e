import { Decimal128 } from "bson7";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { Outcome } from "../../src/database/outcome.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import type { Session } from "../../src/database/session.ts";
import { onEachServer } from "../support/each-server.ts";
import { databaseOver, type Live } from "../support/live.ts";
import { constraints, empty, order, ORDER_ROWS, orders } from "./orders.ts";

const fact = (outcome: Outcome): string => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome);
/** A session that notes into which tables it copies: staging tables, or their own. */
function watched(session: Session): { session: Session; ways: () => string[] } {
  const ways: string[] = [];
  const over = (own: Session): Session => new Proxy(own, {
    get(target, name: keyof Session) {
      if (name === "transaction") return (work: (inner: Session) => Promise<unknown>) => target.transaction((inner) => work(over(inner)));
      if (name === "copyIn") return (text: string, chunks: Iterable<Uint8Array>) => (ways.push(text.includes("rowlens_staging") ? "merged" : "copied"), target.copyIn(text, chunks));
      const value: unknown = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { session: over(session), ways: () => [...new Set(ways.splice(0))] };
}

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
  /** The outcomes of a load, and the ways in which it was written. */
  const way = async (batches: object[][]): Promise<[string[], string[]]> => {
    const { session, ways } = watched(get().db.session);
    return [await told(batches, databaseOver(session, get().plan)), ways()];
  };

  it("is copied, until something is there", async () => {
    expect(await way([[order("a", 1), order("b", 1)], [order("c", 1)]])).toEqual([["inserted", "inserted", "inserted"], ["copied"]]);
    expect(await text("SELECT count(*)::text FROM order_items")).toBe("6");
    expect(await way([[order("d", 1)], [order("a", 1), order("e", 1)], [order("f", 1)], [order("g", 1)]])).toEqual([["inserted", "unchanged", "inserted", "inserted", "inserted"], ["copied", "merged"]]);
    expect((await get().db.applyMany("orders", ["a", "b", "c", "d", "e", "f", "g"].map((id) => order(id, 1)))).counts.unchanged).toBe(7);
  });

  it("is merged in a transaction of the caller", async () => {
    await get().inside(async (db) => {
      const { session, ways } = watched(db.session);
      expect(await told([[order("a", 1)], [order("b", 1)]], databaseOver(session, get().plan))).toEqual(["inserted", "inserted"]);
      expect(ways()).toEqual(["merged"]);
    });
  });

  it("a deadlock is tried again in a transaction of its own; in the caller's nothing would be free for others", async () => {
    const tries = async (db: Database): Promise<[number, string[]]> => {
      let tried = 0;
      const session = new Proxy(db.session, {
        get(target, name: keyof Session) {
          if (name === "transaction") return (work: (own: Session) => Promise<unknown>) => (++tried === 1 ? Promise.reject(new PostgresError("40P01", "deadlock detected")) : target.transaction(work));
          const value: unknown = target[name];
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      const outcomes = await told([[order("a", 1)]], databaseOver(session, get().plan));
      await empty({ run: (sql) => db.session.query({ text: sql, parameters: [] }).then(() => undefined) } as Live);
      return [tried, outcomes];
    };
    expect(await tries(get().db)).toEqual([2, ["inserted"]]);
    expect(await get().inside(tries)).toEqual([1, ["inserted"]]);
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

  it("triggers after a row find the document whole", async () => {
    await get().run("CREATE TABLE outbox (id text, items bigint); CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO outbox SELECT NEW.id, count(*) FROM order_items WHERE orders_id = NEW.id; RETURN NULL; END $$; CREATE TRIGGER noted AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION noted()");
    try {
      expect(await way([[order("a", 1), order("b", 1, { items: [] })]])).toEqual([["inserted", "inserted"], ["merged"]]);
      expect(await text("SELECT string_agg(id || items, ',' ORDER BY id) FROM outbox")).toBe("a2,b0");
    } finally {
      await get().run("DROP FUNCTION noted() CASCADE; DROP TABLE outbox");
    }
  });

  /** What is not as the mapping has it, and how it is again; `unlike`: then `applyMany` refuses it, and so does a load. */
  const DRIFT: [string, string, string, unlike?: string][] = [
    ["row-level security", "ALTER TABLE orders ENABLE ROW LEVEL SECURITY", "ALTER TABLE orders DISABLE ROW LEVEL SECURITY"],
    ["a partitioned table", "ALTER TABLE order_address RENAME TO whole; CREATE TABLE order_address (LIKE whole INCLUDING ALL) PARTITION BY HASH (orders_id); CREATE TABLE part PARTITION OF order_address FOR VALUES WITH (MODULUS 1, REMAINDER 0)", "DROP TABLE order_address; ALTER TABLE whole RENAME TO order_address"],
    ["bytes of another type: integer in real", "ALTER TABLE orders ALTER v TYPE real", "ALTER TABLE orders ALTER v TYPE integer"],
    ["bytes of another type: double precision in bigint", "ALTER TABLE orders ALTER weight TYPE bigint", "ALTER TABLE orders ALTER weight TYPE double precision"],
    ["bytes of another type: timestamptz in timestamp", "ALTER TABLE orders ALTER at TYPE timestamp(3)", "ALTER TABLE orders ALTER at TYPE timestamptz(3)"],
    ["bytes of another type: text in bytea", "ALTER TABLE order_address ALTER city TYPE bytea USING NULL", "ALTER TABLE order_address ALTER city TYPE text USING NULL", "schema-drift"],
    ["a domain", "CREATE DOMAIN town AS text; ALTER TABLE order_address ALTER city TYPE town", "ALTER TABLE order_address ALTER city TYPE text; DROP DOMAIN town"],
    ["an identity", "ALTER TABLE order_fees ALTER fee SET NOT NULL, ALTER fee ADD GENERATED ALWAYS AS IDENTITY", "ALTER TABLE order_fees ALTER fee DROP IDENTITY, ALTER fee DROP NOT NULL", "schema-drift"],
    ["a version of another type", "ALTER TABLE orders ALTER source_version TYPE double precision", "ALTER TABLE orders ALTER source_version TYPE bigint"],
    ["a table without its key", "ALTER TABLE order_fees DROP CONSTRAINT order_fees_pkey", "ALTER TABLE order_fees ADD PRIMARY KEY (orders_id, name)", "schema-drift"],
    ["a key that is not unique", "ALTER TABLE order_fees DROP CONSTRAINT order_fees_pkey; CREATE INDEX odd ON order_fees (orders_id, name)", "DROP INDEX odd; ALTER TABLE order_fees ADD PRIMARY KEY (orders_id, name)", "schema-drift"],
    ["a key of other columns", "ALTER TABLE order_fees DROP CONSTRAINT order_fees_pkey, ADD UNIQUE (orders_id, name, fee)", "ALTER TABLE order_fees DROP CONSTRAINT order_fees_orders_id_name_fee_key, ADD PRIMARY KEY (orders_id, name)", "schema-drift"],
    ["a key that is checked later", "ALTER TABLE order_fees DROP CONSTRAINT order_fees_pkey, ADD PRIMARY KEY (orders_id, name) DEFERRABLE", "ALTER TABLE order_fees DROP CONSTRAINT order_fees_pkey, ADD PRIMARY KEY (orders_id, name)", "other"],
  ];
  it.each(DRIFT)("as \`applyMany\` does it: %s", async (_, drift, back, unlike) => {
    const batch = [order("a", 3), order("b", 4)];
    const held = async (): Promise<unknown> => [await text("SELECT string_agg(to_jsonb(o)::text, ',' ORDER BY id) FROM orders o"), await text("SELECT string_agg(to_jsonb(o)::text, ',' ORDER BY orders_id) FROM order_address o")];
    await get().run(drift);
    try {
      const applied = (await get().db.applyMany("orders", batch)).outcomes.map(fact);
      const rows = await held();
      await empty(get());
      expect(applied).toEqual([unlike ?? "inserted", unlike ?? "inserted"]);
      expect(await way([batch])).toEqual([applied, ["merged"]]);
      expect(await held()).toEqual(rows);
    } finally {
      await empty(get());
      await get().run(back);
    }
    expect(await way([batch])).toEqual([["inserted", "inserted"], ["copied"]]);
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
