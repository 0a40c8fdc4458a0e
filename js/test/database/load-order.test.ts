import { encodeDocument } from "rowlens";
import { beforeEach, describe, expect, it } from "vitest";
import { HeldBack } from "../../src/database/held-back.ts";
import { load, type LoadOptions } from "../../src/database/load.ts";
import type { Outcome } from "../../src/database/outcome.ts";
import { onEachServer } from "../support/each-server.ts";

/** People under each other, guarded by a version, without one, and with keys that are looked up. */
const people = (table: string, more: object, key: object = { column: "id", as: "text" }): object => ({
  table, key, complement: "rest", ...more,
  columns: { v: { path: "v", type: "integer", bson: "number" }, boss: { path: "boss", type: (key as { type?: string }).type ?? "text", ref: table, foreignKey: true }, email: { path: "email", type: "text" }, does: { path: "does", type: "integer", bson: "number" } },
});
const version = { version: { path: "v", column: "source_version" } };
const mapping = { version: 1, collections: { people: people("people", version), loose: people("loose", {}), mapped: people("mapped", version, { column: "id", as: "lookup", type: "bigint" }) } };
const OWN = ["people", "loose", "mapped"].map((table) => `ALTER TABLE ${table} ADD CONSTRAINT ${table}_email UNIQUE (email), ADD CONSTRAINT ${table}_does CHECK (does > 0);`).join("\n");
const AT_ONCE = ["people", "loose", "mapped"].map((table) => `ALTER TABLE ${table} DROP CONSTRAINT ${table}_boss_fkey; ALTER TABLE ${table} ADD CONSTRAINT ${table}_boss_fkey FOREIGN KEY (boss) REFERENCES ${table};`).join("\n");

const one = (_id: string, boss?: string, more: object = {}): object => ({ _id, v: 1, ...(boss === undefined ? {} : { boss }), ...more });
const fact = (outcome: Outcome): string => `${outcome.document} ${outcome.outcome === "failed" ? outcome.reason : outcome.outcome}${"supersededBy" in outcome ? ` by ${outcome.supersededBy}` : ""}`;

