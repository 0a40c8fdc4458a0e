import { PGlite } from "@electric-sql/pglite";
import fc from "fast-check";
import { init } from "rowlens";
import { describe, expect, it } from "vitest";
import { arrayFromText, arrayToText } from "../src/postgres/array.ts";
import { columnType } from "../src/postgres/column-type.ts";
import { copyBinary, tuplesOfCopyBinary } from "../src/postgres/copy-binary.ts";
import { tuplesOfCopyText } from "../src/postgres/copy-text.ts";
import { dateFromText, dateToText, timestampFromText, timestampToText } from "../src/postgres/datetime.ts";
import { numericFromText, numericToText } from "../src/postgres/numeric.ts";
import { fromText, toText } from "../src/postgres/text.ts";
import { fromValue, toValue } from "../src/postgres/value.ts";
import type { ColumnDescription, ColumnKind } from "../src/core/description.ts";
import { keptCopyText } from "../src/core/held-tables.ts";
import { RowlensError } from "../src/core/rowlens-error.ts";

const column = (type: string, dimensions = 0): ColumnDescription => ({ name: "c", type, kind: type.replace(/\(.*\)/, "").replaceAll("[]", "") as ColumnKind, dimensions, source: "field", path: "c" });
// The package as it is built brings the WebAssembly that its sources, imported here, use.
await init();

