import { beforeEach, expect, it } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";

const mapping = {
  version: 1,
  collections: {
    users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" }, version: { path: "v", column: "source_version" }, complement: "rest", columns: { v: { path: "v", type: "integer", bson: "number" }, friend: { path: "friend", type: "bigint", ref: "users" } } },
  },
};
const REFUSES = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret %', NEW.mongo_id USING ERRCODE = 'PAY01'; END $$;
  CREATE TRIGGER refuse BEFORE INSERT ON id_map FOR EACH ROW WHEN (NEW.mongo_id = '"cursed"') EXECUTE FUNCTION refuse();`;

const facts = (outcome: Outcome): unknown => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome);
const user = (_id: string, friend?: string): object => ({ _id, v: 1, ...(friend === undefined ? {} : { friend }) });

onEachServer("an id that cannot be looked up is its document's failure", mapping, REFUSES, (get, server) => {
  beforeEach(() => get().run("TRUNCATE users, id_map, rowlens_tombstones"));
  const map = async (): Promise<unknown> => (await get().rows(`SELECT coalesce(string_agg(mongo_id || '=' || pg_id, ' ' ORDER BY mongo_id), '') AS all FROM id_map`))[0]?.all;
  const ids = async (): Promise<unknown> => (await get().rows("SELECT coalesce(string_agg(id || coalesce('>' || friend, ''), ' ' ORDER BY id), '') AS all FROM users"))[0]?.all;
  /** By itself, and in a transaction of the caller that goes on. */
  const ways: [string, (work: (db: Database) => Promise<Outcome[]>) => Promise<Outcome[]>][] = [
    ["by itself", (work) => work(get().db)],
    ["in the caller's transaction", (work) => get().inside(async (db) => {
      const outcomes = await work(db);
      await db.session.query({ text: "INSERT INTO id_map VALUES ('others', 'goes', 'on')", parameters: [] });
      return outcomes;
    })],
  ];
  const many = (documents: object[], newKey: (collection: string, id: string) => string) => async (db: Database): Promise<Outcome[]> => [...(await db.applyMany("users", documents, { newKey })).outcomes];
  /** `"b"` has the key that is said, all others a number. */
  const keys = (odd: Record<string, string>) => {
    let next = 100;
    return (_collection: string, id: string): string => odd[JSON.parse(id) as string] ?? String(next++);
  };

  it.each(ways)("keys that their column cannot hold are not written, %s", async (_, way) => {
    const outcomes = await way(many([user("a"), user("b"), user("c", "b"), user("d")], keys({ b: "not a number" })));
    expect(outcomes.map(facts)).toEqual(["inserted", "document-refused", "document-refused", "inserted"]);
    expect(outcomes[1]).toMatchObject({ document: 1, issues: [{ code: "lookup-invalid", document: 1 }, { code: "lookup-unresolved" }] });
    expect(outcomes[2]).toMatchObject({ document: 2, key: "101", issues: [{ code: "lookup-invalid", document: 2 }, { code: "reference-unresolved" }] });
    expect(await map()).toMatch(/^"a"=100 "c"=101 "d"=102/);
    expect(await ids()).toBe("100 102");
    // With a key that it can hold nothing stands in the way.
    expect((await get().db.applyMany("users", [user("b"), user("c", "b")], { newKey: () => "7" })).outcomes.map(facts)).toEqual(["inserted", "inserted"]);
    expect(await ids()).toBe("7 100 101>7 102");
  });

  it.each(ways)("a key that another id has, or that two are given, is none, %s", async (_, way) => {
    await get().run(`INSERT INTO id_map VALUES ('users', '"z"', '55')`);
    const outcomes = await way(many([user("a"), user("b"), user("c"), user("d"), user("e", "d"), user("cursed"), user("g", "z")], keys({ b: "55", c: "77", d: "77", cursed: "9" })));
    expect(outcomes.map(facts)).toEqual(["inserted", "id-conflict", "document-refused", "document-refused", "document-refused", "other", "inserted"]);
    expect(outcomes[1]).toMatchObject({ sqlstate: "23505", table: "id_map" });
    expect(outcomes[5]).toMatchObject({ sqlstate: "PAY01" });
    expect(JSON.stringify(outcomes)).not.toContain("secret");
    expect(await map()).toMatch(/^"a"=100 "e"=101 "g"=102 "z"=55/);
    expect(await ids()).toBe("100 102>55");
  });

  it.each(ways)("entries of `id_map` that are no keys, %s", async (_, way) => {
    await get().run(`INSERT INTO id_map VALUES ('users', '"a"', '1'), ('users', '"b"', 'x'), ('users', '"c"', '07'), ('users', '"d"', '7')`);
    const outcomes = await way(async (db) => [...(await db.applyMany("users", [user("a"), user("b"), user("c"), user("d"), user("e", "b")])).outcomes]);
    expect(outcomes.map(facts)).toEqual(["inserted", "document-refused", "document-refused", "inserted", "document-refused"]);
    expect(await ids()).toBe("1 7");
  });

  it.each(ways)("`id_map` that is not there, %s", async (_, way) => {
    await get().run("ALTER TABLE id_map RENAME TO elsewhere; CREATE TABLE id_map (collection text, mongo_id text, other text)");
    try {
      const outcomes = await way(async (db) => [...(await db.applyMany("users", [user("a"), user("b")], { newKey: () => "1" })).outcomes, await db.delete("users", "a", { version: 3 })]);
      expect(outcomes.map(facts)).toEqual(["schema-drift", "schema-drift", "schema-drift"]);
      expect(outcomes.map(({ document }) => document)).toEqual([0, 1, 0]);
    } finally {
      await get().run("DROP TABLE id_map; ALTER TABLE elsewhere RENAME TO id_map");
    }
  });

  it.each(["live", "empty"] as const)("a load into %s tables tells of them", async (into) => {
    const report = await get().db.load("users", [[user("a"), user("cursed"), user("b")], [user("c", "b"), user("d")]], { into, newKey: keys({ b: "no", cursed: "9" }) });
    expect(report).toMatchObject({ documents: 5, counts: { inserted: 2, failed: 3 } });
    expect(report.failed.map(({ document, reason }) => `${document} ${reason}`)).toEqual(["1 other", "2 document-refused", "3 document-refused"]);
    expect(await ids()).toBe("100 102");
  });

  if (server !== "pglite") {
    it("H23: of two who give an id a key at the same time, the first wins", async () => {
      let second: Promise<Outcome> | undefined;
      await get().inside(async (db) => {
        expect(await db.apply("users", user("a"), { newKey: () => "1" })).toMatchObject({ outcome: "inserted", key: "1" });
        second = get().db.apply("users", { ...user("a"), v: 2 }, { newKey: () => "2" });
        await expect.poll(async () => (await get().rows("SELECT count(*)::text AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))[0]?.n, { timeout: 5_000 }).toBe("1");
      });
      expect(await second).toMatchObject({ outcome: "updated", key: "1" });
      expect([await map(), await ids()]).toEqual(['"a"=1', "1"]);
    });
  }
});
