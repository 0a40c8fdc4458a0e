import fc from "fast-check";
import { compile, init, type TableRows } from "rowlens";
import { describe, expect, it } from "vitest";
import type { ColumnDescription, ColumnKind } from "../src/core/description.ts";
import { keptCopyText } from "../src/core/held-tables.ts";
import { tuplesOfCopyBinary } from "../src/postgres/copy-binary.ts";
import { unescapeField } from "../src/postgres/copy-text.ts";
import { postgres } from "./support/postgres.ts";
import { escrow, madeUp } from "./support/stored.ts";

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const DOUBLE = new DataView(new ArrayBuffer(8));

/** Any double there is, and those in the middle between shorter decimals. */
const double = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => (DOUBLE.setBigUint64(0, bits), DOUBLE.getFloat64(0))),
  fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -30, max: 45 })).map(([digits, power]) => Number(`${digits}e${power}`)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(Number),
);
const real = fc.oneof(fc.float(), fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -20, max: 36 })).map(([digits, power]) => Math.fround(Number(`${digits}e${power}`))), fc.integer({ min: 2 ** 24, max: 2 ** 31 }).map(Math.fround));
const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom("\\", "\t", "\n", "\r", "\b", "\f", "\v", "\u0001", "a", "ß", '"', "{", ",", " ", "NULL") })).map((value) => value.replaceAll("\0", "").replaceAll(/\p{Surrogate}/gu, ""));
const digits = (value: bigint, scale: number): string => {
  const size = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  return `${value < 0n ? "-" : ""}${size.slice(0, size.length - scale)}.${size.slice(size.length - scale)}`;
};
const LIMIT = 211_813_488_000n;

/** Per type: SQL literals. */
const LITERALS: Record<string, fc.Arbitrary<string>> = {
  text,
  "varchar(200)": text.map((value) => [...value].slice(0, 200).join("")),
  "char(12)": text.map((value) => [...value].slice(0, 12).join("")),
  smallint: fc.integer({ min: -32_768, max: 32_767 }).map(String),
  integer: fc.integer().map(String),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  real: real.map((value) => (Object.is(value, -0) ? "-0" : String(value))),
  "double precision": double.map((value) => (Object.is(value, -0) ? "-0" : String(value))),
  numeric: fc.oneof(fc.tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 1, max: 60 })).map(([value, scale]) => digits(value, scale)), fc.tuple(fc.integer(), fc.integer({ min: -40, max: 60 })).map(([value, power]) => `${value}e${power}`), fc.constantFrom("NaN", "Infinity", "-Infinity")),
  "numeric(30,7)": fc.bigInt({ min: -(10n ** 29n), max: 10n ** 29n }).map((value) => digits(value, 7)),
  date: fc.oneof(fc.integer({ min: -2_451_500, max: 3_000_000 }), fc.integer({ min: -2_451_545, max: 2_145_031_948 })).map((days) => `DATE '2000-01-01' + ${days}`),
  timestamp: fc.tuple(fc.bigInt({ min: -LIMIT, max: LIMIT }), fc.integer({ min: 0, max: 999_999 })).map(([seconds, fraction]) => `TIMESTAMP '2000-01-01' + ${seconds} * interval '1 second' + ${fraction} * interval '1 microsecond'`),
  timestamptz: fc.tuple(fc.bigInt({ min: -LIMIT, max: 40n * LIMIT }), fc.constantFrom(0, 500_000, 120_000, 123_000, 123_456, 1)).map(([seconds, fraction]) => `TIMESTAMPTZ '2000-01-01 00:00+00' + ${seconds} * interval '1 second' + ${fraction} * interval '1 microsecond'`),
  uuid: fc.uuid(),
  bytea: fc.uint8Array().map((bytes) => `\\x${Buffer.from(bytes).toString("hex")}`),
  jsonb: fc.json().filter((json) => !json.includes("\\u0000")),
  json: fc.json(),
};
const literal = (type: string, value: string): string => (/^(DATE|TIMESTAMP)/.test(value) ? value : `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'::${type}`);

// The package as it is built brings the WebAssembly that its sources, imported here, use.
await init();

