import { describe, expect, it } from "vitest";
import { compile, type Issue } from "rowlens";
import { Binary, Decimal128, deserialize, Long, ObjectId } from "bson7";
import { arrayFromText, arrayToText } from "../src/postgres/array.ts";
import { columnType } from "../src/postgres/column-type.ts";
import { dateFromText, timestampFromText, timestampToText } from "../src/postgres/datetime.ts";
import { toText } from "../src/postgres/text.ts";
import { ambiguity, fromValue, toValue, type ReadForms } from "../src/postgres/value.ts";
import type { ColumnDescription, ColumnKind } from "../src/core/description.ts";
import { RowlensError } from "../src/core/rowlens-error.ts";

const of = (type: string, dimensions = 0): ReturnType<typeof columnType> =>
  columnType({ name: "c", type, kind: type.replace(/\(.*\)/, "") as ColumnKind, dimensions, source: "field", path: "c" } satisfies ColumnDescription);
const data = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** What PostgreSQL would print of a value that was read. */
const read = (type: string, value: unknown, forms: ReadForms = {}, dimensions = 0): string => {
  const bytes = fromValue(of(type, dimensions), value, forms) as Uint8Array;
  return toText(of(type, dimensions), data(bytes), 0, bytes.length);
};

// Drivers make Dates of texts without a zone in the process's own.
process.env.TZ = "America/New_York";

describe("values as drivers give them", () => {
  it.each([
    ["timestamptz", Infinity, "infinity"],
    ["date", -Infinity, "-infinity"],
    ["real", -0, "-0"],
    ["double precision", -0, "-0"],
    ["double precision", Number.NaN, "NaN"],
    ["integer", -0, "0"],
    ["numeric", 1e-7, "0.0000001"],
    ["numeric", 12n, "12"],
    ["bigint", "-9223372036854775808", "-9223372036854775808"],
    ["char(5)", "ab", "ab   "],
    ["jsonb", "12", '"12"'],
    ["timestamptz", "-000043-03-15T12:00:00.000Z", "0044-03-15 12:00:00+00 BC"],
    ["timestamptz", "+010000-01-01T00:00:00.000Z", "10000-01-01 00:00:00+00"],
    ["bytea", new DataView(Uint8Array.of(0, 1, 2, 3).buffer, 1, 2), "\\x0102"],
  ])("%s %s", (type, value, text) => expect(read(type, value)).toBe(text));

  it("Dates of a date are at midnight, UTC's or the process's own", () => {
    expect(read("date", new Date("2026-01-31T00:00:00Z"))).toBe("2026-01-31");
    expect(read("date", new Date(2026, 0, 31))).toBe("2026-01-31");
    expect(() => read("date", new Date("2026-01-31T07:00:00Z"))).toThrow(RowlensError);
  });

  it("Dates of a timestamp are UTC, or local where told so", () => {
    const noon = new Date(2026, 6, 1, 12, 0, 0, 5);
    expect(read("timestamp", noon, { timestamps: "local" })).toBe("2026-07-01 12:00:00.005");
    expect(read("timestamp", noon)).toBe("2026-07-01 16:00:00.005");
    expect(read("timestamptz", noon, { timestamps: "local" })).toBe("2026-07-01 16:00:00.005+00");
    const ancient = new Date(0);
    ancient.setFullYear(-43, 2, 15);
    ancient.setHours(1, 2, 3, 0);
    expect(read("timestamp", ancient, { timestamps: "local" })).toBe("0044-03-15 01:02:03 BC");
  });

  it("arrays: NULL, and what postgres makes of it", () => {
    expect(read("bigint", ["1", null, 3n], {}, 1)).toBe("{1,NULL,3}");
    expect(read("bigint", ["1", "NULL"], {}, 1)).toBe("{1,NULL}");
    expect(read("text", ["NULL", "null"], {}, 1)).toBe('{"NULL","null"}');
    expect(ambiguity(of("text", 1), ["NULL"], {})).toMatch(/NULL/);
    expect(read("enum", '{a,"b c"}', {}, 1)).toBe('{a,"b c"}');
    expect(read("jsonb", [[1], { a: [] }, "x"], {}, 1)).toBe('{[1],"{\\"a\\":[]}","\\"x\\""}');
    expect(() => read("integer", 5, {}, 1)).toThrow(/array/);
  });

  it("a value of another kind is refused", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const [type, value] of [["text", 5], ["text", 5n], ["uuid", 5], ["bytea", 5], ["boolean", 1], ["jsonb", { a: 1n }], ["jsonb", cyclic], ["jsonb", () => 1], ["text", {}], ["timestamptz", 5], ["integer", true]] as [string, unknown][]) {
      expect(() => fromValue(of(type), value, {}), `${type} ${typeof value}`).toThrow(RowlensError);
    }
  });

  it("says what a driver's value may have lost", () => {
    expect(ambiguity(of("numeric"), 0.1, {})).toMatch(/digits/);
    expect(ambiguity(of("numeric", 1), ["1", 0.5], {})).toMatch(/digits/);
    expect(ambiguity(of("numeric(12,2)"), 0.5, {})).toBeUndefined();
    expect(ambiguity(of("numeric"), "0.1", {})).toBeUndefined();
    expect(ambiguity(of("bigint"), 2 ** 53, {})).toMatch(/2\^53/);
    expect(ambiguity(of("bigint"), 2 ** 53 - 1, {})).toBeUndefined();
    expect(ambiguity(of("jsonb"), null, {})).toMatch(/null/);
    expect(ambiguity(of("jsonb"), null, { json: "text" })).toBeUndefined();
  });
});

