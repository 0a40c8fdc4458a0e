// @ts-check
// Text in, everything the page shows out. No DOM here.
import { compile, equalDocuments, parseExtendedJson, RowlensError, toExtendedJson } from "rowlens";

/** @typedef {import("rowlens").Issue} Issue */
/** @typedef {import("rowlens").Plan} Plan */
/** @typedef {{ name: string, from: string, columns: { name: string, type: string, key: boolean, source: string, path: string }[], rows: (string | null)[][] }} TableView */
/**
 * @typedef {object} Result
 * @property {TableView[]} tables
 * @property {{ key: string, text: string }[]} complements those that are not NULL
 * @property {string | null} complementColumn
 * @property {Issue[]} issues
 * @property {number} documents
 * @property {number} identical
 * @property {string} back
 */

/** @type {{ text: string, plan: Plan } | undefined} */
let compiled;

/**
 * Compiles the mapping, unless it is the one of last time.
 * @param {string} text
 * @returns {{ plan: Plan, issues: readonly Issue[] } | { plan: undefined, issues: readonly Issue[] }}
 */
export function toPlan(text) {
  if (compiled?.text !== text) {
    try {
      const plan = compile(text);
      compiled?.plan.free();
      compiled = { text, plan };
    } catch (error) {
      if (!RowlensError.is(error)) throw error;
      return { plan: undefined, issues: error.issues };
    }
  }
  return { plan: compiled.plan, issues: compiled.plan.warnings };
}

/**
 * @param {string} text Extended JSON
 * @returns {{ documents: Uint8Array[] } | { fault: string }}
 */
export function toDocuments(text) {
  try {
    return { documents: parseExtendedJson(text) };
  } catch (error) {
    if (!RowlensError.is(error)) throw error;
    return { fault: withLine(error.message, text) };
  }
}

/** Editors count lines, parsers bytes. @param {string} message @param {string} text */
function withLine(message, text) {
  const match = / at byte (\d+)$/.exec(message);
  if (!match) return message;
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, Number(match[1]))).split("\n");
  return `${message.slice(0, match.index)}, line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

/**
 * @param {Plan} plan
 * @param {string} name of the collection
 * @param {Uint8Array[]} documents
 * @returns {Result}
 */
export function convert(plan, name, documents) {
  const collection = plan.collection(name);
  const description = plan.description.find((one) => one.name === name);
  const options = { lookups: standIns(plan, collection.neededLookups(documents)) };
  const rows = collection.toRows(documents, options);
  const back = collection.toDocuments(rows, options);
  const complementColumn = description?.complement ?? null;
  const tables = rows.tables.map((table, index) => tableView(collection.tables[index], table.parameters("text")));
  const at = tables[0].columns.findIndex((column) => column.name === complementColumn);
  const complements = tables[0].rows.flatMap((row) => (at < 0 || row[at] === null ? [] : [{ key: row[0] ?? "", text: pretty(row[at]) }]));
  // Each for itself: two of them may have the same _id, and some may be refused.
  const same = description?.fidelity === "exact" ? sameBytes : equalDocuments;
  const identical = documents.filter((document) => {
    const [again] = collection.toDocuments(collection.toRows(document, options), options).documents;
    return again !== undefined && same(document, again);
  }).length;
  return { tables, complements, complementColumn, issues: [...rows.issues, ...back.issues], documents: documents.length, identical, back: back.documents.map((document) => pretty(toExtendedJson(document, { relaxed: true }))).join("\n") };
}

/**
 * A database would have these answers in `id_map`; here numbers stand in for them.
 * @param {Plan} plan
 * @param {[collection: string, id: string][]} ids
 * @returns {import("rowlens").Lookups}
 */
function standIns(plan, ids) {
  return ids.map(([name, id], index) => {
    const root = plan.description.find((one) => one.name === name)?.tables[0];
    const kind = root?.columns.find((column) => column.name === root.key[0])?.kind;
    return [name, id, kind === "uuid" ? `00000000-0000-8000-8000-${String(index + 1).padStart(12, "0")}` : String(index + 1)];
  });
}

/** @param {import("rowlens").TableDescription} table @param {(string | null)[][]} rows @returns {TableView} */
function tableView(table, rows) {
  const columns = table.columns.map((column) => ({ name: column.name, type: column.type.replaceAll('"', ""), key: table.key.includes(column.name), source: column.source, path: column.source === "complement" ? "whatever the columns do not say" : column.source === "field" ? column.path : { parentKey: "the parent's key", ordinal: "position in the array", mapKey: "key in the map" }[column.source] }));
  return { name: table.name, from: table.path === "" ? "one row per document" : table.path, columns, rows };
}

/** @param {Uint8Array} a @param {Uint8Array} b */
const sameBytes = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);

/**
 * JSON with line breaks. Not through JSON.parse, which loses digits and duplicate keys.
 * @param {string} json
 */
export function pretty(json) {
  let indent = 0;
  const line = () => `\n${"  ".repeat(indent)}`;
  return json.replace(/"(?:[^"\\]|\\.)*"|[{[]\s*[}\]]|[{}[\],:]|\s+/g, (token) => {
    switch (token) {
      case "{": case "[": indent += 1; return token + line();
      case "}": case "]": indent -= 1; return line() + token;
      case ",": return token + line();
      case ":": return ": ";
      default: return token.startsWith('"') ? token : token.replace(/\s/g, "");
    }
  });
}
