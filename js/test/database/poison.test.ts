import { beforeEach, describe, expect, it } from "vitest";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";

const facts = (outcome: Outcome): unknown => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome);

const people = {
  version: 1,
  collections: {
    people: {
      table: "people", key: { column: "id", as: "text" }, version: { path: "v", column: "source_version" }, complement: "rest",
      columns: { v: { path: "v", type: "integer", bson: "number" }, boss: { path: "boss", type: "text", ref: "people", foreignKey: true }, email: { path: "email", type: "text" }, pal: { path: "pal", type: "text" }, does: { path: "does", type: "text" } },
    },
  },
};
/** What a user's own tables do: a unique value that may change hands within a transaction, and a trigger that does as it is told. */
const OWN = `ALTER TABLE people ADD CONSTRAINT own_pal FOREIGN KEY (pal) REFERENCES people DEFERRABLE INITIALLY DEFERRED;
  ALTER TABLE people ADD CONSTRAINT one_email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED;
  CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.does = 'sleep' THEN PERFORM pg_sleep(2); ELSE RAISE EXCEPTION 'the value is secret' USING ERRCODE = NEW.does, DETAIL = 'Key (does)=(secret)', HINT = 'secret'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER act BEFORE INSERT OR UPDATE ON people FOR EACH ROW WHEN (NEW.does IS NOT NULL) EXECUTE FUNCTION act();
  CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM written WHERE email = 'huge') > 100 THEN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END IF; RETURN NULL; END $$;
  CREATE TRIGGER full_up AFTER INSERT ON people REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION full_up();`;

/** A deferrable foreign key, as the DDL makes it, and one that is checked at once. */
const KEYS: [string, string][] = [["deferrable", ""], ["immediate", "ALTER TABLE people DROP CONSTRAINT people_boss_fkey; ALTER TABLE people ADD CONSTRAINT people_boss_fkey FOREIGN KEY (boss) REFERENCES people;"]];

