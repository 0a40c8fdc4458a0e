import { ObjectId } from "bson7";
import { describe, expect, it } from "vitest";
import { init } from "rowlens";
import { encodeDocument } from "../../src/bson/encode-document.ts";
import { toExtendedJson } from "../../src/core/extended-json.ts";
import type { Mapping } from "../../src/core/mapping.ts";
import { compile } from "../../src/core/plan.ts";
import { applyOne } from "../../src/database/apply.ts";
import { compareDocuments } from "../../src/database/compare.ts";
import { deleteOne } from "../../src/database/delete.ts";
import { readDocuments } from "../../src/database/read.ts";
import type { Session } from "../../src/database/session.ts";
import { streamDocuments } from "../../src/database/stream.ts";
import { plain } from "../../src/database/transaction-sql.ts";
import { useScratch } from "../support/scratch.ts";

await init();

type Kind = "uuid" | "hex" | "bytea" | "bigint" | "integer" | "text";
const mappingOf = (as: Kind, extra: object = {}): Mapping => ({
  version: 1,
  collections: { c: { table: "c", key: { column: "id", as }, complement: "rest", children: [{ table: "k", path: "k[]", columns: { v: { path: "@", type: "integer" } } }], ...extra } },
});

/** An `_id`, and other ways to write its key. */
const SPELLINGS: Record<Kind, [_id: unknown, others: (key: string) => string[]]> = {
  uuid: [new ObjectId("65f1a2b3c4d5e6f708192a3b"), (key) => [key.toUpperCase(), `{${key}}`, key.replaceAll("-", "")]],
  hex: [new ObjectId("65f1a2b3c4d5e6f708192a3b"), (key) => [`${key}  `]],
  bytea: [new ObjectId("65f1a2b3c4d5e6f708192a3b"), (key) => [key.toUpperCase().replace("X", "x")]],
  bigint: [-5, () => ["-05", " -5", "-5 "]],
  integer: [5, () => ["+5", "05", "0x5"]],
  text: ["a", () => []],
};

describe.each(["pglite", "18"] as const)("keys that documents are read by (%s)", (server) => {
  const scratch = useScratch(server);

  it.each(Object.entries(SPELLINGS))("one key in several spellings is one document, whole (%s)", async (as, [_id, others]) => {
    const collection = compile(mappingOf(as as Kind)).collection("c");
    const document = { _id, k: [1, 2, 3] };
    await scratch.run(compile(mappingOf(as as Kind)).ddl(), async (session) => {
      await applyOne(session, collection, document, { unguarded: true });
      const key = collection.keyOf(document);
      // 0x5 is one that PostgreSQL knows since 16.
      for (const keys of [[key, ...others(key)], [...others(key), key], [key, ...Array.from({ length: 5_100 }, (_, n) => missing(as as Kind, n)), ...others(key).filter((other) => other !== "0x5")]]) {
        const found = await readDocuments(session, collection, { keys });
        expect(found.documents.map((one) => toExtendedJson(one))).toEqual([toExtendedJson(encodeDocument(document))]);
        expect(found.issues).toEqual([]);
        expect(found.missing).toHaveLength(keys.length > 5_000 ? 5_100 : 0);
      }
      // What is missing is told as it was asked for.
      await deleteOne(session, collection, _id, { unguarded: true });
      expect((await readDocuments(session, collection, { keys: [...others(key), key] })).missing).toEqual([...others(key), key]);
    });
  }, 60_000);

  it("without a complement, by _id", async () => {
    const plan = compile(mappingOf("integer", { complement: null, children: ["k", "l"].map((name) => ({ table: name, path: `${name}[]`, columns: { v: { path: "@", type: "integer" } } })) }));
    const collection = plan.collection("c");
    await scratch.run(plan.ddl(), async (session) => {
      for (const _id of [1, 2]) await applyOne(session, collection, { _id, k: [_id], l: [4] }, { unguarded: true });
      const found = await readDocuments(session, collection, [2, "none", 1, 3]);
      expect(found.documents.map((one) => toExtendedJson(one, { relaxed: true }))).toEqual(['{"_id":2,"k":[2],"l":[4]}', '{"_id":1,"k":[1],"l":[4]}']);
      expect(found.missing).toEqual(["none", 3]);
      // More findings than are told: those that have no key are known all the same.
      const many = Array.from({ length: 3_000 }, (_, n) => (n % 3 === 0 ? `none ${n}` : n));
      const among = await readDocuments(session, collection, many);
      expect(among.documents.map((one) => toExtendedJson(one, { relaxed: true }))).toEqual(['{"_id":1,"k":[1],"l":[4]}', '{"_id":2,"k":[2],"l":[4]}']);
      expect(among.missing).toEqual(many.filter((id) => id !== 1 && id !== 2));
      expect(await deleteOne(session, collection, 1, { unguarded: true })).toMatchObject({ outcome: "deleted", removed: 3 });
      expect(await deleteOne(session, collection, "none", { unguarded: true })).toMatchObject({ outcome: "failed", reason: "document-refused" });
    });
  }, 60_000);

  it.skipIf(server === "pglite")("collations of root and child that differ: a stream says what to do", async () => {
    const plan = compile(mappingOf("text"));
    const collection = plan.collection("c");
    await scratch.run(`${plan.ddl()}; ALTER TABLE k ALTER c_id TYPE text COLLATE "und-x-icu"; ALTER TABLE c ALTER id TYPE text COLLATE "C"`, async (session) => {
      await applyOne(session, collection, { _id: "a", k: [1] }, { unguarded: true });
      expect((await readDocuments(session, collection, ["a"])).count).toBe(1);
      expect(await compareDocuments(session, collection, () => [[{ _id: "a", k: [1] }]])).toMatchObject({ equal: true });
      expect(await compareDocuments(session, collection, () => [[{ _id: "a", k: [2] }]])).toMatchObject({ differing: 1 });
      const read = async (inner: Session): Promise<void> => {
        for await (const batch of streamDocuments(inner, collection)) expect(batch.count).toBe(-1);
      };
      await expect(session.transaction(read)).rejects.toMatchObject({ code: "schema-drift", message: expect.stringContaining("collations") as string });
      await session.query(plain('ALTER TABLE c ALTER id TYPE text COLLATE "und-x-icu"'));
      let count = 0;
      for await (const batch of streamDocuments(session, collection)) count += batch.count;
      expect(count).toBe(1);
    });
  });
});

function missing(as: Kind, n: number): string {
  const hex = (n + 1).toString(16).padStart(24, "0");
  return { uuid: `00000000-0000-8000-8000-${hex.slice(12)}`, hex, bytea: `\\x${hex}`, bigint: String(1000 + n), integer: String(1000 + n), text: `none ${n}` }[as];
}
