import * as bson5 from "bson5";
import * as bson6 from "bson6";
import * as bson7 from "bson7";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, encodeDocument, RowlensError } from "rowlens";

type Bson = typeof bson7;
const versions: [string, Bson][] = [["5", bson5 as unknown as Bson], ["6", bson6 as unknown as Bson], ["7", bson7]];
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Every type of `BSON`, each once. */
function everything(BSON: Bson): Record<string, unknown> {
  return {
    id: new BSON.ObjectId("65f1a2b3c4d5e6f708192a3b"),
    pooled: [new BSON.ObjectId(), new BSON.ObjectId()],
    decimal: BSON.Decimal128.fromString("12.50"),
    long: BSON.Long.fromString("-9007199254740993"),
    double: new BSON.Double(5),
    minusZero: -0,
    int: new BSON.Int32(7),
    numbers: [0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 1.5, Number.NaN, Infinity, 2 ** 53],
    big: 12345678901234567n,
    binary: new BSON.Binary(Buffer.from([1, 2, 3]), 128),
    old: new BSON.Binary(Buffer.from([1, 2, 3]), 2),
    uuid: new BSON.UUID("a2b3c4d5-e6f7-4819-8a3b-65f1a2b3c4d5"),
    buffer: Buffer.from("hello"),
    bytes: Uint8Array.of(9, 8, 7),
    timestamp: new BSON.Timestamp({ t: 4_000_000_000, i: 3 }),
    regexp: /a.b/gim,
    bsonRegExp: new BSON.BSONRegExp("x", "xmi"),
    code: new BSON.Code("return 1"),
    scoped: new BSON.Code("return a", { a: 1 }),
    reference: new BSON.DBRef("users", new BSON.ObjectId("65f1a2b3c4d5e6f708192a3b"), "db", { extra: 1 }),
    min: new BSON.MinKey(),
    max: new BSON.MaxKey(),
    symbol: new BSON.BSONSymbol("s"),
    date: new Date(-1),
    map: new Map<string, unknown>([["2", "b"], ["1", { deep: [] }]]),
    nothing: null,
    yes: true,
    no: false,
    text: "grüße \u0000 𝄞 \ud800 long ".repeat(9),
    ascii: "x".repeat(1000),
    "a.b": { $c: {} },
    holes: [undefined, null, undefined],
  };
}

it.each([
  ["bytes without a view", new ArrayBuffer(5), "ArrayBuffer"],
  ["what is not there yet", Promise.resolve({ _id: 1 }), "promise"],
  ["a Set", new Set([{ _id: 1 }]), "Set"],
])("%s is no document without fields", (_, value, named) => {
  const things = compile({ version: 1, collections: { things: { table: "things", key: { column: "id" }, complement: "rest" } } }).collection("things");
  for (const call of [() => encodeDocument(value), () => things.toRows(value as never), () => things.toRows([{ _id: 1 }, value] as never)]) {
    expect(call).toThrowError(expect.objectContaining({ code: "document-expected", message: expect.stringContaining(named) as string }));
  }
});

it("a depth bomb is refused, and the next document is written", () => {
  let bomb: object = {};
  for (let depth = 0; depth < 1_000_000; depth++) bomb = { a: bomb };
  expect(() => encodeDocument(bomb)).toThrowError(expect.objectContaining({ name: "RowlensError", code: "value-unsupported" }));
  expect(hex(encodeDocument({ a: 1 }))).toBe("0c0000001061000100000000");
});

describe.each(versions)("encodeDocument and bson %s", (_, BSON) => {
  it("write the same bytes for every type", () => {
    const document = everything(BSON);
    for (const [name, value] of Object.entries(document)) expect(hex(encodeDocument({ [name]: value })), name).toBe(hex(BSON.serialize({ [name]: value })));
    expect(hex(encodeDocument(document))).toBe(hex(BSON.serialize(document)));
  });

  it("write `undefined` the same", () => {
    const document = { a: undefined, b: { c: undefined }, d: [undefined] };
    expect(hex(encodeDocument(document))).toBe(hex(BSON.serialize(document, { ignoreUndefined: true })));
    expect(hex(encodeDocument(document, { undefined: "null" }))).toBe(hex(BSON.serialize(document, { ignoreUndefined: false })));
  });

  it("write the same bytes for any document", () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: "binary" }), fc.string({ maxLength: 200 }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.date({ noInvalidDate: true }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new BSON.ObjectId(Buffer.from(bytes))),
        fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => new BSON.Decimal128(Buffer.from(bytes))),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => BSON.Long.fromBigInt(value)),
        fc.tuple(fc.uint8Array(), fc.integer({ min: 0, max: 8 })).map(([bytes, subtype]) => new BSON.Binary(Buffer.from(bytes), subtype)),
        fc.array(tie("value"), { maxLength: 5 }),
        fc.dictionary(fc.string({ unit: "binary" }).filter((key) => !key.includes("\0") && key !== "__proto__"), tie("value"), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { maxKeys: 6 }), (document) => {
        expect(hex(encodeDocument(document))).toBe(hex(BSON.serialize(document)));
      }),
      { numRuns: 500 },
    );
  });
});