describe.each([["deferrable", ""], ["immediate", AT_ONCE]])("the order of a load's batches, keys %s", (_, alter) => {
  onEachServer("load order", mapping, OWN + alter, (get, server) => {
    beforeEach(() => get().run("TRUNCATE people, loose, mapped, id_map, rowlens_tombstones"));
    const text = async (sql: string): Promise<unknown> => (await get().rows(`SELECT (${sql})::text AS x`))[0]?.x;
    const told = async (collection: string, batches: object[][], options: LoadOptions = {}, heldBack?: HeldBack): Promise<string[]> => {
      const outcomes: Outcome[] = [];
      const report = await load(get().session(), get().plan.collection(collection) as never, batches, { ...options, onOutcome: (outcome) => outcomes.push(outcome) }, heldBack);
      expect(report.documents).toBe(outcomes.length);
      expect(report.failed).toEqual(outcomes.filter(({ outcome }) => outcome === "failed"));
      return outcomes.sort((x, y) => x.document - y.document).map(fact);
    };

    it("parents may come in a later batch, circles may go through batches, and what leads nowhere fails", async () => {
      const batches = [[one("a", "b"), one("x", "nobody"), one("y", "x")], [one("b", "c")], [one("k", "l"), one("w")], [one("c", "d"), one("l", "m")], [one("d"), one("m", "k")]];
      expect(await told("people", batches)).toEqual(["0 inserted", "1 missing-parent", "2 missing-parent", "3 inserted", "4 inserted", "5 inserted", "6 inserted", "7 inserted", "8 inserted", "9 inserted"]);
      expect(await text("SELECT string_agg(id || coalesce('>' || boss, ''), ' ' ORDER BY id) FROM people")).toBe("a>b b>c c>d d k>l l>m m>k w");
      expect((await get().db.load("people", batches)).counts).toMatchObject({ unchanged: 8, failed: 2 });
    });

    it("a document of a list whose length lies harms no other, those that wait included", async () => {
      const lies = encodeDocument(one("lies"));
      lies[0] = 0xff;
      const batches = [[encodeDocument(one("a", "b")), lies, encodeDocument(one("c"))], [lies, encodeDocument(one("b"))]];
      expect(await told("people", batches)).toEqual(["0 inserted", "1 document-refused", "2 inserted", "3 document-refused", "4 inserted"]);
      expect(await text("SELECT string_agg(id || coalesce('>' || boss, ''), ' ' ORDER BY id) FROM people")).toBe("a>b b c");
      expect((await get().db.applyMany("people", batches[0] as Uint8Array[])).outcomes.map(fact)).toEqual(["0 unchanged", "1 document-refused", "2 unchanged"]);
    });

    it("a whole tree against its order, more than a chunk of it", async () => {
      const last = server === "pglite" ? 60 : 1_500;
      const tree = Array.from({ length: last + 1 }, (_none, index) => one(`k${last - index}`, index === last ? undefined : `k${Math.floor((last - index) / 2)}`));
      const batches = Array.from({ length: 6 }, (_none, batch) => tree.slice(Math.ceil((batch * tree.length) / 6), Math.ceil(((batch + 1) * tree.length) / 6)));
      expect((await get().db.load("people", batches)).counts).toMatchObject({ inserted: last + 1, failed: 0 });
    });

    it("of a batch of several chunks, what waits in the first and in the last is told, once", async () => {
      const batch = Array.from({ length: 1_200 }, (_none, index) => one(`k${1_000 + index}`, index % 1_199 === 0 ? "nobody" : undefined));
      const facts = await told("people", [batch]);
      expect(facts).toHaveLength(1_200);
      expect(facts.filter((fact) => !fact.endsWith("inserted"))).toEqual(["0 missing-parent", "1199 missing-parent"]);
    });

    it("a unique value may be given up in a later batch", async () => {
      await get().db.applyMany("people", [one("a", undefined, { email: "x" }), one("b", undefined, { email: "y" })]);
      expect(await told("people", [[one("a", undefined, { v: 2, email: "y" })], [one("b", undefined, { v: 2, email: "z" })]])).toEqual(["0 updated", "1 updated"]);
      expect(await text("SELECT string_agg(id || email, ' ' ORDER BY id) FROM people")).toBe("ay bz");
    });

    it("older states wait with the newest, and come to what it came to", async () => {
      const batch = [one("a", "z", { v: 1 }), one("a", "z", { v: 3 }), { _id: "a" }, one("b", "nobody", { v: 2 }), one("b", "z", { v: 1 })];
      expect(await told("people", [[one("w")], batch, [one("z")]])).toEqual(["0 inserted", "1 stale by 2", "2 inserted", "3 version-missing", "4 missing-parent", "5 missing-parent by 4", "6 inserted"]);
      expect(await text("SELECT source_version FROM people WHERE id = 'a'")).toBe("3");
    });

    it("of several states in several batches the newest stays; of the same version, the last", async () => {
      const batches = [[one("old", "z", { email: "old1" }), one("new", "z", { v: 5, email: "new5" }), one("same", "z", { email: "same1" }), one("both", "z", { email: "both1" })], [one("old", undefined, { v: 2, email: "old2" }), one("new", undefined, { v: 2, email: "new2" }), one("same", undefined, { email: "same2" }), one("both", "z", { email: "both2" })], [one("z")]];
      expect(await told("people", batches)).toEqual(["0 stale by 4", "1 updated", "2 stale by 6", "3 stale by 7", "4 inserted", "5 inserted", "6 inserted", "7 inserted", "8 inserted"]);
      expect(await text("SELECT string_agg(email, ' ' ORDER BY email) FROM people")).toBe("both2 new5 old2 same2");
    });

    it("where a later state fails, the earlier one of its version, which waited, is not written in its place", async () => {
      expect(await told("people", [[one("a", "z"), one("b", "z", { v: 2 })], [one("a", undefined, { does: -1 }), one("b", undefined, { does: -1 })], [one("z")]])).toEqual(["0 check-failed by 2", "1 inserted", "2 check-failed", "3 check-failed", "4 inserted"]);
    });

    it("unguarded: the last state of the load stays", async () => {
      const batches = [[one("a", "z", { email: "a1" }), one("b", "z", { email: "b1" }), one("c", "z", { email: "c1" })], [one("a", undefined, { email: "a2" }), one("b", "z", { email: "b2" })], [one("a", "z", { email: "a3" }), one("c", undefined, { does: -1 })], [one("z")]];
      expect(await told("loose", batches, { unguarded: true })).toEqual(["0 stale by 3", "1 stale by 4", "2 check-failed by 6", "3 inserted", "4 inserted", "5 updated", "6 check-failed", "7 inserted"]);
      expect(await text("SELECT string_agg(email, ' ' ORDER BY email) FROM loose")).toBe("a3 b2");
    });

    it("versions and keys are those that were given, and `undefined` is what it was", async () => {
      const batches = [[{ _id: "a", boss: "b", nothing: undefined }, { _id: "w" }], [{ _id: "b" }]];
      let next = 10;
      expect(await told("mapped", batches, { newKey: () => String(next++), version: (document, batch) => 100 + document + (batch as object[]).length, undefined: "null" })).toEqual(["0 inserted", "1 inserted", "2 inserted"]);
      expect(await text("SELECT string_agg(id || coalesce('>' || boss, '') || ' ' || source_version || coalesce(rest::text, ''), ', ' ORDER BY source_version, id) FROM mapped")).toMatch(/^1[0-2] 101, 1[0-2]>1[0-2] 102\{.*nothing.*\}, 1[0-2] 103$/);
      await get().run("TRUNCATE mapped, id_map");
      const lookups = ["a", "b", "w"].map((id, index): [string, string, string] => ["mapped", JSON.stringify(id), String(index + 1)]);
      expect(await told("mapped", batches, { lookups, version: () => 1 })).toEqual(["0 inserted", "1 inserted", "2 inserted"]);
      expect(await text("SELECT string_agg(id || coalesce('>' || boss, ''), ' ' ORDER BY id) FROM mapped")).toBe("1>2 2 3");
    });

    it("issues have the document's number in the load", async () => {
      const outcomes: Outcome[] = [];
      await get().db.load("people", [[one("w")], [one("w2"), one("a", "z", { email: { deep: 1 } }), one("b", undefined, { email: 1 })], [one("z")]], { onOutcome: (outcome) => outcomes.push(outcome) });
      expect(outcomes.flatMap(({ document, issues }) => issues.map((issue) => [document, issue.document]))).toEqual(expect.arrayContaining([[2, 2], [3, 3]]));
    });

    it("the source may use its memory again", async () => {
      const memory = Buffer.alloc(1_000);
      function* source(): Generator<Uint8Array> {
        for (const documents of [[one("a", "c")], [one("b", "a")], [one("c")]]) {
          const bson = Buffer.concat(documents.map((document) => encodeDocument(document)));
          memory.fill(0xff).set(bson);
          yield memory.subarray(0, bson.length);
        }
      }
      expect((await get().db.load("people", source())).counts).toMatchObject({ inserted: 3, failed: 0 });
    });

    it("in the caller's transaction, too", async () => {
      expect((await get().inside((db) => db.load("people", [[one("a", "b"), one("x", undefined, { does: -1 })], [one("b")]]))).counts).toMatchObject({ inserted: 2, failed: 1 });
    });

    /** Counts how often what is held back is tried. */
    class Counted extends HeldBack {
      takes = 0;
      override take(): ReturnType<HeldBack["take"]> {
        this.takes++;
        return super.take();
      }
    }
    /** Room for so many as these, which have no issues. */
    const roomFor = (count: number, document = one("a", "z")): HeldBack => new HeldBack(count * (512 + encodeDocument(document).length));

    it("what does not fit fails as it did before it was held back, and the rest is written", async () => {
      expect(await told("people", [[one("a", "z"), one("b", "z"), one("c", "z"), one("d", "z")], [one("z")]], {}, roomFor(2))).toEqual(["0 inserted", "1 inserted", "2 missing-parent", "3 missing-parent", "4 inserted"]);
    });

    it("what was found in documents takes room, too, and what a later state replaces gives it back", async () => {
      const odd = one("a", "z", { more: 1 });
      expect(await told("people", [[odd, { ...odd, _id: "b" }], [one("z")]], {}, roomFor(2, odd))).toEqual(["0 inserted", "1 missing-parent", "2 inserted"]);
      await get().run("TRUNCATE people");
      expect(await told("people", [[one("a", "z")], [one("a")], [one("b", "z"), one("c", "z")], [one("z")]], {}, roomFor(2))).toEqual(["0 stale by 1", "1 inserted", "2 inserted", "3 inserted", "4 inserted"]);
    });

    it("what waits is tried again before there is no room left, but not in vain again and again", async () => {
      const room = 16 * (512 + encodeDocument(one("a00", "b00")).length);
      const name = (letter: string, index: number): string => letter + String(index).padStart(2, "0");
      // Each waits for the next batch.
      const next = Array.from({ length: 81 }, (_none, index) => [...(index < 80 ? [one(name("a", index), name("b", index))] : []), ...(index === 0 ? [] : [one(name("b", index - 1))])]);
      const some = new Counted(room);
      expect((await told("people", next, {}, some)).filter((fact) => !fact.endsWith("inserted"))).toEqual([]);
      expect(some.takes).toBeGreaterThan(4);
      expect(some.takes).toBeLessThan(20);
      await get().run("TRUNCATE people");
      const none = new Counted(room);
      expect((await told("people", next.map(([first]) => [first as object]), {}, none)).filter((fact) => fact.endsWith("inserted"))).toHaveLength(1);
      expect(none.takes).toBe(2);
    });
  });
});
