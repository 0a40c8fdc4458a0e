import { parseExtendedJson, type CollectionMapping, type Mapping } from "rowlens";
import { rawDocument, type RawValue } from "./arbitrary.ts";

const collection = (more: Partial<CollectionMapping>): Mapping => ({ version: 1, collections: { things: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", ...more } } });
const column = (path: string, type: string, more: object = {}): Mapping => collection({ columns: { f: { path, type, ...more } } });
const two = { a: { path: "a", type: "text" }, b: { path: "b", type: "integer" } };

/** Everywhere that the field `f` of the subdocument `o` can be. */
export const PLACES: Record<string, Mapping> = {
  complement: collection({}),
  "`text` column": column("o.f", "text"),
  "`numeric` column": column("o.f", "numeric"),
  "`timestamptz(3)` column": column("o.f", "timestamptz(3)", { absent: "null" }),
  "`jsonb` column": column("o.f", "jsonb"),
  "part of a `jsonb` column": column("o", "jsonb"),
  "`text[]` column": column("o.f", "text[]"),
  "`bigint[][]` column": column("o.f", "bigint[][]"),
  "columns, one-to-one": collection({ columns: { a: { path: "o.f.a", type: "text" }, b: { path: "o.f.b", type: "integer", bson: "number" } } }),
  "table, one-to-one": collection({ children: [{ table: "one", path: "o.f", columns: two }] }),
  "table of elements": collection({ children: [{ table: "elements", path: "o.f[]", columns: two, children: [{ table: "inner_elements", path: "c[]", columns: { v: { path: "@", type: "jsonb" } } }] }] }),
  "table of values": collection({ children: [{ table: "element_values", path: "o.f[]", absent: "missing", columns: { v: { path: "@", type: "text" } } }] }),
  "table of entries": collection({ children: [{ table: "entries", path: "o.f{}", columns: { v: { path: "@", type: "text" } } }] }),
  "column of a one-to-one table": collection({ children: [{ table: "o", path: "o", columns: { f: { path: "f", type: "text" } } }] }),
};

const values: string[] = [
  // Ordinary.
  '"abc"', "5", "5.5", "true", '{ "$numberDecimal": "12.5" }', '{ "$date": "2020-01-02T03:04:05.678Z" }', '["a", "b"]', "[[{ \"$numberLong\": \"1\" }, { \"$numberLong\": \"2\" }]]",
  '[{ "a": "x", "b": 1, "c": [1, "y", { "z": null }] }, { "a": "y", "b": 2 }]', '{ "a": "x", "b": 3 }', '{ "k": "x", "l": "y" }',
  // Nothing, and next to nothing.
  "null", "[]", "{}", '""', "[null]", "[[]]", "[{}]", '{ "": "" }', '{ "a": null }',
  // Not what columns want, or more than they hold.
  '"u\\u0000"', '" x "', '{ "$numberLong": "5" }', '{ "$numberLong": "9007199254740993" }', '{ "$numberDouble": "-0.0" }', '{ "$numberDouble": "NaN" }', '{ "$numberDouble": "5.0" }', "1e300", "5e-324",
  '{ "$numberDecimal": "12.50" }', '{ "$numberDecimal": "-0" }', '{ "$numberDecimal": "-0E-3" }', '{ "$numberDecimal": "NaN" }', '{ "$numberDecimal": "-Infinity" }', '{ "$numberDecimal": "1E+3" }', '{ "$numberDecimal": "12345678901234567890.1234567890" }',
  '{ "$date": { "$numberLong": "-62135596800001" } }', '{ "$date": { "$numberLong": "-62198755200000" } }', '{ "$date": { "$numberLong": "8640000000000001" } }', '{ "$date": { "$numberLong": "-9223372036854775808" } }',
  '{ "$oid": "65f1a2b3c4d5e6f708192a3b" }', '{ "$binary": { "base64": "AAAAAAAAAAAAAAAAAAAAAA==", "subType": "04" } }', '{ "$binary": { "base64": "AQI=", "subType": "80" } }', '{ "$regularExpression": { "pattern": "a", "options": "i" } }',
  '{ "$timestamp": { "t": 4294967295, "i": 1 } }', '{ "$minKey": 1 }', '{ "$undefined": true }', '{ "$symbol": "s" }', '{ "$code": "f()" }', '{ "$code": "f()", "$scope": { "x": [1] } }',
  '["a", null, 5]', '[["a"], ["b", "c"]]', "[[1, 2], [3, null]]", '[1, "a", null, [], {}]', '[{ "a": 1, "b": "x", "more": { "d": [1, { "$numberDecimal": "1.50" }] } }, 5, { "_id": 1, "a": "z" }, null, { "c": 7 }, { "c": [] }]',
  '{ "a": 5, "b": "x", "c": true }', '{ "a": { "b": [] }, "b": { "$numberDouble": "1.0" } }', '{ "od.d": "y", "it\'s": "z", "[0]": 1, "0": "n" }', '{ "x": { "a": "q" }, "y": ["r"], "z": "u\\u0000" }',
];

const documents = (list: readonly string[]): Uint8Array[] => parseExtendedJson(list.join("\n"));

/** Documents with every kind of value there, and where there is no `f`, or no `o`. */
export const DOCUMENTS: Uint8Array[] = documents([
  ...values.map((value, index) => `{ "_id": ${index}, "o": { "f": ${value}, "g": 1 } }`),
  ...['{ "o": {} }', "{}", '{ "o": null }', '{ "o": "x" }', '{ "o": [] }', '{ "o": [{ "f": "a" }] }', '{ "f": "a" }', '{ "o": { "f": "abc" } }', '{ "o": { "f": { "b": 5 } }, "other": { "f": [1] } }'].map((text, index) => text.replace("{", `{ "_id": ${100 + index}${text === "{}" ? "" : ","} `)),
]);

const text = (value: string): RawValue => ({ type: 0x02, bytes: Buffer.concat([Buffer.of(value.length + 1, 0, 0, 0), Buffer.from(`${value}\0`)]) });
const object = (...fields: [string, RawValue][]): RawValue => ({ type: 0x03, bytes: rawDocument(fields) });
const field = (value: RawValue): [string, RawValue] => ["o", object(["f", value])];

const odd: Record<string, [string, RawValue][]> = {
  "a key stands twice in the value": [field(object(["a", text("x")], ["a", text("y")]))],
  "a key stands twice beside it": [["o", object(["f", text("x")], ["g", text("x")], ["g", text("y")])]],
  "`o` stands twice": [field(text("x")), field(text("y"))],
  "an array has odd keys": [field({ type: 0x04, bytes: rawDocument([["1", text("x")], ["0", text("y")]]) })],
  "an object looks like Extended JSON": [field(object(["$oid", text("none")]))],
  "an object looks like an ObjectId": [field(object(["$oid", text("65f1a2b3c4d5e6f708192a3b")]))],
  "objects nest beyond 128": [field(Array.from({ length: 140 }).reduce<RawValue>((inner) => object(["a", inner]), text("x")))],
};

/** Documents that not every migration can look into, by what is odd about them. */
export const ODD = new Map(Object.entries(odd).map(([what, fields], index) => [what, rawDocument([["_id", { type: 0x10, bytes: Buffer.of(200 + index, 0, 0, 0) }], ...fields])]));