describe("encodeDocument", () => {
  const refused = (document: object): RowlensError => {
    try {
      encodeDocument(document);
    } catch (error) {
      if (RowlensError.is(error)) return error;
      throw error;
    }
    throw new Error("not refused");
  };

  it("reads values of several bson versions in one document", () => {
    const id = "65f1a2b3c4d5e6f708192a3b";
    const mixed = { five: new bson5.ObjectId(id), six: new bson6.ObjectId(id), seven: new bson7.ObjectId(id) };
    expect(hex(encodeDocument(mixed))).toBe(hex(bson7.serialize({ five: mixed.seven, six: mixed.seven, seven: mixed.seven })));
  });

  it("§0.9: refuses a Mongoose document and says what to do", () => {
    const error = refused({ toObject: () => ({}) });
    expect(error.code).toBe("mongoose-document");
    expect(error.issues[0]?.help).toContain("lean");
    expect(refused({ a: [{ toObject: () => ({}) }] }).issues[0]?.path).toBe("a[0]");
  });

  it("refuses cycles, but not the same object twice", () => {
    const cyclic: Record<string, unknown> = { a: { b: [] } };
    ((cyclic.a as { b: unknown[] }).b as unknown[]).push(cyclic);
    expect(refused(cyclic)).toMatchObject({ code: "value-cyclic", issues: [{ path: "a.b[0]" }] });
    const shared = { x: 1 };
    expect(hex(encodeDocument({ a: shared, b: shared }))).toBe(hex(bson7.serialize({ a: shared, b: shared })));
  });

  it.each([
    ["functions", { a: () => 1 }, "a"],
    ["symbols", { "a b": Symbol("x") }, "'a b'"],
    ["invalid dates", { a: [new Date(Number.NaN)] }, "a[0]"],
    ["sets", { a: { b: new Set() } }, "a.b"],
    ["float arrays", { a: new Float32Array(2) }, "a"],
    ["bigints beyond 64 bits", { a: 2n ** 63n }, "a"],
    ["values of unknown packages", { a: { _bsontype: "Odd" } }, "a"],
    ["names with NUL", { "a\0b": 1 }, ""],
    ["what stands in a field that looks like a position", { "[0]": { a: () => 1 } }, "'[0]'.a"],
  ])("refuses %s, with the path", (_, document, path) => {
    expect(refused(document)).toMatchObject({ code: "value-unsupported", issues: [{ path }] });
  });

  it("writes what an object has itself, not what it inherits", () => {
    const own = Object.assign(Object.create({ inherited: 1 }) as object, { x: 1 });
    expect(hex(encodeDocument(own))).toBe(hex(bson7.serialize({ x: 1 })));
    expect(hex(encodeDocument({ a: own, b: [own] }))).toBe(hex(bson7.serialize({ a: { x: 1 }, b: [{ x: 1 }] })));
    const plain = hex(bson7.serialize({ a: { x: 1 } }));
    Object.defineProperty(Object.prototype, "everywhere", { value: 1, enumerable: true, configurable: true });
    let polluted: Uint8Array;
    try {
      polluted = encodeDocument({ a: { x: 1 } });
    } finally {
      delete (Object.prototype as { everywhere?: unknown }).everywhere;
    }
    expect(hex(polluted)).toBe(plain);
  });

  it("is not called by what it writes", () => {
    const users = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "text" }, complement: "rest" } } }).collection("users");
    const calls = [() => encodeDocument({ b: 1 }), () => users.toRows({ _id: "b" }), () => users.toRows(bson7.serialize({ _id: "b" }))];
    for (const call of calls) {
      expect(refused({ _id: "a", a: { toBSON: call } })).toMatchObject({ code: "value-unsupported", message: /calls rowlens itself/ });
      expect(() => users.toRows({ _id: "a", a: { toBSON: call } })).toThrow(/calls rowlens itself/);
    }
    expect(hex(encodeDocument({ a: 1 }))).toBe(hex(bson7.serialize({ a: 1 })));
  });

  it("works again after a refusal", () => {
    refused({ a: { b: { c: () => 1 } } });
    expect(hex(encodeDocument({ a: 1 }))).toBe(hex(bson7.serialize({ a: 1 })));
  });

  it("grows to large documents and shrinks again", () => {
    const large = { list: Array.from({ length: 300_000 }, (_, index) => ({ index, text: `entry ${index}` })) };
    expect(Buffer.compare(encodeDocument(large), bson7.serialize(large))).toBe(0);
    expect(hex(encodeDocument({}))).toBe("0500000000");
  });
});