describe("PostgreSQL's texts", () => {
  it("arrays keep white space that is not PostgreSQL's", () => {
    // PostgreSQL quotes ASCII white space only.
    expect(arrayFromText("{\u{a0}a\u{a0},\u{2003}}")).toEqual(["\u{a0}a\u{a0}", "\u{2003}"]);
    expect(arrayToText(["\u{a0}", " "])).toBe('{\u{a0}," "}');
  });

  it("dates end where PostgreSQL's do", () => {
    expect(timestampToText(timestampFromText("294276-12-31 23:59:59.999999", false), false)).toBe("294276-12-31 23:59:59.999999");
    for (const text of ["294277-01-01", "4714-01-01 BC", "999999999-01-01"]) expect(() => timestampFromText(text, true), text).toThrow(RowlensError);
    expect(dateFromText("5874897-12-31")).toBe(2_145_031_948);
    for (const text of ["5874898-01-01", "4714-11-23 BC", "99999999-01-01"]) expect(() => dateFromText(text), text).toThrow(RowlensError);
  });
});

describe("row objects", () => {
  const things = compile({
    version: 1,
    collections: { things: { table: "things", key: { column: "id", as: "uuid" }, columns: { n: { path: "n", type: "numeric" }, meta: { path: "meta", type: "jsonb" }, at: { path: "at", type: "timestamptz" }, day: { path: "day", type: "date" } }, children: [{ table: "parts", path: "parts[]", columns: { at: { path: "at", type: "timestamptz" } } }], complement: "rest" } },
  }).collection("things");
  const ids = ["65f1a2b3c4d5e6f708192a3b", "65f1a2b3c4d5e6f708192a3c"].map((id) => new ObjectId(id));

  it("never round: what does not fit stays text, and is told", () => {
    const rows = things.toRows([{ _id: ids[0], n: Decimal128.fromString("0.1000000000000000000001") }, { _id: ids[1], n: Decimal128.fromString("0.5") }]);
    const told: Issue[] = [];
    expect(rows.table("things").objects({ columns: { n: { numeric: "number" } }, onInexact: (issue) => told.push(issue) }).map((row) => row.n)).toEqual(["0.1000000000000000000001", 0.5]);
    expect(told).toMatchObject([{ code: "value-inexact", table: "things", column: "n", message: expect.stringMatching(/^row 0: /) }]);
  });

  it("refuse JSON null in a value, unless somebody is told", () => {
    const table = things.toRows({ _id: ids[0], meta: null }).table("things");
    expect(() => table.objects()).toThrow(/JSON `null` becomes SQL NULL/);
    expect(table.objects({ onInexact: () => undefined })[0]?.meta).toBeNull();
    expect(table.objects({ json: "text" })[0]?.meta).toBe("null");
  });

  it("of a date that a driver lost leave their document out, with their children's rows", () => {
    const rows = things.toRows(ids.map((_id, index) => ({ _id, parts: [{ at: new Date(index) }] })));
    const [things0, parts] = [rows.table("things").objects(), rows.table("parts").objects()];
    (parts[1] as Record<string, unknown>).at = new Date(Number.NaN);
    const back = things.toDocuments({ things: { objects: things0 }, parts: { objects: parts } });
    expect(back.toObjects({ deserialize })).toEqual([{ _id: ids[0], parts: [{ at: new Date(0) }] }]);
    // NULL in `meta` may be JSON null, for all that parsed JSON can say.
    expect(back.issues).toMatchObject([{ code: "value-lost", severity: "error", table: "parts", column: "at" }, { code: "value-ambiguous", column: "meta" }]);
    expect(back.issueCounts).toEqual({ "value-lost": 1, "value-ambiguous": 1 });
  });

  it("of COPY text keep a byte order mark", () => {
    const texts = compile({ version: 1, collections: { t: { table: "t", key: { column: "id", as: "text" }, complement: "rest" } } }).collection("t");
    const rows = texts.toRows({ _id: "\u{feff}x" });
    expect(texts.toDocuments({ t: { copyText: Buffer.from(rows.table("t").copyText()) } }).toObjects({ deserialize })).toEqual([{ _id: "\u{feff}x" }]);
  });

  it("as parameters for postgres say booleans, bytes, JSON and dates its way", () => {
    const kinds = compile({ version: 1, collections: { k: { table: "k", key: { column: "id" }, columns: { b: { path: "b", type: "boolean" }, x: { path: "x", type: "bytea" }, j: { path: "j", type: "jsonb" }, d: { path: "d", type: "date" }, t: { path: "t", type: "timestamp" }, z: { path: "z", type: "timestamptz" }, i: { path: "i", type: "bigint" } }, complement: "rest" } } }).collection("k");
    const values = (document: object): unknown[] => kinds.toRows({ _id: ids[0], ...document }).table("k").parameters("postgres")[0]?.slice(1, 8) ?? [];
    expect(values({ b: false, x: new Binary(Uint8Array.of(1)), d: new Date(0), t: new Date(1), z: new Date(2), i: Long.fromNumber(5) })).toEqual([false, Uint8Array.of(1), null, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z", "1970-01-01T00:00:00.002Z", "5"]);
    expect(JSON.stringify(values({ j: null })[2])).toBe("null");
    const far = new Date(8_000_000_000_000_000);
    expect((values({ z: far })[5] as Date).toISOString()).toBe(timestampToText(BigInt(far.getTime() - 946_684_800_000) * 1000n, true));
    expect(() => values({ t: far })).toThrow(/postgresTextTypes/);
  });
});

it("toValue tells of dates that are none", () => {
  const told: string[] = [];
  const bytes = fromValue(of("timestamptz"), "infinity", {}) as Uint8Array;
  expect(toValue(of("timestamptz"), data(bytes), 0, 8, {}, (message) => told.push(message))).toBe("infinity");
  expect(told).toEqual(["`infinity` is not a Date"]);
});
