import fc from "fast-check";
import type { Mapping } from "rowlens";
import { anyValue, arrayOf, mapOf, matrixOf, objectOf, rawDocument, scalars, type RawValue } from "./arbitrary.ts";

/** Per column type: the values it is made for. */
const FITTING: Record<string, fc.Arbitrary<RawValue>> = {
  text: scalars.string, "varchar(40)": scalars.string, "char(5)": scalars.string, citext: scalars.string, boolean: scalars.boolean, smallint: scalars.int32, integer: scalars.int32,
  bigint: scalars.int64, real: scalars.double, "double precision": scalars.double, numeric: scalars.decimal, "numeric(30,6)": scalars.decimal, "numeric(12,2)": scalars.decimal, date: scalars.date,
  timestamp: scalars.date, "timestamptz(3)": scalars.date, timestamptz: scalars.date, uuid: scalars.uuid, bytea: scalars.binary, jsonb: anyValue, json: anyValue,
  color: fc.constantFrom("red", "a b", "null", "{x}", 'q"').map((label) => ({ type: 0x02, bytes: Buffer.concat([Buffer.of(Buffer.byteLength(label) + 1, 0, 0, 0), Buffer.from(`${label}\0`)]) })),
};

const columns: Record<string, { path: string; type: string }> = {};
const fields: Record<string, fc.Arbitrary<RawValue>> = {};
for (const [type, values] of Object.entries(FITTING)) {
  const shape: [suffix: string, name: string, values: fc.Arbitrary<RawValue>][] = [["", "", values], ["[]", "s", arrayOf(values)], ["[][]", "ss", matrixOf(values)]];
  for (const [suffix, plural, arbitrary] of shape) {
    if (suffix !== "" && /^(char|varchar|real|smallint|numeric\(1|json$|timestamp)/.test(type)) continue;
    const field = type.replaceAll(/\W/g, "_") + plural;
    columns[field] = { path: field, type: type + suffix };
    fields[field] = arbitrary;
  }
}

/** Every column type, arrays and matrices of many, and children of every shape. */
export const mapping: Mapping = {
  version: 1,
  enums: { color: ["red", "a b", "null", "{x}", 'q"'] },
  collections: {
    everything: {
      table: "everything",
      key: { column: "id", as: "uuid" },
      columns,
      children: [
        { table: "everything_list", path: "list[]", columns: { a: { path: "a", type: "numeric" }, b: { path: "b", type: "text" } }, children: [{ table: "everything_list_inner", path: "c[]", columns: { v: { path: "@", type: "integer" } } }] },
        { table: "everything_map", path: "map{}", columns: { a: { path: "@", type: "text" } } },
        { table: "everything_one", path: "one", columns: { a: { path: "a", type: "timestamptz(3)" }, b: { path: "b", type: "jsonb" } } },
      ],
      complement: "doc_rest",
    },
  },
};

Object.assign(fields, {
  list: arrayOf(objectOf({ a: scalars.decimal, b: scalars.string, c: arrayOf(scalars.int32) })),
  map: mapOf(scalars.string),
  one: objectOf({ a: scalars.date, b: anyValue, odd: anyValue }),
});
const names = Object.keys(fields);

/** Documents for the mapping: fields that fit, now and then one that does not, an unknown one, or one twice. */
export const documentFor: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: scalars.objectId }, anyValue),
    fc.uniqueArray(fc.nat(names.length - 1), { maxLength: 14 }).chain((picked) =>
      fc.tuple(...picked.map((index) => fc.oneof({ weight: 9, arbitrary: fields[names[index] as string] as fc.Arbitrary<RawValue> }, anyValue).map((value) => [names[index] as string, value] as const))),
    ),
    fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(fc.tuple(fc.constantFrom("unknown", "text", "", "a.b", "list", "_id"), anyValue), { maxLength: 2 })),
  )
  .map(([id, known, odd]) => rawDocument([["_id", id], ...known, ...odd]));
