import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as bson6 from "bson6";
import * as bson7 from "bson7";
import { describe, expect, it } from "vitest";
import { compile, encodeDocument, equalDocuments, parseExtendedJson, RowlensError, toExtendedJson, VERSION, type Collection, type Mapping, type Plan, type TableInput } from "rowlens";

const { ObjectId, Decimal128, deserialize, serialize } = bson7;

const mapping: Mapping = {
  version: 1,
  enums: { payment_status: ["pending", "paid"] },
  collections: {
    payments: {
      table: "payments",
      key: { column: "id", as: "uuid" },
      columns: {
        amount: { path: "amount", type: "numeric" },
        status: { path: "status", type: "payment_status" },
        count: { path: "count", type: "bigint" },
        tags: { path: "tags", type: "text[]" },
        meta: { path: "meta", type: "jsonb" },
        created_at: { path: "createdAt", type: "timestamptz(3)" },
        wallet: { path: "wallet.address", type: "text" },
      },
      children: [{ table: "payment_events", path: "events[]", ordinal: "position", columns: { kind: { path: "kind", type: "text" }, at: { path: "at", type: "timestamptz(3)" } } }],
      complement: "doc_rest",
    },
  },
};
const documents = [
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3b"), amount: Decimal128.fromString("12.50"), status: "paid", count: 12n, tags: ["a", "b"], meta: { x: [1, "2"] }, createdAt: new Date(1_700_000_000_123), wallet: { address: "0xab" }, events: [{ kind: "created", at: new Date(0) }, { kind: "paid" }], legacy: "call first" },
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3c"), amount: "12.50", status: "odd", wallet: null },
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3d") },
];
const plan = compile(mapping);
const payments = plan.collection("payments");
const bson = documents.map((document) => serialize(document));

describe("compile", () => {
  it("throws every fault at once", () => {
    const odd = { version: 1, collections: { a: { table: "a", key: { column: "id", as: "odd" }, columns: { x: { path: "x", type: "nope" } } } } };
    expect.assertions(3);
    try {
      compile(odd);
    } catch (error) {
      expect(RowlensError.is(error)).toBe(true);
      if (!RowlensError.is(error)) throw error;
      expect(error.code).toBe("mapping-invalid");
      expect(error.issues.map((issue) => issue.path)).toEqual(expect.arrayContaining(["collections.a.key.as", "collections.a.columns.x.type"]));
    }
  });

  it("takes JSON text, and a fidelity for all", () => {
    expect(compile(JSON.stringify(mapping), { fidelity: "exact" }).description[0]?.fidelity).toBe("exact");
    expect(() => compile("{")).toThrow(RowlensError);
  });

  it("proposes names", () => {
    expect(() => plan.collection("paymnets")).toThrow(/did you mean `payments`/);
    expect(() => payments.toDocuments({ payment_event: { objects: [] } })).toThrow(/did you mean `payment_events`/);
    expect(() => payments.toDocuments({ payments: { objects: [{ amont: 1 }] } })).toThrow(/did you mean `amount`/);
  });

  it("describes, explains, and gives DDL", () => {
    expect(plan.description[0]?.tables.map((table) => table.name)).toEqual(["payments", "payment_events"]);
    expect(plan.explain()).toContain("payment_events: one row per element of events[]");
    expect(plan.explanation().warnings).toEqual(plan.warnings);
    expect(plan.ddl()).toContain("CREATE TABLE");
    expect(plan.ddl({ ifNotExists: true })).toContain("IF NOT EXISTS");
  });

  it("is dead after free()", () => {
    const own = compile(mapping);
    own.collection("payments").toRows(bson);
    own.free();
    own.free();
    expect(() => own.explain()).toThrow(/freed/);
  });
});

