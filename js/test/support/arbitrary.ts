import fc from "fast-check";

/** A BSON value as its type byte and its bytes. */
export interface RawValue {
  type: number;
  bytes: Buffer;
}

const int32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeInt32LE(value);
  return out;
};
const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);
const string = (text: string): Buffer => Buffer.concat([int32(Buffer.byteLength(text) + 1), cstring(text)]);

/** BSON of fields as they are: names may repeat. */
export function rawDocument(fields: readonly (readonly [name: string, value: RawValue])[]): Buffer {
  const parts = fields.flatMap(([name, { type, bytes }]) => [Buffer.of(type), cstring(name), bytes]);
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length + 5), body, Buffer.of(0)]);
}

const value = (type: number, bytes: Buffer): RawValue => ({ type, bytes });
const fixed = (type: number, length: number): fc.Arbitrary<RawValue> => fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => value(type, Buffer.from(bytes)));
const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom("a", "b", "c", "text", "list", "map", "one", "@", "$date", "a.b", "") }, fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => text.replaceAll("\0", "")));
const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: "grapheme", maxLength: 12 }), fc.constantFrom("", "\0", "12.50", "null", "\u{feff}x", "a\tb\\N\n\r", "\u{a0}pad\u{a0}", "65f1a2b3c4d5e6f708192a3b"));
const double = (number: number): RawValue => {
  const out = Buffer.alloc(8);
  out.writeDoubleLE(number);
  return value(0x01, out);
};
const int64 = (number: bigint): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigInt64LE(number);
  return out;
};
const number64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -100n, max: 100n }));

/** Values of one BSON type each. */
export const scalars = {
  double: fc.oneof(fc.double().map(double), fc.constantFrom(0, -0, 5, 1e21, Number.NaN, Infinity, -Infinity, 0.1).map(double), fixed(0x01, 8)),
  string: text.map((it) => value(0x02, string(it))),
  binary: fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(0, 0, 3, 4, 5, 128)).map(([bytes, subtype]) => value(0x05, Buffer.concat([int32(bytes.length), Buffer.of(subtype), bytes]))),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => value(0x05, Buffer.concat([int32(16), Buffer.of(4), bytes]))),
  undefined: fc.constant(value(0x06, Buffer.alloc(0))),
  objectId: fixed(0x07, 12),
  boolean: fc.boolean().map((it) => value(0x08, Buffer.of(it ? 1 : 0))),
  date: fc.oneof(fc.date({ noInvalidDate: true }).map((it) => BigInt(it.getTime())), fc.constantFrom(0n, 1_700_000_000_123n, 951_782_400_000n, -62_198_755_200_000n), number64).map((it) => value(0x09, int64(it))),
  null: fc.constant(value(0x0a, Buffer.alloc(0))),
  regexp: fc.tuple(text, fc.constantFrom("", "i", "imx")).map(([pattern, flags]) => value(0x0b, Buffer.concat([cstring(pattern.replaceAll("\0", "")), cstring(flags)]))),
  pointer: fc.tuple(text, fixed(0x07, 12)).map(([it, id]) => value(0x0c, Buffer.concat([string(it), id.bytes]))),
  code: text.map((it) => value(0x0d, string(it))),
  symbol: text.map((it) => value(0x0e, string(it))),
  int32: fc.oneof(fc.integer(), fc.integer({ min: -9, max: 9 })).map((it) => value(0x10, int32(it))),
  timestamp: fixed(0x11, 8),
  int64: number64.map((it) => value(0x12, int64(it))),
  decimal: fc.oneof(fixed(0x13, 16), fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: -20, max: 4 }), fc.boolean()).map(([coefficient, exponent, negative]) => {
    const out = Buffer.alloc(16);
    out.writeBigUInt64LE(coefficient & (2n ** 64n - 1n));
    out.writeBigUInt64LE((coefficient >> 64n) | (BigInt(exponent + 6176) << 49n) | (negative ? 1n << 63n : 0n), 8);
    return value(0x13, out);
  })),
  minKey: fc.constant(value(0xff, Buffer.alloc(0))),
  maxKey: fc.constant(value(0x7f, Buffer.alloc(0))),
};

const items = (values: readonly RawValue[]): RawValue => value(0x04, rawDocument(values.map((it, index) => [String(index), it])));

const tied = fc.letrec<{ any: RawValue; object: RawValue; array: RawValue }>((tie) => ({
  any: fc.oneof({ maxDepth: 4, withCrossShrink: true }, ...Object.values(scalars), tie("object"), tie("array")),
  object: fc.array(fc.tuple(name, tie("any")), { maxLength: 4 }).map((fields) => value(0x03, rawDocument(fields))),
  array: fc.array(tie("any"), { maxLength: 4 }).map(items),
}));

/** Any value of any type, nested. */
export const anyValue: fc.Arbitrary<RawValue> = tied.any;

/** Arrays of one kind of values, with NULLs now and then, and arrays of such arrays. */
export const arrayOf = (element: fc.Arbitrary<RawValue>): fc.Arbitrary<RawValue> => fc.array(fc.oneof({ weight: 5, arbitrary: element }, scalars.null), { maxLength: 4 }).map(items);
export const matrixOf = (element: fc.Arbitrary<RawValue>): fc.Arbitrary<RawValue> =>
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 })).chain(([rows, columns]) => fc.array(fc.array(element, { minLength: columns, maxLength: columns }).map(items), { minLength: rows, maxLength: rows })).map(items);

/** Objects of some fields, each there or not. */
export const objectOf = (fields: Record<string, fc.Arbitrary<RawValue>>): fc.Arbitrary<RawValue> =>
  fc.tuple(...Object.entries(fields).map(([key, it]) => fc.option(it.map((one) => [key, one] as const)))).map((entries) => value(0x03, rawDocument(entries.filter((entry) => entry !== null))));
export const mapOf = (element: fc.Arbitrary<RawValue>): fc.Arbitrary<RawValue> => fc.uniqueArray(fc.tuple(name, element), { maxLength: 3, selector: ([key]) => key }).map((fields) => value(0x03, rawDocument(fields)));
