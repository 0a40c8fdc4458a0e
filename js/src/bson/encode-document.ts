import { RowlensError } from "../core/rowlens-error.ts";
import { appendField } from "./path.ts";
import { type Tagged, writeBinary, writeLong, writeObjectId } from "./tagged.ts";
import { Writer } from "./writer.ts";
import { WriterMemory } from "./writer-memory.ts";

/** Options of {@link encodeDocument}. */
export interface EncodeOptions {
  /**
   * What becomes of fields that are `undefined`: left out (default, as Mongoose stores them), or `null` (as the driver does
   * where `ignoreUndefined` is not set). In arrays `undefined` is always `null`.
   */
  undefined?: "omit" | "null";
}

const INDEXES: string[] = Array.from({ length: 256 }, (_, index) => String(index));
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * BSON bytes of one lean object, as the MongoDB driver would write them: the same types, the same numbers (int32 where
 * integral and in range, else double), values of `bson` 5, 6 and 7 side by side. `bigint` becomes int64.
 *
 * Not for Mongoose documents: use `.lean()` results, or what `toObject()` gives.
 * @throws RowlensError `value-unsupported` (functions, symbols, invalid dates, class instances of unknown kind), `value-cyclic`,
 * `mongoose-document`, with the path of the value.
 * @example
 * const bson = encodeDocument({ _id: new ObjectId(), amount: Decimal128.fromString("12.50") });
 */
export function encodeDocument(document: object, options: EncodeOptions = {}): Uint8Array {
  const length = encodeInto(own, document, options);
  return own.bytes.slice(0, length);
}

const own = new WriterMemory();
const writer = new Writer();
let writing = false;
/** The objects and arrays that are being written, outermost first. */
const ancestors: (object | undefined)[] = [];
let open = 0;
/** The way to them: names of fields, and positions in arrays. */
const names: string[] = [];
const positions: boolean[] = [];
let named = 0;
let undefinedAsNull = false;
/** Nobody has given all objects a property that `for in` finds. */
let plainIsOwn = true;

/** The same of one or several documents, one after the other, from the beginning of `memory` on; gives how many bytes they are. @internal */
export function encodeInto(memory: WriterMemory, document: object | readonly object[], options: EncodeOptions = {}): number {
  refuseNested();
  writing = true;
  try {
    writer.begin(memory);
    // Not so after an error.
    open = 0;
    named = 0;
    undefinedAsNull = options.undefined === "null";
    plainIsOwn = true;
    for (const _ in Object.prototype) plainIsOwn = false;
    if (Array.isArray(document)) for (const one of document) root(one);
    else root(document);
    return writer.at;
  } catch (error) {
    if (error instanceof Error && !(error instanceof RowlensError) && /call stack|recursion/i.test(error.message)) {
      const message = "the document is nested too deeply to be written";
      throw new RowlensError("value-unsupported", message, [{ code: "value-unsupported", severity: "error", message, path: "", help: "pass it as BSON" }]);
    }
    throw error;
  } finally {
    writing = false;
  }
}

/**
 * Documents are written where others are being written: not while one of these is at work.
 * @throws RowlensError `value-unsupported`
 * @internal
 */
export function refuseNested(): void {
  if (writing) fail("value-unsupported", "a `toBSON` or a getter of the document calls rowlens itself", "give a document that has its values already");
}

function root(value: unknown): void {
  if (typeof value !== "object" || value === null) fail("document-expected", `a document is an object, not \`${value === null ? "null" : typeof value}\``);
  if (Array.isArray(value) || value instanceof Date || value instanceof RegExp || ArrayBuffer.isView(value) || "_bsontype" in value) fail("document-expected", "a document is a plain object");
  if (Object.getPrototypeOf(value) !== Object.prototype) refuseFieldless(value);
  refuseMongoose(value);
  const target = hasToBson(value) ? value.toBSON() : value;
  if (typeof target !== "object" || target === null) fail("document-expected", "`toBSON` did not give an object");
  object(target);
}

const hasToBson = (value: object): value is { toBSON(): unknown } => typeof (value as { toBSON?: unknown }).toBSON === "function";

/** What has no fields of its own, and would be written as an empty document. */
function refuseFieldless(value: object): void {
  if (value instanceof ArrayBuffer) fail("document-expected", "an ArrayBuffer is no document", "pass a Uint8Array of it");
  if (value instanceof Set) fail("document-expected", "a Set is no document");
  if (typeof (value as { then?: unknown }).then === "function") fail("document-expected", "a promise is no document", "await it first");
}

function refuseMongoose(value: object): void {
  if (typeof (value as { toObject?: unknown }).toObject === "function") failMongoose();
}

function failMongoose(): never {
  fail("mongoose-document", "this is a Mongoose document, which is more (and less) than what is stored", "read with `.lean()`, or pass `document.toObject({ depopulate: true, flattenMaps: true })`");
}

function object(value: object): void {
  if (!(value instanceof Map)) return fields(value as Record<string, unknown>, plainIsOwn && Object.getPrototypeOf(value) === Object.prototype);
  const start = enter(value);
  for (const [key, entry] of value as Map<unknown, unknown>) {
    if (typeof key !== "string") fail("value-unsupported", "keys of a `Map` must be strings");
    field(key, entry, false);
  }
  leave(start);
}

