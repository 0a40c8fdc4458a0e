import { afterAll, describe, expect, it } from "vitest";
import { compile, parseExtendedJson, type CollectionMapping, type Mapping } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { expectMoved, fill, read, run, type Target } from "../support/migrating.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };

const things = (more: Partial<CollectionMapping>): Mapping => ({ version: 1, collections: { things: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", ...more } } });
const column = (type: string, more: object = {}): Mapping => things({ columns: { a: { path: "a", type, ...more } } });
const list = (path: string): Mapping => things({ children: [{ table: "l", path: "l[]", columns: { p: { path, type: "numeric", bson: "number" } } }] });

describe("numbers that others wrote and no document has are refused where they would move", () => {
  const long = "1234567890123456789012345678901234567890.5";
  const CASES: [string, Mapping, Mapping, string, RegExp][] = [
    ["JSON beyond a double, to the complement", column("jsonb"), things({}), "UPDATE things SET a = '1e400'", /number in JSON/],
    ["JSON beyond a double, in an object", column("jsonb"), things({}), "UPDATE things SET a = '{\"x\": [1e400]}'", /number in JSON/],
    ["JSON beyond a double, to a column", column("jsonb"), column("numeric"), "UPDATE things SET a = '1e400'", /number in JSON/],
    ["JSON nearer to nothing than a double", column("json"), column("double precision"), "UPDATE things SET a = '1e-400'", /number in JSON/],
    ["JSON with more digits than a double", column("jsonb"), column("numeric"), "UPDATE things SET a = '1.23456789012345678901234567890'", /number in JSON/],
    ["the same in the complement", things({}), column("numeric"), "UPDATE things SET rest = '{\"v\": 1, \"fields\": {\"a\": 1.23456789012345678901234567890}}'", /number in JSON/],
    ["a numeric of more than 34 digits, to the complement", column("numeric"), things({}), `UPDATE things SET a = ${long}`, /more than the 34 digits/],
    ["to JSON", column("numeric", { bson: "number" }), column("jsonb"), `UPDATE things SET a = ${long}`, /more than the 34 digits/],
    ["to a shorter numeric", column("numeric"), column("numeric(38,2)"), `UPDATE things SET a = ${long}`, /more than the 34 digits/],
    ["a numeric beyond every exponent", column("numeric"), things({}), "UPDATE things SET a = 1e-7000", /larger or smaller/],
    ["and the other way", column("numeric"), things({}), "UPDATE things SET a = 1e6200", /larger or smaller/],
  ];
  it.each(CASES)("%s", async (_, from, to, sql, message) => {
    await fill(here, compile(from), { things: parseExtendedJson('{ "_id": 1 }') });
    await here.exec(sql);
    const before = await read(here, compile(from), "things");
    const error = await run(here, compile(from), compile(to)).then(() => undefined, (error: unknown) => error as Error & { hint?: string });
    expect(error?.message).toMatch(/^rowlens: /);
    expect(error?.message).toMatch(message);
    expect(error?.hint).toBe("nothing was changed; round it first, or leave the field where it is");
    expect(await read(here, compile(from), "things")).toEqual(before);
  });
});

describe("numbers that documents have move", () => {
  const doubles = ["5e-324", "2.2250738585072014e-308", "1.7976931348623157e308", "0.30000000000000004", "9007199254740993", "123456789012345680000", "1e300", "4.35", "-1e-7", "1e15", "1e16", "123456789.12345678"];
  it.each([["jsonb", "numeric"], ["jsonb", "double precision"], ["double precision", "jsonb"], ["numeric", "jsonb"]])("doubles of every length from %s to %s", async (from, to) => {
    const documents = parseExtendedJson(doubles.map((text, index) => `{ "_id": ${index}, "a": { "$numberDouble": "${text}" } }`).join("\n"));
    const [old, plan] = [column(from, from === "numeric" ? { bson: "number" } : {}), column(to, to === "numeric" ? { bson: "number" } : {})];
    await expectMoved(here, old, plan, { things: documents });
  });

  it.each(["p", "@"])("decimals with a scale in rows of numbers, whose scale the complement knows (%s)", async (path) => {
    const values = ['{ "$numberDecimal": "12.50" }', '{ "$numberDecimal": "1E+3" }', "7", '{ "$numberDecimal": "0.0" }'];
    const documents = parseExtendedJson(`{ "_id": 1, "l": [${values.map((value) => (path === "p" ? `{ "p": ${value} }` : value)).join(", ")}] }`);
    await expectMoved(here, list(path), things({}), { things: documents });
    await expectMoved(here, list(path), things({ columns: { l: { path: "l", type: "jsonb" } } }), { things: documents });
  });
});
