import { Binary, Long, ObjectId } from "bson7";
import { describe, expect, it } from "vitest";
import { init } from "rowlens";
import { encodeDocument } from "../../src/bson/encode-document.ts";
import type { Collection } from "../../src/core/collection.ts";
import { toExtendedJson } from "../../src/core/extended-json.ts";
import type { Mapping } from "../../src/core/mapping.ts";
import { compile, type Plan } from "../../src/core/plan.ts";
import { compareDocuments } from "../../src/database/compare.ts";
import { readDigests } from "../../src/database/digests.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import { readDocuments } from "../../src/database/read.ts";
import type { ResultRow, Session, Statement } from "../../src/database/session.ts";
import { streamDocuments } from "../../src/database/stream.ts";
import { plain } from "../../src/database/transaction-sql.ts";
import { useScratch } from "../support/scratch.ts";

await init();

const mappingOf = (as: "uuid" | "hex" | "bytea" | "text" | "bigint" | "integer", extra: object = {}): Mapping => ({
  version: 1,
  collections: {
    c: {
      table: "c", key: { column: "id", as }, columns: { n: { path: "n", type: "bigint" }, m: { path: "m", type: "numeric" } },
      children: [{ table: "c_list", path: "list[]", columns: { v: { path: "@", type: "text" } } }],
      complement: "rest", ...extra,
    },
  },
});

/** Ids of each kind of key, those that its column cannot hold among them. */
const IDS: Record<"uuid" | "hex" | "bytea" | "text" | "bigint" | "integer", unknown[]> = {
  uuid: [new ObjectId("65f1a2b3c4d5e6f708192a3b"), new ObjectId("000000000000000000000001"), new ObjectId("ffffffffffffffffffffffff"), "text", 7, new Binary(Buffer.alloc(16, 3), 4)],
  hex: [new ObjectId("65f1a2b3c4d5e6f708192a3b"), new ObjectId("000000000000000000000001"), "text", { a: 1 }],
  bytea: [new ObjectId("65f1a2b3c4d5e6f708192a3b"), new ObjectId("000000000000000000000001"), 5],
  text: ["a", "B", "b", "\u{e9}", "\u{ffff}", "\u{1f600}", "a b", "a,b", '"q"', "{x}", "NULL", "", "\\", "a\u{301}", new ObjectId("65f1a2b3c4d5e6f708192a3b"), 3],
  bigint: [-5, 3, 0, -1, Long.fromString("-9223372036854775808"), Long.fromString("9223372036854775807"), 255, 256],
  integer: [-5, 3, 0, -2147483648, 2147483647, 255, 256],
};

async function load(session: Session, collection: Collection, documents: readonly Uint8Array[]): Promise<void> {
  for (const table of collection.toRows(documents).tables) await session.copyIn(table.sql.copyIn, [table.copyBinary()]);
}

const documentsFor = (ids: readonly unknown[]): Uint8Array[] => ids.map((_id, n) => encodeDocument({ _id, n: Long.fromNumber(n), list: Array.from({ length: n % 4 }, (_, at) => `${n}-${at}`) }));
const shown = (documents: readonly Uint8Array[]): string[] => documents.map((document) => toExtendedJson(document));

