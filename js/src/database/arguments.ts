import { RowlensError } from "../core/rowlens-error.ts";

/** What an option has to be, by its name: the same in every call that knows it. */
const OPTIONS: Record<string, readonly [what: string, is: (value: unknown) => boolean]> = {
  bytes: ["a whole number of bytes, at least 1", (value) => Number.isSafeInteger(value) && (value as number) > 0],
  into: ["`live` or `empty`", (value) => value === "live" || value === "empty"],
  limit: ["a whole number, at least 0", (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)],
  lookups: ["a list of `[collection, _id as canonical Extended JSON, key]`", Array.isArray],
  newKey: ["a function", isFunction],
  onOutcome: ["a function", isFunction],
  ranges: ["a list of `{ from, to }`, each a key as PostgreSQL's text, or null for no bound", (value) => Array.isArray(value) && value.every(isRange)],
  recheck: ["a function", isFunction],
  stored: ["true or false", isBoolean],
  undefined: ["`omit` or `null`", (value) => value === "omit" || value === "null"],
  unguarded: ["true or false", isBoolean],
  values: ["true or false", isBoolean],
  versions: ["a list with a version per document", Array.isArray],
};

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}
const isBound = (value: unknown): boolean => typeof value === "string" || value === null;
const isRange = (value: unknown): boolean => typeof value === "object" && value !== null && isBound((value as { from?: unknown }).from) && isBound((value as { to?: unknown }).to);

/** @throws RowlensError `argument-invalid` */
export function checkOptions(call: string, options: unknown): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) throw invalid(`the options of \`${call}\` are an object, or left out`);
  for (const [name, value] of Object.entries(options)) {
    const [what, is] = OPTIONS[name] ?? [];
    if (value !== undefined && is !== undefined && !is(value)) throw invalid(`\`${name}\` of \`${call}\` is ${what}`);
  }
}

/** Versions by document: another number of them would be those of other documents. @throws RowlensError `argument-invalid` */
export function checkVersions(documents: unknown, versions: readonly unknown[] | undefined): void {
  if (versions === undefined || !Array.isArray(documents) || documents.length === versions.length) return;
  throw invalid(`\`versions\` of \`applyMany\` is a list with a version per document; this has ${versions.length} for ${documents.length} documents`);
}

/** Batches of documents, where `again` says so also a function that gives them. @throws RowlensError `argument-invalid` */
export function checkBatches(call: string, batches: unknown, again = false): void {
  if (again && typeof batches === "function") return;
  const iterable = typeof batches === "object" && batches !== null && (Symbol.iterator in batches || Symbol.asyncIterator in batches);
  if (!iterable) throw invalid(`\`${call}\` takes batches of documents, as a list or anything that can be iterated (\`[documents]\`, \`bsonBatches(stream)\`, a cursor)${again ? ", or a function that gives them" : ""}`);
}

/** Ids, or keys, to be read. @throws RowlensError `argument-invalid` */
export function checkIds(ids: unknown): void {
  if (Array.isArray(ids)) return;
  const keys = typeof ids === "object" && ids !== null ? (ids as { keys?: unknown }).keys : undefined;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) throw invalid("`read` takes a list of `_id`s, or `{ keys: […] }` with keys as PostgreSQL's text");
}

/** @throws RowlensError `argument-invalid` */
export function checkId(call: string, id: unknown): void {
  if (id === undefined) throw invalid(`\`${call}\` needs the document's \`_id\`; this is undefined`);
}

/** @throws RowlensError `argument-invalid` */
export function checkPlan(plan: unknown): void {
  if (typeof plan !== "object" || plan === null || !("checkStatement" in plan)) throw invalid("a database needs a plan besides the connection: `compile(mapping)` gives one");
}

const invalid = (message: string): RowlensError => new RowlensError("argument-invalid", message);
