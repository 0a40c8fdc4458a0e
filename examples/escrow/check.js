// @ts-check
// Does mapping.json say all that the models' documents hold? Prints findings; exit code 1 if there is any.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import mongoose from "mongoose";
import * as models from "./models/index.js";
import { generate, hydrated } from "./generate.js";
import { documents } from "./documents.js";

const { BSON } = mongoose.mongo;
const mapping = JSON.parse(readFileSync(new URL("./mapping.json", import.meta.url), "utf8"));
/** @type {Map<string, number>} */
const findings = new Map();
/** @param {string} text */
const find = (text) => findings.set(text, (findings.get(text) ?? 0) + 1);

/** @param {any} v */
function typeOf(v) {
  if (v === null) return "null";
  if (Array.isArray(v)) return "array";
  if (typeof v === "string") return "string";
  if (typeof v === "boolean") return "boolean";
  if (v instanceof Date) return "date";
  const brand = { ObjectId: "objectId", Decimal128: "decimal", Int32: "int32", Double: "double", Long: "int64", Binary: "binary" }[/** @type {string} */ (v._bsontype)];
  return brand ?? v._bsontype ?? "object";
}

const DEFAULT_BSON = /** @type {Record<string, string>} */ ({
  text: "string", varchar: "string", char: "string", citext: "string", boolean: "boolean", smallint: "int32", integer: "int32", bigint: "int64", real: "double",
  "double precision": "double", numeric: "decimal", date: "date", timestamp: "date", timestamptz: "date", uuid: "uuid", bytea: "binary", jsonb: "any", json: "any",
});
const RANGE = /** @type {Record<string, number>} */ ({ smallint: 2 ** 15, integer: 2 ** 31, bigint: 2 ** 63 });