describe.each(["pglite", "18"] as const)("reading (%s)", (server) => {
  const scratch = useScratch(server);

  it.each(Object.entries(IDS))("keys as %s: by id in the order asked for, streamed in the order of keys, and compared", async (as, ids) => {
    const plan = compile(mappingOf(as as keyof typeof IDS), { fidelity: "exact" });
    const collection = plan.collection("c");
    const documents = documentsFor(ids);
    await scratch.run(plan.ddl(), async (session) => {
      await load(session, collection, documents);
      const found = await readDocuments(session, collection, [...ids].reverse());
      expect(shown(found.documents)).toEqual(shown(documents).reverse());
      expect(found.missing).toEqual([]);
      const none = as === "bigint" || as === "integer" ? 77 : new ObjectId("0123456789abcdef01234567");
      const some = await readDocuments(session, collection, [none, ids[1], ids[1], none, ids[0]]);
      expect(shown(some.documents)).toEqual(shown([documents[1], documents[0]] as Uint8Array[]));
      expect(some.missing).toEqual([none, none]);
      const streamed: Uint8Array[] = [];
      for await (const batch of streamDocuments(session, collection, { bytes: 1 })) {
        expect(batch.issues).toEqual([]);
        streamed.push(...batch.documents);
      }
      expect(shown(streamed).sort()).toEqual(shown(documents).sort());
      // Every boundary between keys is met where each document is a range of its own.
      const compare = (): ReturnType<typeof compareDocuments> => compareDocuments(session, collection, () => [documents]);
      expect(await compare()).toMatchObject({ equal: true });
      const type = collection.tables[0]?.columns[0]?.type ?? "";
      for (const document of documents) {
        const key = collection.keyOf(document);
        await session.transaction(async (inner) => {
          await inner.query({ text: `UPDATE c SET n = -1 WHERE id = $1::${type}`, parameters: [key] });
          expect((await compareDocuments(inner, collection, () => [documents])).differences).toMatchObject([{ class: "differing", key, column: "n" }]);
          await inner.query({ text: `UPDATE c SET n = $2::bigint WHERE id = $1::${type}`, parameters: [key, String(documents.indexOf(document))] });
        });
      }
      expect(await compare()).toMatchObject({ equal: true });
    });
  }, 60_000);

  it("ranges in byte order, whatever the collation, however many documents", async () => {
    const plan = compile(mappingOf("text"), { fidelity: "exact" });
    const collection = plan.collection("c");
    const documents = documentsFor(Array.from({ length: 400 }, (_, n) => `${"aAbB\u{e9}zZ-_"[n % 9]}${n}`));
    await scratch.run(`${plan.ddl()}; ALTER TABLE c ALTER id TYPE text COLLATE "und-x-icu"`, async (session) => {
      await load(session, collection, documents);
      for (const at of [0, 57, 399]) {
        await session.query({ text: "UPDATE c SET n = -1 - n WHERE id = $1", parameters: [collection.keyOf(documents[at] as Uint8Array)] });
        const report = await compareDocuments(session, collection, [documents], { recheck: () => documents });
        expect(report.differences.map(({ key }) => key)).toEqual([collection.keyOf(documents[at] as Uint8Array)]);
        expect(report.ranges).toBeLessThanOrEqual(48);
        await session.query({ text: "UPDATE c SET n = -1 - n WHERE id = $1", parameters: [collection.keyOf(documents[at] as Uint8Array)] });
      }
    });
  });

  it("digests of ranges add up to that of the whole, and stored ones equal computed ones", async () => {
    const plan = compile(mappingOf("bigint", { hash: "row_hash" }), { fidelity: "exact" });
    const collection = plan.collection("c");
    const documents = documentsFor(Array.from({ length: 50 }, (_, n) => n - 25));
    await scratch.run(plan.ddl(), async (session) => {
      await load(session, collection, documents);
      const [whole] = await readDigests(session, collection);
      // The first key is in it, the second is not; null is no end, and stands anywhere.
      const ranges = [["-9223372036854775808", "-3"], ["20", null], ["-3", "0"], ["0", "20"], ["5", "5"]].map(([from, to]) => ({ from: from as string, to: to as string | null }));
      const parts = await readDigests(session, collection, { ranges });
      expect(parts.map((part) => part.documents)).toEqual([22, 5, 3, 20, 0]);
      expect(await readDigests(session, collection, { ranges: [{ from: null, to: "-3" }, { from: null, to: null }, { from: "20", to: null }, { from: "25", to: null }, { from: "3", to: "-3" }] })).toMatchObject([parts[0], whole, parts[1], { documents: 0, rows: 0, high: 0n }, { documents: 0 }]);
      const sum = (name: "high" | "low"): bigint => BigInt.asIntN(64, parts.reduce((all, part) => all + part[name], 0n));
      expect(whole).toEqual({ documents: 50, rows: parts.reduce((all, part) => all + part.rows, 0), high: sum("high"), low: sum("low") });
      expect(await readDigests(session, collection, { ranges: [] })).toEqual([]);
      // Documents alone give the same.
      const own = collection.digests(documents);
      expect(own.map(({ key }) => key)).toContain("-25");
      expect([own.reduce((all, { rows }) => all + rows, 0), BigInt.asIntN(64, own.reduce((all, { high }) => all + high, 0n))]).toEqual([whole?.rows, whole?.high]);
      expect(collection.digests([documents[3], documents[3]] as Uint8Array[])).toMatchObject([{ document: 1, key: "-22" }]);
      // What an apply stores: the aggregate's digest.
      expect(await compareDocuments(session, collection, [documents], { stored: true })).toMatchObject({ equal: false, counts: { differing: 50 } });
      for (const document of documents) {
        const id = collection.keyOf(document);
        const [own] = await readDigests(session, collection, { ranges: [{ from: id, to: String(BigInt(id) + 1n) }] });
        const hash = Buffer.alloc(16);
        hash.writeBigInt64BE(own?.high ?? 0n);
        hash.writeBigInt64BE(own?.low ?? 0n, 8);
        await session.query({ text: "UPDATE c SET row_hash = decode($2, 'hex') WHERE id = $1::bigint", parameters: [id, hash.toString("hex")] });
      }
      expect(await readDigests(session, collection, { stored: true })).toEqual([{ ...whole, rows: 50 }]);
      expect(await compareDocuments(session, collection, [documents], { stored: true })).toMatchObject({ equal: true, queries: 1 });
      await session.query(plain("UPDATE c SET row_hash = '\\x00112233445566778899aabbccddeeff' WHERE id = 7"));
      expect(await compareDocuments(session, collection, [documents], { stored: true })).toMatchObject({ differing: 1, differences: [{ class: "differing", key: "7" }] });
      // Where both are read again the rows agree; the hash does not, and is no write under way.
      const wrong = { equal: false, differing: 1, settled: 0, differences: [{ class: "differing", key: "7", table: "c", column: "row_hash", row: ["7"] }] };
      expect(await compareDocuments(session, collection, () => [documents], { stored: true })).toMatchObject(wrong);
      const mended = (sql: string) => async (): Promise<Uint8Array[]> => {
        await session.query(plain(sql));
        return documents.filter((document) => collection.keyOf(document) === "7");
      };
      expect(await compareDocuments(session, collection, [documents], { stored: true, recheck: mended("UPDATE c SET row_hash = NULL WHERE id = 7") })).toMatchObject(wrong);
      const hash = collection.digests(documents).find(({ key }) => key === "7");
      const right = Buffer.alloc(16);
      right.writeBigInt64BE(hash?.high ?? 0n);
      right.writeBigInt64BE(hash?.low ?? 0n, 8);
      expect(await compareDocuments(session, collection, [documents], { stored: true, recheck: mended(`UPDATE c SET row_hash = '\\x${right.toString("hex")}' WHERE id = 7`) })).toMatchObject({ equal: true, differing: 0, settled: 1 });
      // Others do not keep the hash: only computing finds what they wrote.
      await session.query(plain("UPDATE c SET n = 1000 WHERE id = 8"));
      expect((await compareDocuments(session, collection, [documents])).differences).toMatchObject([{ class: "differing", key: "8" }]);
    });
  });

  it("a column of another type than the mapping says is found as it is read", async () => {
    const plan = compile(mappingOf("uuid"));
    const collection = plan.collection("c");
    const [id] = IDS.uuid;
    await scratch.run(`${plan.ddl()}; ALTER TABLE c ALTER n TYPE integer`, async (session) => {
      await load(session, collection, documentsFor([id]).map((document) => encodeDocument({ _id: id, odd: document.length })));
      await expect(readDocuments(session, collection, [id])).rejects.toMatchObject({ code: "schema-drift", message: expect.stringContaining("column `n` of `c` is of another type (OID 23) than `bigint`") as string });
      const read = async (): Promise<void> => {
        for await (const batch of streamDocuments(session, collection)) expect(batch.count).toBe(-1);
      };
      await expect(read()).rejects.toMatchObject({ code: "schema-drift", issues: [{ table: "c", column: "n" }] });
    });
  });
});

