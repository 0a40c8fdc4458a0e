// @ts-check
/**
 * rowlens in Node: BSON documents to PostgreSQL rows and back. One WebAssembly instance per process, loaded at the first call.
 * @module
 */
import { readFileSync } from "node:fs";
import * as glue from "../pkg/rowlens.js";

/** @typedef {{code: string, severity: "info"|"warning"|"error", message: string, path: string, collection?: string, document?: number, offset?: number, table?: string, column?: string, help?: string}} Issue */
/** @typedef {{name: string, type: string, kind: string, dimensions: number, source: string, path: string}} Column */
/** @typedef {{name: string, schema: string | null, parent: number | null, path: string, columns: Column[], key: string[]}} Table */

const BRAND = Symbol.for("rowlens.error");
const SLOT = Symbol.for("rowlens.wasm");

/** Misuse: a bad mapping, an unknown collection. Data faults are issues in results instead. */
export class RowlensError extends Error {
  /** @param {string} code @param {string} message @param {Issue[]} [issues] */
  constructor(code, message, issues = []) {
    super(message);
    this.name = "RowlensError";
    this.code = code;
    this.issues = issues;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether `error` is one, whichever copy of the package made it. @param {unknown} error @returns {error is RowlensError} */
  static is(error) {
    return typeof error === "object" && error !== null && BRAND in error;
  }
}

/** The instance, made at the first call. */
function wasm() {
  const slots = /** @type {Record<symbol, typeof glue>} */ (/** @type {unknown} */ (globalThis));
  if (!slots[SLOT]) {
    glue.initSync({ module: readFileSync(new URL("../pkg/rowlens_bg.wasm", import.meta.url)) });
    slots[SLOT] = glue;
  }
  return /** @type {typeof glue} */ (slots[SLOT]);
}

/** A view of wasm memory; good until the next call. @param {number} pointer @param {number} length */
const view = (pointer, length) => new Uint8Array(/** @type {WebAssembly.Memory} */ (wasm().linear_memory()).buffer, pointer, length);

const HEADER = Uint8Array.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const TRAILER = Uint8Array.from([0xff, 0xff]);

/** COPY's binary envelope around tuples. @param {Uint8Array} tuples */
export function copyBinary(tuples) {
  const out = new Uint8Array(HEADER.length + tuples.length + TRAILER.length);
  out.set(HEADER);
  out.set(tuples, HEADER.length);
  out.set(TRAILER, HEADER.length + tuples.length);
  return out;
}

/** The tuples in what `COPY … TO … (FORMAT binary)` gave. @param {Uint8Array} bytes */
export function tuplesOf(bytes) {
  if (HEADER.some((byte, index) => index < 15 && bytes[index] !== byte)) throw new RowlensError("copy-header", "these bytes are not COPY's binary format");
  const extension = new DataView(bytes.buffer, bytes.byteOffset).getUint32(15);
  return bytes.subarray(19 + extension, bytes.length - 2);
}

/**
 * Compiles a mapping (an object or its JSON text).
 * @param {object | string} mapping
 * @param {{fidelity?: "value" | "exact"}} [options]
 * @throws {RowlensError} `mapping-invalid` with all issues.
 */
export function compile(mapping, options = {}) {
  try {
    return new Plan(wasm().Plan.compile(typeof mapping === "string" ? mapping : JSON.stringify(mapping), options.fidelity));
  } catch (issues) {
    if (!Array.isArray(issues)) throw issues;
    throw new RowlensError("mapping-invalid", issues.map((issue) => `${issue.path}: ${issue.message}`).join("\n"), issues);
  }
}

/** A compiled mapping. */
export class Plan {
  #plan;
  /** @type {Map<string, Lens>} */
  #lenses = new Map();

  /** @param {glue.Plan} plan */
  constructor(plan) {
    this.#plan = plan;
    /** @type {{name: string, fidelity: string, complement: string | null, tables: Table[]}[]} */
    this.collections = plan.describe();
    /** @type {Issue[]} */
    this.warnings = plan.warnings();
  }