const copyText = (columns: readonly ColumnDescription[], tuples: Uint8Array): string => Buffer.from(keptCopyText(columns, tuples)).toString();
const data = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Per type: texts as PostgreSQL itself prints them. */
const TEXTS: Record<string, string[]> = {
  text: ["", "a", "grüße\t\n\\ \"x\"", "\\N", "NULL"],
  "varchar(9)": ["abc"],
  "char(5)": ["ab   "],
  boolean: ["t", "f"],
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "0"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
  real: ["1.5", "-0", "NaN", "Infinity", "3.4028235e+38", "0.1"],
  "double precision": ["0.1", "-0", "-Infinity", "NaN", "1.7976931348623157e+308", "5e-324"],
  numeric: ["0", "0.00", "-12.50", "123456789012345678901234567890.000100", "0.000000012", "NaN", "Infinity", "-Infinity", "10000", "99990000.0001"],
  "numeric(12,4)": ["1.0000", "-12345678.9012"],
  date: ["2000-01-01", "1969-12-31", "0001-01-01 BC", "4713-01-01 BC", "294276-12-31", "infinity", "-infinity", "2024-02-29"],
  timestamp: ["2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "4713-01-01 00:00:00 BC", "infinity"],
  timestamptz: ["2026-01-31 12:00:00.5+00", "1969-12-31 23:59:59.999+00", "-infinity"],
  uuid: ["65f1a2b3-c4d5-80e6-80f7-08192a3b6f69"],
  bytea: ["\\x", "\\x00ff10"],
  jsonb: ['{"a": [1, 2.50, null]}', '"x"'],
  json: ['{ "b" : 1 , "b":2}'],
};

describe("against PostgreSQL (PGlite)", () => {
  it("binary and text forms of every type agree with the server's", async () => {
    const database = new PGlite();
    for (const [sql, texts] of Object.entries(TEXTS)) {
      for (const [type, dimensions, values] of [
        [sql, 0, texts],
        [`${sql}[]`, 1, ["{}", arrayToText(texts), arrayToText([null, ...texts])]],
        [`${sql}[][]`, 2, [arrayToText([texts, [...texts].reverse()])]],
      ] as [string, number, string[]][]) {
        await database.exec(`DROP TABLE IF EXISTS t; CREATE TABLE t (n integer, c ${type})`);
        for (const [n, value] of values.entries()) await database.query(`INSERT INTO t VALUES ($1, $2::text::${type})`, [n, value]);
        await database.exec(`INSERT INTO t VALUES (${values.length}, NULL)`);
        const out = async (format: string): Promise<Uint8Array> => {
          const { blob } = await database.query(`COPY (SELECT c FROM t ORDER BY n) TO '/dev/blob' WITH (FORMAT ${format})`);
          return new Uint8Array(await (blob as Blob).arrayBuffer());
        };
        const binary = tuplesOfCopyBinary(await out("binary"));
        const text = Buffer.from(await out("text")).toString();
        const columns = [column(sql, dimensions)];
        const types = columns.map(columnType);
        expect(copyText(columns, binary), type).toBe(text);
        expect(Buffer.from(tuplesOfCopyText(types, text)).toString("hex"), type).toBe(Buffer.from(binary).toString("hex"));
        await database.exec("CREATE TEMP TABLE back AS TABLE t WITH NO DATA; ALTER TABLE back DROP COLUMN n");
        await database.query("COPY back FROM '/dev/blob' WITH (FORMAT binary)", [], { blob: new Blob([copyBinary(tuplesOfCopyText(types, copyText(columns, binary))) as BlobPart]) });
        const { rows } = await database.query("SELECT count(*)::int AS n FROM back");
        expect(rows).toEqual([{ n: values.length + 1 }]);
        await database.exec("DROP TABLE back");
      }
    }
    await database.close();
  }, 120_000);
});

describe("text forms", () => {
  it("numeric: any decimal comes back", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.stringMatching(/^\d{0,20}$/), (negative, whole, fraction) => {
        const zero = whole === 0n && /^0*$/.test(fraction);
        const text = `${negative && !zero ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
        expect(numericToText(data(numericFromText(text)), 0)).toBe(text);
      }),
    );
    expect(numericToText(data(numericFromText("1e3")), 0)).toBe("1000");
    expect(numericToText(data(numericFromText("-1.25e-3")), 0)).toBe("-0.00125");
    expect(numericToText(data(numericFromText("1.5", 4)), 0)).toBe("1.5000");
    expect(() => numericFromText("1.23456", 4)).toThrow(RowlensError);
    for (const odd of ["", ".", "1.2.3", "0x1", "1e"]) expect(() => numericFromText(odd), odd).toThrow(RowlensError);
  });

  it("timestamps: any microsecond comes back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -211_813_488_000_000_000n, max: 9_223_371_331_199_999_999n }), fc.boolean(), (microseconds, zone) => {
        expect(timestampFromText(timestampToText(microseconds, zone), zone)).toBe(microseconds);
      }),
    );
    fc.assert(fc.property(fc.integer({ min: -2_451_545, max: 107_000_000 }), (days) => void expect(dateFromText(dateToText(days))).toBe(days)));
    expect(timestampToText(timestampFromText("2026-01-31T12:00:00+02:30", true), true)).toBe("2026-01-31 09:30:00+00");
    expect(() => timestampFromText("2026-02-30", false)).toThrow(RowlensError);
  });

  it("arrays: any texts come back", () => {
    fc.assert(fc.property(fc.array(fc.option(fc.string({ unit: "binary" }))), (items) => void expect(arrayFromText(arrayToText(items))).toEqual(items)));
    expect(arrayFromText('[0:1]={ a , "b c"}')).toEqual(["a", "b c"]);
    for (const odd of ["", "{", "{a", "{a,}", "{a}b", '{"a}']) expect(() => arrayFromText(odd), odd).toThrow(RowlensError);
  });

  it("COPY text: any text comes back", () => {
    const columns = [column("text"), column("text")];
    const types = columns.map(columnType);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(fc.string({ unit: "grapheme" })), fc.string({ unit: "binary" })), { minLength: 1 }), (rows) => {
        const text = copyText(columns, tuplesOfCopyText(types, rows.map((row) => row.map((value) => (value === null ? "\\N" : value.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r"))).join("\t")).join("\n")));
        expect(copyText(columns, tuplesOfCopyText(types, text))).toBe(text);
      }),
    );
  });
});

describe("values", () => {
  const value = (type: string, text: string, options = {}, dimensions = 0): unknown => {
    const of = columnType(column(type, dimensions));
    const bytes = fromText(of, text);
    return toValue(of, data(bytes), 0, bytes.length, options, () => undefined);
  };

  it.each([
    ["numeric", "12.50", {}, "12.50"],
    ["numeric", "12.5", { numeric: "number" }, 12.5],
    ["numeric", "12.50", { numeric: "number" }, "12.50"],
    ["numeric(6,2)", "12.50", { numeric: "number" }, 12.5],
    ["numeric", "0.1000000000000000055511151231257827", { numeric: "number" }, "0.1000000000000000055511151231257827"],
    ["numeric", "100000000000000000000000", { numeric: "number" }, 1e23],
    ["numeric", "12", { numeric: "bigint" }, 12n],
    ["numeric", "12.00", { numeric: "bigint" }, "12.00"],
    ["numeric(6,2)", "12.00", { numeric: "bigint" }, 12n],
    ["numeric", "12.50", { numeric: "bigint" }, "12.50"],
    ["bigint", "9007199254740993", {}, 9007199254740993n],
    ["bigint", "9007199254740993", { bigint: "number" }, "9007199254740993"],
    ["bigint", "42", { bigint: "number" }, 42],
    ["timestamptz", "2026-01-31 12:00:00.5+00", {}, new Date("2026-01-31T12:00:00.500Z")],
    ["timestamptz", "2026-01-31 12:00:00.000001+00", {}, "2026-01-31 12:00:00.000001+00"],
    ["timestamp", "2026-01-31 12:00:00", { date: "string" }, "2026-01-31 12:00:00"],
    ["date", "2026-01-31", {}, "2026-01-31"],
    ["real", "0.1", {}, 0.1],
    ["jsonb", '{"a":1}', {}, { a: 1 }],
    ["jsonb", '{"a":1}', { json: "text" }, '{"a":1}'],
    ["bytea", "\\x01ff", {}, Uint8Array.of(1, 255)],
    ["boolean", "t", {}, true],
    ["smallint", "-3", {}, -3],
  ])("%s %s %j", (type, text, options, expected) => {
    expect(value(type, text, options)).toEqual(expected);
    // ... and the value is taken back.
    const of = columnType(column(type));
    const back = fromValue(of, expected, options as { json?: "text" });
    const shown = (bytes: Uint8Array): string => toText(of, data(bytes), 0, bytes.length).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
    expect(shown(back as Uint8Array)).toBe(shown(fromText(of, text)));
  });

  it("arrays nest", () => {
    expect(value("integer", "{{1,NULL},{3,4}}", {}, 2)).toEqual([[1, null], [3, 4]]);
    expect(() => fromValue(columnType(column("integer", 2)), [[1], [2, 3]], {})).toThrow(RowlensError);
  });

  it("a value of another type is refused", () => {
    for (const [type, wrong] of [["integer", 1.5], ["integer", "x"], ["boolean", 1], ["uuid", "abc"], ["date", new Date(1)], ["timestamptz", new Date(Number.NaN)], ["numeric", {}]] as [string, unknown][]) {
      expect(() => fromValue(columnType(column(type)), wrong, {}), type).toThrow(RowlensError);
    }
  });
});