/** `own`: whatever `for in` finds is the object's own; looking that up costs as much again as all the rest of a field. */
function fields(value: Record<string, unknown>, own: boolean): void {
  const start = enter(value);
  if (own) for (const key in value) field(key, value[key], false);
  else for (const key in value) if (hasOwn.call(value, key)) field(key, value[key], false);
  leave(start);
}

const { hasOwnProperty: hasOwn } = Object.prototype;

function array(value: readonly unknown[]): void {
  const start = enter(value);
  for (let index = 0; index < value.length; index++) field(INDEXES[index] ?? String(index), value[index], true);
  leave(start);
}

function enter(value: object): number {
  for (let index = 0; index < open; index++) if (ancestors[index] === value) fail("value-cyclic", "the object contains itself");
  ancestors[open++] = value;
  const start = writer.at;
  writer.room(4);
  writer.at = start + 4;
  return start;
}

function leave(start: number): void {
  writer.byte(0);
  writer.data.setInt32(start, writer.at - start, true);
  ancestors[--open] = undefined;
}

function into(key: string, inArray: boolean): void {
  names[named] = key;
  positions[named++] = inArray;
}

/** Type byte and name of a field, and room for a value of fixed size. */
function head(type: number, key: string): void {
  if (!writer.head(type, key)) fail("value-unsupported", "a field name holds a NUL character");
}

function field(key: string, value: unknown, inArray: boolean): void {
  // Not a `switch`: engines compare `typeof` with one name at a time without making its text.
  if (typeof value === "string") {
    head(0x02, key);
    writer.string(value);
  } else if (typeof value === "number") {
    number(key, value);
  } else if (typeof value === "object") {
    if (value === null) head(0x0a, key);
    else objectValue(key, value, inArray);
  } else if (typeof value === "boolean") {
    head(0x08, key);
    writer.byte(value ? 1 : 0);
  } else if (typeof value === "undefined") {
    if (inArray || undefinedAsNull) head(0x0a, key);
  } else if (typeof value === "bigint") {
    if (value < INT64_MIN || value > INT64_MAX) failAt(key, inArray, "value-unsupported", "a bigint beyond 64 bits has no BSON type", "use Decimal128 or a string");
    head(0x12, key);
    writer.int64(value);
  } else {
    if (key === "toObject" && !inArray) failMongoose();
    failAt(key, inArray, "value-unsupported", `a ${typeof value} has no BSON type`);
  }
}

function number(key: string, value: number): void {
  // `| 0` keeps exactly the integers in range; -0 is told apart because BSON's double can hold it.
  if ((value | 0) === value && !Object.is(value, -0)) {
    head(0x10, key);
    writer.int32(value);
  } else {
    head(0x01, key);
    writer.double(value);
  }
}

/** Classes whose values were seen last: looking at the prototype is cheaper than at `_bsontype`. */
let objectIdPrototype: object | undefined;
let decimalPrototype: object | undefined;

function objectValue(key: string, value: object, inArray: boolean): void {
  // What engines can tell without a call comes first: asking for the prototype is one.
  if (Array.isArray(value)) return nestedArray(key, value, inArray);
  if (value instanceof Date) return date(key, value, inArray);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype && (value as Partial<Tagged>)._bsontype === undefined && !hasToBson(value)) {
    head(0x03, key);
    into(key, inArray);
    fields(value as Record<string, unknown>, plainIsOwn);
    named--;
  } else if (prototype === objectIdPrototype) {
    head(0x07, key);
    if (!writeObjectId(writer, value as Tagged)) failAt(key, inArray, "value-unsupported", "an ObjectId without its 12 bytes");
  } else if (prototype === decimalPrototype && isDecimal(value as Tagged)) {
    head(0x13, key);
    writer.raw((value as Tagged).bytes as Uint8Array);
  } else {
    otherValue(key, value, inArray);
  }
}

/** The prototype, unless it is any object's: a plain object can say `_bsontype`, too. */
function classOf(value: object): object | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype ? undefined : prototype;
}

const isDecimal = (value: Tagged): boolean => value.bytes instanceof Uint8Array && value.bytes.length === 16;

function nestedArray(key: string, value: readonly unknown[], inArray: boolean): void {
  head(0x04, key);
  into(key, inArray);
  array(value);
  named--;
}

/** Values of rarer kinds. */
function otherValue(key: string, value: object, inArray: boolean): void {
  if ((value as { _bsontype?: unknown })._bsontype != null) {
    tagged(key, value as Tagged, inArray);
  } else if (tag(value) === "[object Date]") {
    date(key, value as Date, inArray);
  } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    binary(key, value, inArray);
  } else if (value instanceof RegExp || tag(value) === "[object RegExp]") {
    regexp(key, value as RegExp, inArray);
  } else {
    if (hasToBson(value)) {
      const replaced = value.toBSON();
      if (replaced !== value) return field(key, replaced, inArray);
    }
    nested(key, inArray, () => {
      refuseMongoose(value);
      if (value instanceof Set || value instanceof WeakMap || value instanceof Promise || value instanceof Number || value instanceof String || value instanceof Boolean) {
        fail("value-unsupported", `a ${value.constructor.name} has no BSON type`, "convert it to an array, a string or a number");
      }
      head(0x03, key);
      object(value);
    });
  }
}