describe("toRows and toDocuments", () => {
  const rows = payments.toRows(bson);

  it("give rows, and issues as data", () => {
    expect([rows.documents, rows.accepted]).toEqual([3, 3]);
    expect(rows.tables.map((table) => [table.name, table.count])).toEqual([["payments", 3], ["payment_events", 2]]);
    expect(Object.values(rows.issueCounts).reduce((sum, count) => sum + count, 0)).toBe(rows.issues.length);
    expect(rows.issues.some((issue) => issue.document === 1 && issue.path === "status")).toBe(true);
    const [first] = rows.tables[0]?.objects() ?? [];
    expect(first).toEqual({ id: "65f1a2b3-c4d5-80e6-80f7-08192a3b6f69", amount: "12.50", status: "paid", count: 12n, tags: ["a", "b"], meta: { x: [1, "2"] }, created_at: new Date(1_700_000_000_123), wallet: "0xab", doc_rest: { v: 1, fields: { legacy: "call first" } } });
    expect(rows.tables[0]?.parameters("text")[0]).toEqual(["65f1a2b3-c4d5-80e6-80f7-08192a3b6f69", "12.50", "paid", "12", "{a,b}", '{"x":[1,"2"]}', "2023-11-14 22:13:20.123+00", "0xab", expect.stringContaining("legacy")]);
    expect(rows.tables[0]?.parameters()[2]?.slice(1, 8)).toEqual([null, null, null, null, null, null, null]);
    expect(Buffer.isBuffer(rows.tables[0]?.parameters()[0]?.[0])).toBe(true);
  });

  it("parameters stay what they are, whatever is made of others: small ones share memory", () => {
    // More than the shared memory holds, among them one that is too large for it.
    const sizes = Array.from({ length: 300 }, (_, index) => (index === 150 ? 20_000 : index));
    const legacy = (size: number): { _id: number; legacy: string } => ({ _id: size, legacy: "x".repeat(size) });
    const complements = (size: number): unknown => JSON.parse(String(payments.toRows(legacy(size), { copy: false }).tables[0]?.parameters("text")[0]?.at(-1)));
    const made = sizes.map((size) => payments.toRows(legacy(size), { copy: false }).tables[0]?.parameters()[0]?.at(-1));
    expect(made.map((parameter) => JSON.parse(Buffer.from(parameter as Uint8Array).toString("utf8", 1)))).toEqual(sizes.map(complements));
  });

  const inputs: [string, () => Parameters<typeof payments.toRows>[0]][] = [
    ["concatenated BSON", () => Buffer.concat(bson)],
    ["a list of BSON", () => bson],
    ["objects", () => documents],
    ["objects of bson 6", () => documents.map((document) => bson6.deserialize(serialize(document), { useBigInt64: true, promoteBuffers: true }))],
  ];
  it.each(inputs)("the same rows for %s", (_, input) => {
    const other = payments.toRows(input());
    for (const [index, table] of rows.tables.entries()) expect(Buffer.from(other.tables[index]?.tuples ?? []).equals(table.tuples)).toBe(true);
  });

  it("one object is one document", () => {
    expect(payments.toRows(documents[0] as object).documents).toBe(1);
    expect(payments.toRows([]).documents).toBe(0);
    expect(payments.toRows(new Uint8Array()).documents).toBe(0);
    expect(() => payments.toRows("x" as never)).toThrow(RowlensError);
  });

  const forms: [string, () => Parameters<typeof payments.toDocuments>[0]][] = [
    ["rows", () => rows],
    ["COPY binary", () => perTable((table) => ({ copyBinary: table.copyBinary() }))],
    ["COPY text", () => perTable((table) => ({ copyText: Buffer.from(table.copyText()).toString() }))],
    ["COPY text bytes", () => perTable((table) => ({ copyText: table.copyText() }))],
    ["objects", () => perTable((table) => ({ objects: table.objects() }))],
    ["objects of texts", () => perTable((table) => ({ objects: table.objects({ bigint: "string", date: "string", json: "text" }), json: "text" }))],
  ];
  const perTable = (form: (table: (typeof rows.tables)[number]) => TableInput): Record<string, TableInput> => Object.fromEntries(rows.tables.map((table) => [table.name, form(table)]));
  it.each(forms)("the same documents from %s", (_, form) => {
    const back = payments.toDocuments(form());
    expect(back.count).toBe(3);
    expect(back.documents.map((document, index) => equalDocuments(document, bson[index] as Uint8Array))).toEqual([true, true, true]);
    expect(back.toObjects({ deserialize })[2]).toEqual(documents[2]);
  });

  it("views die, copies live", () => {
    const kept = payments.toRows(bson);
    const before = Buffer.from(kept.tables[0]?.tuples ?? []).toString("hex");
    const seen = payments.toRows(bson, { copy: false });
    expect(Buffer.from(seen.tables[0]?.tuples ?? []).toString("hex")).toBe(before);
    payments.toRows(bson.slice(1));
    expect(Buffer.from(kept.tables[0]?.tuples ?? []).toString("hex")).toBe(before);
  });

  it("documents as views: until `toDocuments` is called again, whatever memory does", () => {
    const other = compile({ version: 1, collections: { big: { table: "big", key: { column: "id", as: "text" }, complement: "rest" } } }).collection("big");
    const rows = payments.toRows(bson);
    const kept = payments.toDocuments(rows);
    const seen = payments.toDocuments(rows, { copy: false });
    expect(seen.bson.buffer, "wasm's memory").toBe(payments.toRows(bson, { copy: false }).tables[0]?.tuples.buffer);
    expect(Buffer.from(seen.bson).equals(kept.bson)).toBe(true);
    other.toRows({ _id: "x".repeat(24_000_000) });
    expect(seen.documents.map((document) => Buffer.from(document))).toEqual(kept.documents.map((document) => Buffer.from(document)));
    expect(seen.toObjects({ deserialize })).toEqual(kept.toObjects({ deserialize }));
    const { bson: copied } = kept;
    payments.toDocuments({});
    for (const use of [() => seen.bson, () => seen.documents, () => seen.toObjects({ deserialize })]) expect(use).toThrow(expect.objectContaining({ code: "documents-gone" }));
    expect(kept.bson).toBe(copied);
    expect(kept.documents).toHaveLength(3);
  });

  it("documents are written into WebAssembly's memory, which may grow meanwhile", () => {
    const own = (): Plan => compile({ version: 1, collections: { big: { table: "big", key: { column: "id", as: "text" }, columns: { a: { path: "a", type: "text" } }, complement: "rest" } } });
    const [plan, other] = [own(), own()];
    const here = plan.collection("big");
    const memory = (): ArrayBufferLike | undefined => other.collection("big").toRows({ _id: "b" }, { copy: false }).tables[0]?.tuples.buffer;
    const large = { big: { objects: [{ id: "c", a: "z".repeat(8_000_000) }] } };
    // In the middle of a document: what was written before, and what comes after.
    const before = memory();
    const [row] = here.toRows({ _id: "a", first: ["x".repeat(20_000), 1], last: { toBSON: () => (own().collection("big").toDocuments(large), "y") } }).table("big").parameters("text");
    expect(memory(), "memory that grew").not.toBe(before);
    expect(JSON.parse(String(row?.[2]))).toMatchObject({ fields: { first: ["x".repeat(20_000), 1], last: "y" } });
    // For documents that are views of that memory.
    const { bson: seen } = here.toDocuments(large, { copy: false });
    const kept = seen.slice();
    const back = here.toDocuments(own().collection("big").toRows(Array.from({ length: 12 }, () => seen)));
    expect(back.documents.map((document) => Buffer.from(document).equals(kept))).toEqual(Array.from({ length: 12 }, () => true));
    expect(seen, "left behind").toHaveLength(0);
    expect(here.toRows(new Uint8Array()).documents, "none at all").toBe(0);
    // And not into memory that was given back.
    const still = memory() as ArrayBuffer;
    here.toRows({ _id: "d" });
    plan.free();
    const all = still.slice();
    expect(() => here.toRows({ _id: "d" })).toThrow();
    expect(() => here.toRows(serialize({ _id: "d" }))).toThrow();
    expect(Buffer.from(still).equals(Buffer.from(all))).toBe(true);
  });

  const lying = (says: number): Uint8Array => {
    const document = serialize({ _id: "bad", name: "x" });
    new DataView(document.buffer, document.byteOffset).setInt32(0, says, true);
    return document;
  };
  it.each([
    ["too long", lying(40)],
    ["beyond everything", lying(2 ** 31 - 1)],
    ["too short", lying(12)],
    ["nothing", lying(0)],
    ["negative", lying(-1)],
    ["of no bytes", new Uint8Array()],
    ["of two documents", Buffer.concat([serialize({ _id: "a" }), serialize({ _id: "b" })])],
  ])("a document of a list whose length lies (%s) harms no other", (_, bad) => {
    const users = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "text" }, columns: { name: { path: "name", type: "text" } }, complement: "rest" } } }).collection("users");
    const good = [1, 2, 3].map((id) => serialize({ _id: String(id), name: "n" }));
    const rows = users.toRows([good[0], bad, good[1], good[2]] as Uint8Array[]);
    expect([rows.documents, rows.accepted]).toEqual([4, 3]);
    expect(rows.issues).toEqual([expect.objectContaining({ code: "document-malformed", severity: "error", document: 1 })]);
    expect(Buffer.from(users.toDocuments(rows).bson).equals(Buffer.concat(good))).toBe(true);
    // What was said of one list is not said of the next.
    expect(users.toRows(Buffer.concat(good)).accepted).toBe(3);
    const looked = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" }, complement: "rest" } } }).collection("users");
    expect(looked.neededLookups([good[0], bad, good[1]] as Uint8Array[]).map(([, id]) => id)).toEqual(['"1"', '"2"']);
  });

  it("findings are those of their run, whenever they are asked for", () => {
    const odd = "a \"b\"\n\\ü\u2028😀";
    const keyed = compile({ version: 1, collections: { odd: { table: "odd", key: { column: "id", as: "text" }, columns: { n: { path: `m.'${odd}'`, type: "integer" } }, complement: "rest" } } }).collection("odd");
    const misfits = (count: number): Uint8Array[] => Array.from({ length: count }, (_, id) => serialize({ _id: String(id), m: { [odd]: "no number" } }));
    const [one, many] = [keyed.toRows(misfits(1)), keyed.toRows(misfits(1_500))];
    const clean = keyed.toRows(serialize({ _id: "x" }));
    expect([one.issueCounts, many.issueCounts, clean.issueCounts]).toEqual([{ "value-misfit": 1 }, { "value-misfit": 1_500 }, {}]);
    expect([one.issues.length, many.issues.length, clean.issues.length]).toEqual([1, 1_000, 0]);
    expect(one.issues[0]).toMatchObject({ code: "value-misfit", severity: "warning", path: `m.'${odd}'`, collection: "odd", document: 0, table: "odd", column: "n" });
    expect({ ...many }.issues[999]).toMatchObject({ document: 999 });
    expect(many.issues, "made once").toBe(many.issues);
    const broken = keyed.toDocuments({ odd: { objects: [{ id: "1", rest: "5" }] } });
    keyed.toDocuments(one);
    expect(Object.keys(broken.issueCounts)).toEqual(broken.issues.map(({ code }) => code));
    expect(broken.issues).toHaveLength(1);
  });

  it("an id that got its answer after its document was written is still there; a column that was written since wins", () => {
    const things = compile({ version: 1, collections: {
      things: { table: "things", key: { column: "id", as: "text" }, columns: { friend: { path: "friend", type: "bigint", ref: "users" } }, complement: "rest" },
      users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" } },
    } }).collection("things");
    const [one, two] = ["65f1a2b3c4d5e6f708192a01", "65f1a2b3c4d5e6f708192a02"].map((hex) => ({ $oid: hex }));
    const lookups: [string, string, string][] = [["users", JSON.stringify(one), "8"], ["users", JSON.stringify(two), "7"]];
    const written = things.toRows(parseExtendedJson(["a", "b", "c"].map((_id) => JSON.stringify({ _id, friend: one })).join("\n"))).table("things").objects();
    const { documents, issues } = things.toDocuments({ things: { objects: written.map((row, index) => ({ ...row, friend: [null, 7n, 8n][index] })) } }, { lookups });
    expect(documents.map((document) => JSON.parse(toExtendedJson(document)) as object)).toEqual([{ _id: "a", friend: one }, { _id: "b", friend: two }, { _id: "c", friend: one }]);
    expect(issues.map(({ code, document }) => [code, document])).toEqual([["complement-stale", 1]]);
  });

  it("lookups for which memory grows leave no view of it behind", () => {
    const looked = (): Collection => compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "lookup", type: "text" }, columns: { name: { path: "name", type: "text" } }, complement: "rest" } } }).collection("users");
    const answers = (count: number): [string, string, string][] => Array.from({ length: count }, (_, id) => ["users", String(id), `k${id}${id > 2 ? "x".repeat(200_000) : ""}`]);
    const documents = Array.from({ length: 3 }, (_, id) => serialize({ _id: id, name: "n" }));
    const [one, other] = [looked(), looked()];
    const rows = one.toRows(documents, { copy: false, lookups: answers(3) });
    expect(rows.accepted).toBe(3);
    // A view that the caller has taken of them: it is gone when memory has grown.
    const { tuples } = rows.table("users");
    const { bson: seen } = other.toDocuments({ users: { tuples } }, { copy: false, lookups: answers(300) });
    expect(Buffer.from(seen).equals(Buffer.concat(documents))).toBe(true);
    // As documents: of bytes that are left behind there would be none.
    expect(looked().toRows(seen, { lookups: answers(600) }).accepted).toBe(3);
  });

  it("broken bytes are issues", () => {
    const broken = payments.toRows(Uint8Array.of(1, 2, 3));
    expect(broken.accepted).toBe(0);
    expect(broken.issues[0]?.severity).toBe("error");
  });

  it("a value of the wrong type names its place", () => {
    expect(() => payments.toDocuments({ payments: { objects: [{ id: "65f1a2b3-c4d5-80e6-80f7-08192a3b6f69", count: "x" }] } })).toThrow(/row 0 of `payments`, column `count`/);
  });

  it("memory stays flat over many batches", () => {
    const big = Array.from({ length: 2000 }, () => documents[0] as object);
    payments.toRows(big);
    const slot = (globalThis as Record<symbol, unknown>)[Symbol.for("rowlens.wasm")] as Record<string, { linear_memory(): WebAssembly.Memory }>;
    const size = (): number => slot[VERSION]?.linear_memory().buffer.byteLength ?? 0;
    for (let round = 0; round < 5; round++) payments.toRows(big);
    const before = size();
    for (let round = 0; round < 50; round++) payments.toRows(big);
    expect(size()).toBe(before);
  });
});