describe.each(KEYS)("references within a batch, %s", (_, alter) => {
  onEachServer("poison", people, OWN + alter, (get, server) => {
    beforeEach(() => get().run("TRUNCATE people, rowlens_tombstones"));
    const one = (_id: string, boss?: string, more: object = {}): object => ({ _id, v: 1, ...(boss === undefined ? {} : { boss }), ...more });
    const ids = async (): Promise<unknown> => (await get().rows("SELECT coalesce(string_agg(id, ' ' ORDER BY id), '') AS ids FROM people"))[0]?.ids;
    const each = async (documents: object[]): Promise<unknown> => (await get().db.applyMany("people", documents)).outcomes.map(facts);

    it("H24: a chain against the order of keys is written, and the part of it that leads to nobody is not", async () => {
      const chain = ["a", "b", "c", "d"].map((id, index, all) => one(id, all[index + 1]));
      expect(await each([...chain, one("x", "nobody"), one("w", "x"), one("y", "w")])).toEqual(["inserted", "inserted", "inserted", "inserted", "missing-parent", "missing-parent", "missing-parent"]);
      expect(await ids()).toBe("a b c d");
    });

    it("H17: circles are written beside poison; one that poison belongs to is not", async () => {
      const batch = [one("a", "b"), one("b", "c"), one("c", "a"), one("d", "nobody"), one("e", "f"), one("f", "e", { does: "23514" }), one("g", "a"), one("h", "e"), one("i")];
      expect(await each(batch)).toEqual(["inserted", "inserted", "inserted", "missing-parent", "missing-parent", "check-failed", "inserted", "missing-parent", "inserted"]);
      expect(await ids()).toBe("a b c g i");
    });

    it("parents may be in another chunk, before or after, and circles may go through chunks", async () => {
      // PGlite takes its time: one chunk.
      const last = server === "pglite" ? 29 : 1199;
      const middle = Math.floor(last / 2);
      const id = (index: number): string => `k${String(index).padStart(4, "0")}`;
      const circle: Record<number, string> = { 0: id(last), [last]: id(middle), [middle]: id(0), 7: "nobody" };
      const many = Array.from({ length: last + 1 }, (_none, index) => one(id(index), circle[index] ?? id(last - (index % 3))));
      const { counts, outcomes } = await get().db.applyMany("people", many);
      expect(counts).toMatchObject({ inserted: last, failed: 1 });
      expect(outcomes[7]).toMatchObject({ outcome: "failed", reason: "missing-parent", constraint: "people_boss_fkey", document: 7 });
      await get().run("TRUNCATE people");
      const report = await get().db.load("people", [many]);
      expect(report.counts).toMatchObject({ inserted: last, failed: 1 });
      expect(report.failed).toMatchObject([{ document: 7, reason: "missing-parent" }]);
    });

    it("in the caller's transaction chunks are in the order of keys, and parents may be in a later one all the same", async () => {
      const last = server === "pglite" ? 29 : 509;
      const many = Array.from({ length: last + 1 }, (_none, index) => one(`k${String(index).padStart(4, "0")}`, index === 3 ? `k0${String(last).padStart(3, "0")}` : undefined, index === 5 ? { does: "P0001" } : {}));
      const { counts } = await get().inside((db) => db.applyMany("people", many));
      expect(counts).toMatchObject({ inserted: last, failed: 1 });
    });

    it("in the caller's transaction, too, where the key is checked at once", async () => {
      const batch = [one("a", "b"), one("b", "c"), one("c"), one("d", "e"), one("e", "d"), one("f", undefined, { does: "22003" })];
      const outcomes = await get().inside(async (db) => (await db.applyMany("people", batch)).outcomes.map(facts));
      expect(outcomes).toEqual(["inserted", "inserted", "inserted", "inserted", "inserted", "scale-or-range"]);
      expect(await ids()).toBe("a b c d e");
    });

    it("circles of references that the mapping does not know of are written beside poison", async () => {
      expect(await each([one("a", undefined, { pal: "b" }), one("b", undefined, { pal: "a" }), one("c", undefined, { does: "23514" })])).toEqual(["inserted", "inserted", "check-failed"]);
      expect(await ids()).toBe("a b");
    });

    it("unique values that change hands in a circle do so beside poison", async () => {
      expect(await each([one("a", undefined, { email: "x" }), one("b", undefined, { email: "y" })])).toEqual(["inserted", "inserted"]);
      const swap = [one("a", undefined, { v: 2, email: "y" }), one("b", undefined, { v: 2, email: "x" })];
      expect(await each([...swap, one("c", "nobody"), one("d", undefined, { does: "P0001" }), one("e")])).toEqual(["updated", "updated", "missing-parent", "other", "inserted"]);
    });

    it("circles through rows that are there: all of them, those that exist at first or are poisoned, and the part that can be", async () => {
      const exists = async (): Promise<void> => {
        await get().run("TRUNCATE people");
        expect(await each([one("a"), one("f", undefined, { email: "x" })])).toEqual(["inserted", "inserted"]);
      };
      await exists();
      expect(await each([one("a", "b", { v: 2 }), one("b", "a"), one("c", undefined, { does: "23514" })])).toEqual(["updated", "inserted", "check-failed"]);
      await exists();
      expect(await each([one("a", "b", { v: 2, does: "23514" }), one("b", "a")])).toEqual(["check-failed", "inserted"]);
      await exists();
      expect(await each([one("a", "b", { v: 2 }), one("b", "a", { does: "23514" })])).toEqual(["missing-parent", "check-failed"]);
      // Of the circle only `b` can be written, when `f` has given up its value; `a` is there in an older state.
      await exists();
      expect(await each([one("a", "b", { v: 2, pal: "nobody" }), one("b", "a", { email: "x" }), one("f", undefined, { v: 2, email: "y" }), one("p", undefined, { does: "23514" })])).toEqual(["missing-parent", "inserted", "updated", "check-failed"]);
      expect(await ids()).toBe("a b f");
    });

    it("one that is out of memory is that one's, and what is too much together is written by parts", async () => {
      const many = Array.from({ length: server === "pglite" ? 150 : 450 }, (_none, index) => one(`k${index}`, undefined, index === 30 ? { does: "53200" } : {}));
      expect((await get().db.applyMany("people", many)).counts).toMatchObject({ inserted: many.length - 1, failed: 1 });
      await get().run("TRUNCATE people; ALTER TABLE people DROP CONSTRAINT one_email");
      try {
        const huge = many.filter((_none, index) => index !== 30).map((document) => ({ ...document, email: "huge" }));
        const report = await get().db.load("people", [huge.slice(0, 230), huge.slice(230)]);
        expect(report).toMatchObject({ documents: many.length - 1, counts: { inserted: many.length - 1, failed: 0 }, failed: [] });
        await get().run("TRUNCATE people");
        expect((await get().db.applyMany("people", huge)).counts).toMatchObject({ inserted: many.length - 1, failed: 0 });
      } finally {
        await get().run("TRUNCATE people; ALTER TABLE people ADD CONSTRAINT one_email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED");
      }
    });

    it("whatever a function raises is that document's, and is not passed on", async () => {
      for (const condition of ["23514", "P0001", "42501", "42P01", "40001", "55P03", "57014", "08006", "57P01", "25006", "25P02", "XX000", "PAY01", "ABCDE"]) {
        await get().run("TRUNCATE people");
        for (const run of [(batch: object[]) => get().db.applyMany("people", batch), (batch: object[]) => get().inside((db) => db.applyMany("people", batch))]) {
          await get().run("TRUNCATE people");
          const { outcomes } = await run([one("a"), one("b", undefined, { does: condition }), one("c", "d"), one("d")]);
          expect(outcomes.map(({ outcome }) => outcome), condition).toEqual(["inserted", "failed", "inserted", "inserted"]);
          expect(outcomes[1], condition).toMatchObject({ sqlstate: condition, key: "b" });
          expect(JSON.stringify(outcomes), condition).not.toContain("secret");
          expect(await ids(), condition).toBe("a c d");
        }
        await get().run("TRUNCATE people");
        const report = await get().db.load("people", [[one("a"), one("b", undefined, { does: condition })], [one("c")]]);
        expect(report, condition).toMatchObject({ counts: { inserted: 2, failed: 1 }, failed: [{ sqlstate: condition, key: "b", document: 1 }] });
        expect(JSON.stringify(report), condition).not.toContain("secret");
      }
    }, 60_000);

    it("what the newest state came to is what older ones of the batch came to", async () => {
      const batch = [one("a", undefined, { v: 1 }), one("a", undefined, { v: 3, does: "23514" }), { _id: "a" }, one("b", undefined, { v: 2 }), one("b", undefined, { v: 1 }), { _id: "b", v: "odd" }];
      const expected = [
        { outcome: "failed", reason: "check-failed", supersededBy: 1, document: 0 }, { outcome: "failed", reason: "check-failed" }, { outcome: "failed", reason: "version-missing", key: "a", document: 2 },
        { outcome: "inserted" }, { outcome: "stale", supersededBy: 3 }, { outcome: "failed", reason: "version-missing", document: 5 },
      ];
      const { outcomes, counts } = await get().db.applyMany("people", batch);
      expect(outcomes).toMatchObject(expected);
      expect(outcomes.map((outcome) => "supersededBy" in outcome)).toEqual([true, false, false, false, true, false]);
      expect(counts).toMatchObject({ inserted: 1, stale: 1, failed: 4 });
      await get().run("TRUNCATE people");
      const told: Outcome[] = [];
      const report = await get().db.load("people", [[one("z")], batch], { onOutcome: (outcome) => told.push(outcome) });
      expect(report.counts).toMatchObject({ inserted: 2, stale: 1, failed: 4 });
      expect(told.sort((x, y) => x.document - y.document)).toMatchObject([{ outcome: "inserted" }, ...expected.map((outcome, index) => ({ ...outcome, document: index + 1, ...("supersededBy" in outcome ? { supersededBy: (outcome.supersededBy as number) + 1 } : {}) }))]);
    });

    if (server !== "pglite") {
      it("one that takes too long is that one's", async () => {
        const outcomes = await get().inside(async (db) => (await db.applyMany("people", [one("a"), one("b", undefined, { does: "sleep" }), one("c")])).outcomes, "BEGIN; SET LOCAL statement_timeout = '500ms'");
        expect(outcomes.map(facts)).toEqual(["inserted", "throttle", "inserted"]);
        expect(await ids()).toBe("a c");
      });

      it("a lock that another holds on one of them is that one's; on all of many is not waited for by each", async () => {
        const many = Array.from({ length: 120 }, (_none, index) => one(`k${index}`));
        await get().db.applyMany("people", [one("held"), ...many]);
        const holding = async (keys: string, work: () => Promise<void>): Promise<void> => {
          await get().inside(async (db) => {
            await db.session.query({ text: `SELECT id FROM people WHERE ${keys} FOR UPDATE`, parameters: [] });
            await work();
          });
        };
        const late = (batch: object[]) => get().inside((db) => db.applyMany("people", batch.map((document) => ({ ...document, v: 2 }))), "BEGIN; SET LOCAL lock_timeout = '100ms'");
        await holding("id = 'held'", async () => {
          const { outcomes } = await late([one("a"), one("held"), one("k1"), one("k2")]);
          expect(outcomes.map(facts)).toEqual(["inserted", "throttle", "updated", "updated"]);
        });
        await holding("true", async () => {
          const begun = Date.now();
          const { counts } = await late(many.slice(2));
          expect(counts).toMatchObject({ failed: 118 });
          expect(Date.now() - begun).toBeLessThan(6_000);
        });
      });
    }
  });
});