const tag = (value: object): string => (Symbol.toStringTag in value || Object.getPrototypeOf(value) === Object.prototype ? "" : Object.prototype.toString.call(value));

function nested(key: string, inArray: boolean, write: () => void): void {
  into(key, inArray);
  write();
  named--;
}

function date(key: string, value: Date, inArray: boolean): void {
  const time = value.getTime();
  if (Number.isNaN(time)) failAt(key, inArray, "value-unsupported", "an invalid date has no BSON value");
  head(0x09, key);
  writer.integer64(time);
}

function binary(key: string, value: ArrayBufferView | ArrayBuffer, inArray: boolean): void {
  if (!(value instanceof Uint8Array || value instanceof ArrayBuffer)) failAt(key, inArray, "value-unsupported", `a ${value.constructor.name} has no BSON type`, "pass a Uint8Array");
  head(0x05, key);
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  writer.int32(bytes.length);
  writer.byte(0);
  writer.raw(bytes);
}

function regexp(key: string, value: RegExp, inArray: boolean): void {
  if (value.source.includes("\0")) failAt(key, inArray, "value-unsupported", "a regular expression holds a NUL character");
  head(0x0b, key);
  writer.cstring(value.source);
  // The driver writes `g` as `s`; what is stored must be the same whoever writes.
  writer.cstring(`${value.ignoreCase ? "i" : ""}${value.global ? "s" : ""}${value.multiline ? "m" : ""}`);
}

function tagged(key: string, value: Tagged, inArray: boolean): void {
  const type = value._bsontype;
  let written = true;
  switch (type) {
    case "ObjectId":
    case "ObjectID":
      head(0x07, key);
      written = writeObjectId(writer, value);
      if (written) objectIdPrototype = classOf(value);
      break;
    case "Decimal128":
      head(0x13, key);
      written = isDecimal(value);
      if (written) decimalPrototype = classOf(value);
      if (written) writer.raw(value.bytes as Uint8Array);
      break;
    case "Long":
    case "Timestamp":
      head(type === "Long" ? 0x12 : 0x11, key);
      written = writeLong(writer, value);
      break;
    case "Double":
      head(0x01, key);
      writer.double(Number(value.value));
      break;
    case "Int32":
      head(0x10, key);
      writer.int32(Number(value.value) | 0);
      break;
    case "Binary":
    case "UUID":
      head(0x05, key);
      written = writeBinary(writer, value);
      break;
    case "BSONRegExp":
      if (`${String(value.pattern)}${String(value.options)}`.includes("\0")) failAt(key, inArray, "value-unsupported", "a regular expression holds a NUL character");
      head(0x0b, key);
      writer.cstring(String(value.pattern));
      writer.cstring(String(value.options).split("").sort().join(""));
      break;
    case "BSONSymbol":
    case "Symbol":
      head(0x0e, key);
      writer.string(String(value.value));
      break;
    case "Code":
      code(key, value, inArray);
      break;
    case "DBRef":
      reference(key, value, inArray);
      break;
    case "MinKey":
      head(0xff, key);
      break;
    case "MaxKey":
      head(0x7f, key);
      break;
    default:
      written = false;
  }
  if (!written) failAt(key, inArray, "value-unsupported", `\`${String(type)}\` is not a BSON value rowlens can read`, "use the `bson` package 5, 6 or 7");
}

function code(key: string, value: Tagged, inArray: boolean): void {
  const scope = value.scope;
  if (typeof scope !== "object" || scope === null) {
    head(0x0d, key);
    writer.string(String(value.code));
    return;
  }
  head(0x0f, key);
  const start = writer.at;
  writer.room(4);
  writer.at += 4;
  writer.string(String(value.code));
  nested(key, inArray, () => object(scope));
  writer.data.setInt32(start, writer.at - start, true);
}

function reference(key: string, value: Tagged, inArray: boolean): void {
  const ordered: Record<string, unknown> = { $ref: value.collection ?? value.namespace, $id: value.oid };
  if (value.db != null) ordered.$db = value.db;
  Object.assign(ordered, value.fields);
  head(0x03, key);
  nested(key, inArray, () => {
    const outer = undefinedAsNull;
    undefinedAsNull = false;
    object(ordered);
    undefinedAsNull = outer;
  });
}

function failAt(key: string, inArray: boolean, code: string, message: string, help?: string): never {
  into(key, inArray);
  fail(code, message, help);
}

function fail(code: string, message: string, help?: string): never {
  let path = "";
  for (let index = 0; index < named; index++) path = positions[index] ? `${path}[${names[index]}]` : appendField(path, names[index] as string);
  throw new RowlensError(code, path === "" ? message : `${path}: ${message}`, [{ code, severity: "error", message, path, ...(help === undefined ? {} : { help }) }]);
}