describe("lookups", () => {
  const lookedUp = compile({
    version: 1,
    collections: {
      users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" }, complement: "rest" },
      orders: {
        table: "orders",
        key: { column: "id", as: "lookup" },
        columns: { user_id: { path: "userId", type: "bigint", ref: "users" }, watchers: { path: "watchers", type: "bigint[]", ref: "users" } },
        complement: "rest",
      },
    },
  });
  const orders = lookedUp.collection("orders");
  const [ann, bob] = [new ObjectId("65f1a2b3c4d5e6f708192a01"), new ObjectId("65f1a2b3c4d5e6f708192a02")];
  const order = { _id: "A-1", userId: ann, watchers: [bob, ann] };
  const oid = (id: InstanceType<typeof ObjectId>): string => JSON.stringify({ $oid: id.toHexString() });
  const lookups: [string, string, string][] = [
    ["orders", '"A-1"', "0c1a8b0e-91d5-4b38-9e2a-5ed3cf0f8a11"],
    ["users", oid(ann), "7"],
    ["users", oid(bob), "-8"],
  ];

  it("lists what a batch needs, each id once", () => {
    expect(orders.neededLookups([serialize(order), serialize(order)])).toEqual([["orders", '"A-1"'], ["users", oid(ann)], ["users", oid(bob)]]);
    expect(orders.neededLookups(order)).toHaveLength(3);
  });

  it("takes the answers, both ways", () => {
    const rows = orders.toRows(order, { lookups });
    expect(rows.issues).toEqual([]);
    expect(rows.tables[0]?.objects()).toEqual([{ id: "0c1a8b0e-91d5-4b38-9e2a-5ed3cf0f8a11", user_id: 7n, watchers: [-8n, 7n], rest: null }]);
    const back = orders.toDocuments(rows, { lookups });
    expect(equalDocuments(back.documents[0] as Uint8Array, serialize(order))).toBe(true);
  });

  it("says what is unresolved", () => {
    const rows = orders.toRows([serialize(order), serialize({ _id: "A-2" })], { lookups: lookups.slice(0, 1) });
    expect([rows.documents, rows.accepted, rows.issueCounts]).toEqual([2, 1, { "lookup-unresolved": 1, "reference-unresolved": 2 }]);
  });

  it("refuses answers that are none", () => {
    const bad = (entry: [string, string, string]): (() => unknown) => () => orders.toRows(order, { lookups: [entry] });
    expect(bad(["user", '"x"', "1"])).toThrow(/no collection `user`/);
    expect(bad(["users", "x", "1"])).toThrow(/Extended JSON/);
    expect(bad(["users", '"x"', "1.5"])).toThrow(RowlensError);
  });
});