it("rows in any form are held against documents", () => {
  const collection = compile(mappingOf("integer")).collection("c");
  const [one, two] = documentsFor([1, 2]) as [Uint8Array, Uint8Array];
  const changed = encodeDocument({ _id: 2, n: Long.fromNumber(9), list: ["1-0", "x"] });
  expect(collection.differences([one, two], collection.toRows([two, one]))).toEqual([]);
  const [root, list] = collection.toRows([one, changed], { copy: true }).tables;
  const rows = { c: { copyBinary: root?.copyBinary() as Uint8Array }, c_list: { objects: list?.objects() as object[] } };
  expect(collection.differences([one, two], rows, { values: true })).toMatchObject([
    { class: "differing", key: "2", table: "c", column: "n", row: ["2"], rows: 1, values: ["1", "9"] },
    { class: "extra", key: "2", table: "c_list", row: ["2", "1"] },
  ]);
  expect(() => collection.differences([one], { c: { tuples: Uint8Array.of(0, 1, 0, 0) } })).toThrow(expect.objectContaining({ code: "rows-unreadable" }));
});

/** A session that answers as `query` does. */
const answering = (query: (statement: Statement) => ResultRow[], chunks: Uint8Array[] = []): Session => ({ query: async (statement: Statement) => query(statement), async *copyOut() { yield* chunks; }, inTransaction: false }) as unknown as Session;