/** One value against one column. @param {string} at @param {any} column @param {any} v @param {string} [type] */
function leaf(at, column, v, type = column.type) {
  if (type.endsWith("[]")) {
    if (typeOf(v) !== "array") return find(`${at}: ${typeOf(v)} in ${type}`);
    const inner = type.slice(0, -2);
    if (inner.endsWith("[]") && (v.length === 0 || new Set(v.map((/** @type {any} */ x) => x.length)).size > 1 || v[0].length === 0)) find(`${at}: not a full matrix`);
    for (const x of v) leaf(`${at}[]`, { ...column, absent: "missing" }, x, inner);
    return;
  }
  const base = type.replace(/\(.*/, "");
  const labels = mapping.enums[type];
  const want = column.bson ?? (column.as || column.ref ? "objectId" : labels ? "string" : DEFAULT_BSON[base]);
  const have = typeOf(v);
  if (!want) return find(`${at}: unknown type ${type}`);
  if (want === "any") return;
  if (have === "null") return column.absent === "null" ? undefined : find(`${at}: null`);
  if (want === "number") {
    const n = Number(v.value);
    const int = Number.isInteger(n) && Math.abs(n) < 2 ** 31 && !Object.is(n, -0);
    if (have !== (int ? "int32" : "double")) return find(`${at}: ${have}, not number`);
    if (RANGE[base] && !(Number.isInteger(n) && n >= -RANGE[base] && n < RANGE[base])) find(`${at}: ${n} out of ${type}`);
    return;
  }
  if (have !== want) return find(`${at}: ${have}, not ${want}`);
  if (labels && !labels.includes(v)) find(`${at}: not a label of ${type}: ${v}`);
  const [p, s] = (/\((.*)\)/.exec(type)?.[1] ?? "").split(",").map(Number);
  if (base === "varchar" && [...v].length > p) find(`${at}: too long for ${type}`);
  if (base === "char" && ([...v].length !== p || v.endsWith(" "))) find(`${at}: not ${type}`);
  if (have === "string" && v.includes("\0")) find(`${at}: NUL`);
  if (base === "numeric") {
    const m = /^(-?)(\d+)(?:\.(\d+))?$/.exec(v.toString());
    if (!m) return find(`${at}: odd decimal ${v}`);
    if (s !== undefined && ((m[3] ?? "").length !== s || m[2].replace(/^0+/, "").length > p - s)) find(`${at}: ${v} is not ${type}`);
  }
  if (have === "binary" && v.sub_type !== 0) find(`${at}: binary subtype ${v.sub_type}`);
}

/** A tree by field names: `column`, `child` or `fields`. @param {any} spec @param {any} [variant] */
function treeOf(spec, variant) {
  /** @type {any} */
  const root = { fields: {} };
  /** @param {string} path @param {any} what */
  const put = (path, what) => {
    if (path === "@") return Object.assign(root, what);
    let node = root;
    for (const name of path.split(".")) node = (node.fields ??= {})[name] ??= {};
    if (node.column || node.child) throw new Error(`two writers of \`${path}\``);
    Object.assign(node, what);
  };
  for (const part of [spec, variant ?? {}]) {
    if (part.key) put(part.key.path, { key: part.key });
    for (const column of Object.values(part.columns ?? {})) put(column.path, { column });
    for (const child of part.children ?? []) put(child.path.replace(/(\[\]|\{\})$/, ""), { child });
  }
  return root;
}

/** @param {string} at @param {any} spec a collection or a child @param {any} v */
function row(at, spec, v) {
  const value = spec.discriminator && v[spec.discriminator.path];
  node(at, treeOf(spec, value && spec.discriminator.variants[value]), v);
}

/** @param {string} at @param {any} tree @param {any} v `undefined`: missing */
function node(at, tree, v) {
  if (tree.key) {
    const have = typeOf(v);
    if (have !== (tree.key.as === "text" ? "string" : "objectId")) find(`${at}: key is ${have}`);
  } else if (tree.column) {
    if (v !== undefined) leaf(at, tree.column, v);
    else if (tree.column.absent === "null") find(`${at}: missing, and absent is null`);
  } else if (tree.child) {
    const { child } = tree;
    const kind = /(\[\]|\{\})$/.exec(child.path)?.[1] ?? "";
    const absent = child.absent ?? (kind === "[]" ? "empty" : "missing");
    if (v === undefined) return absent === "missing" ? undefined : find(`${at}: missing, and absent is ${absent}`);
    if (v === null) return absent === "null" ? undefined : find(`${at}: null`);
    if (typeOf(v) !== (kind === "[]" ? "array" : "object")) return find(`${at}: ${typeOf(v)} in child ${child.path}`);
    const entries = kind === "{}" ? Object.values(v) : kind === "[]" ? v : [v];
    if (kind && !entries.length && absent !== "empty") find(`${at}: empty, and absent is ${absent}`);
    for (const entry of entries) row(at + kind, child, entry);
  } else if (v === undefined) {
    for (const [name, sub] of Object.entries(tree.fields)) node(`${at}.${name}`, sub, undefined);
  } else {
    if (typeOf(v) !== "object") return find(`${at}: ${typeOf(v)} where an object is mapped`);
    if (!Object.keys(v).length) find(`${at}: empty object`);
    for (const name of Object.keys(v)) if (!tree.fields[name]) find(`${at}.${name}: not mapped`);
    for (const [name, sub] of Object.entries(tree.fields)) node(`${at}.${name}`, sub, v[name]);
  }
}

const ofModels = new Set(Object.values(models).map((model) => model.collection.name));
for (const name of ofModels) if (!mapping.collections[name]) find(`${name}: a model without a collection`);
for (const name of Object.keys(mapping.collections)) if (!ofModels.has(name)) find(`${name}: a collection without a model`);

const tables = new Map();
/** @param {string} at @param {any} spec */
function names(at, spec) {
  if (spec.table && tables.has(spec.table)) find(`${at}: table ${spec.table} also in ${tables.get(spec.table)}`);
  if (spec.table) tables.set(spec.table, at);
  for (const column of Object.values(spec.columns ?? {})) {
    for (const to of [column.ref, ...Object.values(column.refs?.collections ?? {})]) if (to && !mapping.collections[to]) find(`${at}: ref to ${to}`);
  }
  const own = [spec.key?.column, spec.ordinal, spec.mapKey, spec.parentKey, Object.keys(spec.columns ?? {})].flat().filter(Boolean);
  if (new Set(own).size !== own.length) find(`${at}: a column name twice: ${own}`);
  for (const child of spec.children ?? []) names(`${at}.${child.path}`, child);
  for (const [value, variant] of Object.entries(spec.discriminator?.variants ?? {})) names(`${at}<${value}>`, variant);
}
for (const [name, spec] of Object.entries(mapping.collections)) names(name, spec);

const counts = { payments: 1000, selleroffers: 200, disputes: 200, users: 200, purchaserequests: 200 };
const generated = generate({ seed: 1, counts });
const digest = (/** @type {Record<string, Uint8Array[]>} */ all) => createHash("sha256").update(Buffer.concat(Object.values(all).flat())).digest("hex");
if (digest(generated) !== digest(generate({ seed: 1, counts }))) find("two runs with one seed differ");
for (const { collection, doc } of hydrated({ seed: 1, counts })) {
  await doc.validate().catch((/** @type {Error} */ error) => find(`${collection}: ${error.message}`));
}
let total = 0;
for (const [collection, list] of Object.entries(generated)) {
  const ids = new Set();
  for (const bson of list) {
    total++;
    const doc = BSON.deserialize(bson, { promoteValues: false, promoteBuffers: false, bsonRegExp: true });
    ids.add(String(doc._id));
    row(collection, mapping.collections[collection], doc);
  }
  if (ids.size !== list.length) find(`${collection}: an _id twice`);
}
const payments = generated.payments;
const fields = payments.reduce((n, bson) => n + Object.keys(BSON.deserialize(bson)).length, 0) / payments.length;
const size = payments.reduce((n, bson) => n + bson.length, 0) / payments.length;
console.log(`${total} generated documents, ${tables.size} tables, sha256 ${digest(generated).slice(0, 16)}`);
console.log(`average payment: ${size.toFixed(0)} bytes of BSON, ${fields.toFixed(1)} top-level fields`);
if (size < 1600 || size > 1900) find(`average payment size ${size.toFixed(0)} is not in 1600..1900`);

const awkward = documents(1).filter((d) => d.awkward);
for (const { bson, collection, awkward: reason } of awkward) {
  if (!mapping.collections[collection]) find(`awkward: unknown collection ${collection}`);
  const view = new DataView(bson.buffer, bson.byteOffset, bson.byteLength);
  if (view.getInt32(0, true) !== bson.length || bson[bson.length - 1] !== 0) find(`awkward: bad framing: ${reason}`);
  try {
    BSON.deserialize(bson, { promoteValues: false, bsonRegExp: true });
  } catch (error) {
    find(`awkward: not readable: ${reason}: ${error}`);
  }
}
console.log(`${awkward.length} awkward documents in ${new Set(awkward.map((d) => d.collection)).size} collections`);

for (const [text, n] of findings) console.log(`FINDING (${n}x) ${text}`);
if (findings.size) process.exitCode = 1;
else console.log("ok: every path is mapped, and every value fits its column");