describe("Extended JSON", () => {
  it("comes and goes", () => {
    const texts = parseExtendedJson('{"a":{"$numberLong":"1"}}\n{"a":1.5}');
    expect(texts.map((document) => toExtendedJson(document))).toEqual(['{"a":{"$numberLong":"1"}}', '{"a":{"$numberDouble":"1.5"}}']);
    expect(toExtendedJson(encodeDocument({ a: 1 }), { relaxed: true })).toBe('{"a":1}');
    expect(() => parseExtendedJson("{")).toThrow(RowlensError);
    expect(() => toExtendedJson(Uint8Array.of(1))).toThrow(RowlensError);
  });
});

describe("equalDocuments", () => {
  const equal = (a: object, b: object): boolean => equalDocuments(encodeDocument(a), encodeDocument(b));
  it("ignores key order and nothing else", () => {
    expect(equal({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 })).toBe(true);
    expect(equal({ a: [{ x: 1, y: 2 }] }, { a: [{ y: 2, x: 1 }] })).toBe(true);
    expect(equal({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
    expect(equal({ a: 1 }, { a: 1.5 })).toBe(false);
    expect(equal({ a: 0 }, { a: new bson7.Int32(0) })).toBe(true);
    expect(equal({ a: 1n }, { a: new bson7.Double(1) })).toBe(false);
    expect(equal({ a: 0.5 }, { a: -0.5 })).toBe(false);
    expect(equal({ a: Decimal128.fromString("1.5") }, { a: Decimal128.fromString("1.50") })).toBe(false);
    expect(equal({ a: new bson7.Code("x", { p: 1, q: 2 }) }, { a: new bson7.Code("x", { q: 2, p: 1 }) })).toBe(true);
  });
});

describe("the package", () => {
  it("has one WebAssembly instance, whoever loads it", () => {
    const other = createRequire(import.meta.url)("rowlens") as typeof import("rowlens");
    expect(other.compile).not.toBe(compile);
    const rows = other.compile(mapping).collection("payments").toRows(bson);
    expect(payments.toDocuments(rows).count).toBe(3);
    expect(Object.keys((globalThis as Record<symbol, object>)[Symbol.for("rowlens.wasm")] ?? {})).toEqual([VERSION]);
    try {
      other.compile("{");
    } catch (error) {
      expect(RowlensError.is(error)).toBe(true);
    }
  });

  it("says its version", () => {
    expect(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version).toBe(VERSION);
  });

  it("carries the mapping format's JSON Schema", () => {
    const packed = createRequire(import.meta.url).resolve("rowlens/mapping.schema.json");
    expect(readFileSync(packed, "utf8")).toBe(readFileSync(new URL("../../docs/mapping.schema.json", import.meta.url), "utf8"));
  });
});