describe("against PostgreSQL", () => {
  it("COPY text of any value, alone and in arrays, is what the server prints, to the byte", async () => {
    const database = await postgres();
    await database.exec("SET TIME ZONE 'UTC'");
    for (const [type, values] of Object.entries(LITERALS)) {
      const kind = type.replace(/\(.*\)/, "") as ColumnKind;
      const columns: ColumnDescription[] = [0, 1, 2].map((dimensions) => ({ name: `c${dimensions}`, type, kind, dimensions, source: "field", path: "c" }));
      await database.exec(`CREATE TABLE t (n serial, c0 ${type}, c1 ${type}[], c2 ${type}[][])`);
      const sample = fc.sample(values, { numRuns: 600, seed: 7 }).map((value) => literal(type, value));
      for (let at = 0; at < sample.length; at += 200) {
        const rows = sample.slice(at, at + 200).map((value, index, all) => `(${value}, ARRAY[NULL, ${value}, ${all[(index * 7) % all.length]}], ARRAY[[${value}], [NULL::${type}]])`);
        await database.exec(`INSERT INTO t (c0, c1, c2) VALUES ${rows.join(",")}`);
      }
      await database.exec("INSERT INTO t (c1, c2) VALUES (NULL, '{}'); UPDATE t SET c1[-1] = c1[2] WHERE n % 50 = 0");
      const out = async (format: string): Promise<Uint8Array> => new Uint8Array(await ((await database.query(`COPY (SELECT c0, c1, c2 FROM t ORDER BY n) TO '/dev/blob' WITH (FORMAT ${format})`)).blob as Blob).arrayBuffer());
      const ours = keptCopyText(columns, tuplesOfCopyBinary(await out("binary")));
      expect(utf8(ours).split("\n"), type).toEqual(utf8(await out("text")).split("\n"));
      await database.exec("DROP TABLE t");
    }
    await database.close();
  }, 120_000);
});

/** The same lines by way of parameters, which the package makes without WebAssembly. */
const byParameters = (table: TableRows): (string | null)[][] => table.parameters("text");
const fields = (bytes: Uint8Array): (string | null)[][] =>
  utf8(bytes)
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t").map((field) => (field === "\\N" ? null : unescapeField(field))));

describe("rows", () => {
  it("say the same as text parameters: the escrow example and made-up documents", () => {
    for (const { rows } of [...escrow().all, ...madeUp(300).all]) for (const table of rows.tables) expect(fields(table.copyText()), table.name).toEqual(byParameters(table));
  });

  const plan = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "integer" }, columns: { name: { path: "name", type: "text" } }, complement: "rest" } } });
  const users = plan.collection("users");
  const LINE = "7\tAnn\\tB.\t\\N\n";

  it("are the same from memory that is still there and from copies", () => {
    const rows = users.toRows({ _id: 7, name: "Ann\tB." });
    const first = rows.table("users").copyText();
    users.toRows({ _id: 8 });
    const second = rows.table("users").copyText();
    plan.free();
    expect([first, second, rows.table("users").copyText()].map(utf8)).toEqual([LINE, LINE, LINE]);
  });

  it("views: methods work until `toRows` is called again, whatever memory does", () => {
    const again = compile({ version: 1, collections: { users: { table: "users", key: { column: "id", as: "integer" }, columns: { name: { path: "name", type: "text" } }, complement: "rest" } } }).collection("users");
    const table = again.toRows({ _id: 7, name: "Ann\tB." }, { copy: false }).table("users");
    const other = compile({ version: 1, collections: { big: { table: "big", key: { column: "id", as: "text" }, complement: "rest" } } }).collection("big");
    for (let size = 0; size < 3; size++) other.toRows({ _id: "x".repeat(8_000_000 * (size + 1)) });
    expect(table.tuples.length).toBe(24);
    expect(utf8(table.copyText())).toBe(LINE);
    expect(table.parameters("text")).toEqual([["7", "Ann\tB.", null]]);
    expect(table.copyBinary().length).toBeGreaterThan(40);
    const big = other.toRows(["a", "b"].map((id) => ({ _id: id.repeat(30_000_000) })), { copy: false });
    expect(other.toDocuments(big).count, "room for what is taken back moves memory").toBe(2);
    again.toRows([]);
    for (const use of [() => table.tuples, () => table.copyText(), () => table.copyBinary(), () => table.parameters(), () => table.objects()]) expect(use).toThrow(expect.objectContaining({ code: "rows-gone" }));
  });
});
