import { compile, RowlensError, type Mapping } from "rowlens";
import { describe, expect, it } from "vitest";
import { drizzleSession } from "../../src/adapters/drizzle-session.ts";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { postgresSession } from "../../src/adapters/postgres.ts";
import { Database } from "../../src/database/database.ts";
import type { Session } from "../../src/database/session.ts";
import { databaseOver } from "../support/live.ts";

const mapping: Mapping = { version: 1, collections: { things: { table: "things", key: { column: "id", as: "text" }, version: { path: "v", column: "v" }, complement: "rest", columns: { n: { path: "n", type: "integer" } } } } };
/** Whatever is sent fails the test. */
const session = new Proxy({ inTransaction: false, binary: true } as Session, {
  get: (own, name) => Reflect.get(own, name) as unknown ?? (() => { throw new Error(`\`${String(name)}\` was reached`); }),
});
const db = databaseOver(session, compile(mapping));
// What JavaScript lets through.
const any = db as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
const call = (name: string, ...given: unknown[]) => async (): Promise<unknown> => {
  const result = (any[name] as (...given: unknown[]) => unknown).apply(db, given);
  return Symbol.asyncIterator in Object(result) ? (result as AsyncGenerator).next() : result;
};
const a = { _id: "a", v: 1 };

/** What each is refused with, before anything is sent. */
const MISUSE: [what: string, code: string, says: string, misuse: () => unknown][] = [
  ["no collection", "unknown-collection", "`things`", call("apply", undefined, a)],
  ["a collection instead of its name", "unknown-collection", "`things`", call("read", db.plan.collection("things"), ["a"])],
  ["a collection of another mapping", "unknown-collection", "did you mean `things`", call("load", "thing", [[a]])],
  ["apply without a document", "document-expected", "`undefined`", call("apply", "things")],
  ["apply of several", "document-expected", "applyMany", call("apply", "things", [])],
  ["applyMany without documents", "document-expected", "`undefined`", call("applyMany", "things")],
  ["applyMany of a number", "document-expected", "`7`", call("applyMany", "things", 7)],
  ["a version that is none", "version-invalid", "whole number", call("apply", "things", a, { version: "1" })],
  ["versions that are no list", "argument-invalid", "`versions` of `applyMany`", call("applyMany", "things", [a], { versions: 1 })],
  ["a version that is missing among others", "version-invalid", "undefined", call("applyMany", "things", [a, { _id: "b" }], { versions: [1, undefined] })],
  ["fewer versions than documents", "argument-invalid", "1 for 2 documents", call("applyMany", "things", [a, { _id: "b" }], { versions: [1] })],
  ["more versions than documents", "argument-invalid", "2 for 1 documents", call("applyMany", "things", [a], { versions: [1, 2] })],
  ["options that are none", "argument-invalid", "options of `apply`", call("apply", "things", a, null)],
  ["delete without an id", "argument-invalid", "`_id`", call("delete", "things", undefined, { version: 1 })],
  ["delete without a version", "version-needed", "version", call("delete", "things", "a")],
  ["lookups that are no list", "argument-invalid", "`lookups`", call("apply", "things", a, { lookups: {} })],
  ["newKey that is no function", "argument-invalid", "`newKey`", call("load", "things", [[a]], { newKey: "1" })],
  ["load without batches", "argument-invalid", "bsonBatches", call("load", "things")],
  ["load of one document", "argument-invalid", "`[documents]`", call("load", "things", a)],
  ["load of a function", "argument-invalid", "batches", call("load", "things", () => [[a]])],
  ["load of a batch that is none", "document-expected", "`number`", call("load", "things", [7])],
  ["compare of a batch that is none", "document-expected", "`null`", call("compare", "things", [null])],
  ["load into something else", "argument-invalid", "`empty`", call("load", "things", [[a]], { into: "Empty" })],
  ["read without ids", "argument-invalid", "list of `_id`s", call("read", "things")],
  ["read of one id", "argument-invalid", "list of `_id`s", call("read", "things", "a")],
  ["keys that are no texts", "argument-invalid", "text", call("read", "things", { keys: [1] })],
  ["a stream of no bytes", "argument-invalid", "`bytes`", call("stream", "things", { bytes: 0 })],
  ["a stream of fewer", "argument-invalid", "at least 1", call("stream", "things", { bytes: -1 })],
  ["a stream of no number", "argument-invalid", "`bytes`", call("stream", "things", { bytes: Number.NaN })],
  ["compare without batches", "argument-invalid", "function that gives them", call("compare", "things")],
  ["a limit that is none", "argument-invalid", "`limit`", call("compare", "things", [], { limit: -1 })],
  ["recheck that is no function", "argument-invalid", "`recheck`", call("compare", "things", [], { recheck: [] })],
  ["one range", "argument-invalid", "`ranges`", call("digests", "things", { ranges: { from: "a", to: "b" } })],
  ["a range without an end", "argument-invalid", "null", call("digests", "things", { ranges: [{ from: "a" }] })],
  ["a range of numbers", "argument-invalid", "text", call("digests", "things", { ranges: [{ from: 1, to: null }] })],
  ["stored digests that are not there", "hash-unmapped", "row_hash", call("digests", "things", { stored: true })],
  ["a database without a plan", "argument-invalid", "compile(mapping)", () => new Database(session, undefined as never)],
  ["a database with a mapping for a plan", "argument-invalid", "compile(mapping)", () => new Database(session, mapping as never)],
  ...([["pg", pgSession], ["postgres", postgresSession], ["PGlite", pgliteSession], ["Drizzle", drizzleSession]] as [string, (source: unknown) => unknown][]).flatMap(([driver, open]) =>
    [undefined, null, "postgres://", {}].map((source): (typeof MISUSE)[number] => [`${driver} of ${JSON.stringify(source)}`, "client-unsupported", driver === "Drizzle" ? "Drizzle" : driver, () => open(source)])),
];

describe("arguments that cannot be meant are refused, with what to give", () => {
  it.each(MISUSE)("%s: %s", async (_, code, says, misuse) => {
    let thrown: unknown;
    try {
      await misuse();
    } catch (error) {
      thrown = error;
    }
    // The copy of the package that the plan is of may be another.
    expect(RowlensError.is(thrown) && thrown.code, String(thrown)).toBe(code);
    expect((thrown as Error).message).toContain(says);
  });
});