describe("results beyond what PostgreSQL sends at once", () => {
  const collection = compile(mappingOf("integer")).collection("c");
  const large = new PostgresError("54000", "out of memory");

  it("are halved until they are not", async () => {
    const asked: number[] = [];
    const session = answering(({ parameters: [keys] }) => {
      const count = String(keys).split(",").length;
      asked.push(count);
      if (count > 3) throw large;
      return [{ missing: "1" }];
    });
    const found = await readDocuments(session, collection, { keys: Array.from({ length: 10 }, (_, n) => String(n)) });
    expect(asked).toEqual([10, 5, 3, 2, 5, 3, 2]);
    expect(found.missing).toEqual(["0", "3", "5", "8"]);
  });

  it("are refused before WebAssembly's memory is full", async () => {
    const half = { t0: new Uint8Array(140 * 1024 * 1024), missing: "" };
    await expect(readDocuments(answering(() => [{ ...half, t1: half.t0 }] as never), collection, { keys: ["1"] })).rejects.toMatchObject({ code: "result-too-large" });
  });

  it("of one document are said to be that", async () => {
    const failing = (error: Error): Session => answering(() => { throw error; });
    await expect(readDocuments(failing(large), collection, { keys: ["1"] })).rejects.toMatchObject({ code: "document-too-large" });
    await expect(readDocuments(failing(new PostgresError("42501", "permission denied")), collection, { keys: ["1", "2"] })).rejects.toMatchObject({ sqlstate: "42501" });
  });
});

it("a stream that is cut off is no end", async () => {
  const collection = compile(mappingOf("integer")).collection("c");
  const header = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
  const read = async (chunks: Uint8Array[]): Promise<number> => {
    let count = 0;
    for await (const batch of streamDocuments(answering(() => [], chunks), collection)) count += batch.count;
    return count;
  };
  expect(await read([header, Buffer.of(0xff, 0xff)])).toBe(0);
  expect(await read([])).toBe(0);
  await expect(read([header])).rejects.toMatchObject({ code: "stream-truncated" });
  await expect(read([header.subarray(0, 5)])).rejects.toMatchObject({ code: "stream-truncated" });
});

it("says what cannot be asked", async () => {
  const nested: Plan = compile({ version: 1, collections: { c: { table: "c", key: { column: "id", path: "meta.id" }, complement: "rest" } } });
  const asked: string[] = [];
  const session = answering(({ parameters }) => {
    asked.push(String(parameters[0]));
    return [{ missing: null }];
  });
  await readDocuments(session, nested.collection("c"), [new ObjectId("65f1a2b3c4d5e6f708192a3b")]);
  expect(asked).toEqual([`{${nested.collection("c").keyOf({ meta: { id: new ObjectId("65f1a2b3c4d5e6f708192a3b") } })}}`]);
  const quoted = compile({ version: 1, collections: { c: { table: "c", key: { column: "id", path: "'a.b'" }, complement: "rest" } } }).collection("c");
  await expect(readDocuments(session, quoted, [1])).rejects.toMatchObject({ code: "key-path" });
  await expect(readDigests(session, quoted, { stored: true })).rejects.toMatchObject({ code: "hash-unmapped" });
});