  /** Where everything goes, for readers. */
  explain() {
    return this.#plan.explain();
  }

  /** The DDL. @param {{ifNotExists?: boolean, idMap?: boolean}} [options] */
  ddl(options = {}) {
    return this.#plan.ddl(options.ifNotExists ?? false, options.idMap ?? true);
  }

  /** The lens of one collection. @param {string} name @throws {RowlensError} `unknown-collection`. */
  collection(name) {
    const known = this.#lenses.get(name);
    if (known) return known;
    const index = this.collections.findIndex((collection) => collection.name === name);
    const found = this.collections[index];
    if (!found) throw new RowlensError("unknown-collection", `there is no collection \`${name}\` in the mapping; it has ${this.collections.map((c) => `\`${c.name}\``).join(", ")}`);
    const lens = new Lens(new (wasm().Shredder)(this.#plan, index), new (wasm().Assembler)(this.#plan, index), found.tables);
    this.#lenses.set(name, lens);
    return lens;
  }
}

/** One collection, both ways. */
export class Lens {
  #shredder;
  #assembler;

  /** @param {glue.Shredder} shredder @param {glue.Assembler} assembler @param {Table[]} tables */
  constructor(shredder, assembler, tables) {
    this.#shredder = shredder;
    this.#assembler = assembler;
    this.tables = tables;
  }

  /**
   * Rows of a batch: concatenated BSON documents, or a list of them.
   * `tuples` are copies; with `copy: false` they are views that live until the next call.
   * @param {Uint8Array | Uint8Array[]} batch
   * @param {{copy?: boolean}} [options]
   */
  toRows(batch, options = {}) {
    const parts = Array.isArray(batch) ? batch : [batch];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const input = view(this.#shredder.reserve(length), length);
    let at = 0;
    for (const part of parts) {
      input.set(part, at);
      at += part.length;
    }
    const accepted = this.#shredder.run();
    const tables = this.tables.map((table, index) => {
      const tuples = view(this.#shredder.table_ptr(index), this.#shredder.table_len(index));
      return { name: table.name, count: this.#shredder.row_count(index), tuples: options.copy === false ? tuples : tuples.slice() };
    });
    return { documents: this.#shredder.documents(), accepted, tables, issues: /** @type {Issue[]} */ (this.#shredder.issues()), issueCounts: /** @type {Record<string, number>} */ (this.#shredder.issue_counts()) };
  }

  /**
   * Documents of a row set: per table, in the plan's order, its tuples.
   * @param {{tuples: Uint8Array}[]} tables
   */
  toDocuments(tables) {
    tables.forEach((table, index) => view(this.#assembler.reserve(index, table.tuples.length), table.tuples.length).set(table.tuples));
    const count = this.#assembler.run();
    const bson = view(this.#assembler.out_ptr(), this.#assembler.out_len()).slice();
    return { count, bson, documents: [...split(bson)], issues: /** @type {Issue[]} */ (this.#assembler.issues()), issueCounts: /** @type {Record<string, number>} */ (this.#assembler.issue_counts()) };
  }
}

/** The documents in concatenated BSON, as views. @param {Uint8Array} bson */
export function* split(bson) {
  const data = new DataView(bson.buffer, bson.byteOffset, bson.length);
  for (let at = 0; at < bson.length; ) {
    const length = data.getInt32(at, true);
    yield bson.subarray(at, at + length);
    at += length;
  }
}

/** Concatenated BSON of Extended JSON (one document, a list, or one a line). @param {string} text */
export const parseExtendedJson = (text) => /** @type {Uint8Array} */ (wasm().parseExtendedJson(text));

/** Extended JSON of concatenated BSON, one document a line. @param {Uint8Array} bson @param {{relaxed?: boolean}} [options] */
export const toExtendedJson = (bson, options = {}) => /** @type {string} */ (wasm().toExtendedJson(bson, options.relaxed ?? false));
