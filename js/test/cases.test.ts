import type { PGlite } from "@electric-sql/pglite";
import * as BSON from "bson7";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, encodeDocument, equalDocuments, parseExtendedJson, RowlensError, toExtendedJson, type Collection, type Documents, type Issue, type Lookups, type Plan, type Rows, type TableRows } from "rowlens";
import { all, caseFiles, type CaseFile, documentsOf, jsonValues, one, printTable } from "./support/case-file.ts";
import { pgliteSession } from "../src/adapters/pglite.ts";
import { checkDatabase } from "../src/database/check.ts";
import { copyIn, copyOut, insert, postgres, texts, truncate } from "./support/postgres.ts";

/** Documents that no JavaScript object can say: names twice, odd array keys, malformed bytes, dates beyond Date, types that `bson` reads as others. */
const BYTES_ONLY = new Set(["batches/malformed", "columns/dates", "complement/array-keys", "complement/deprecated-types", "complement/duplicate-keys"]);

const lines = (issues: readonly Issue[], several: boolean): string =>
  issues
    .map((issue) => {
      const column = issue.table === undefined ? "" : issue.column === undefined ? ` (${issue.table})` : ` (${issue.table}.${issue.column})`;
      return `${several && issue.document !== undefined ? `#${issue.document} ` : ""}${issue.severity} ${issue.code}${issue.path === "" ? "" : ` at ${issue.path}`}${column}\n`;
    })
    .join("");

/** Each expected document is there, once; the order is PostgreSQL's. */
function expectSame(expected: readonly Uint8Array[], found: readonly Uint8Array[], exact: boolean): void {
  const left = [...found];
  for (const document of expected) {
    const at = left.findIndex((other) => (exact ? Buffer.compare(document, other) === 0 : equalDocuments(document, other)));
    expect(at, `${toExtendedJson(document)} is not among ${left.map((other) => toExtendedJson(other)).join("\n")}`).not.toBe(-1);
    left.splice(at, 1);
  }
  expect(left).toEqual([]);
}

const files = caseFiles();
let database: PGlite;
beforeAll(async () => {
  database = await postgres();
}, 120_000);
afterAll(() => database.close());

it("there are many cases", () => expect(files.length).toBeGreaterThan(60));

describe.each(files.map((file, number) => ({ name: file.name, file, number })))("$name", ({ file, number }) => {
  const mapping = one(file, "json mapping") ?? "";
  let plan: Plan | undefined;
  let faults: readonly Issue[];
  try {
    plan = compile(mapping);
    faults = plan.warnings;
  } catch (error) {
    if (!RowlensError.is(error)) throw error;
    faults = error.issues;
  }
  it("compiles with these issues", () => expect(lines(faults, false)).toBe(one(file, "issues mapping") ?? ""));
  const documents = documentsOf(file);
  if (plan === undefined || documents.length === 0) return;
  runs(file, plan, documents, number);
});

function runs(file: CaseFile, plan: Plan, documents: ReturnType<typeof documentsOf>, number: number): void {
  const name = plan.description[0]?.name ?? "";
  const collection: Collection = plan.collection(name);
  const exact = plan.description[0]?.fidelity === "exact";
  const text = one(file, "json lookups");
  const lookups = text === undefined ? {} : { lookups: JSON.parse(text) as Lookups };
  const several = documents.length > 1;
  const accepted = documents.filter(({ refused }) => !refused).map(({ bson }) => bson);
  const raw = (): Rows => collection.toRows(documents.map(({ bson }) => bson), lookups);
  const lossy = one(file, "json document back");
  const expected = lossy === undefined ? accepted : parseExtendedJson(lossy);

  it("gives these rows, complements and issues", () => {
    const rows = raw();
    expect([rows.documents, rows.accepted]).toEqual([documents.length, accepted.length]);
    const complement = collection.tables[0]?.columns.findIndex((column) => column.source === "complement") ?? -1;
    for (const table of rows.tables) {
      const shown = table.columns.map((column, index) => (column.source === "complement" ? -1 : index)).filter((index) => index >= 0);
      const cells = table.parameters("text").map((row) => shown.map((index) => row[index] ?? null));
      expect(printTable(shown.map((index) => table.columns[index]?.name ?? ""), cells)).toBe(one(file, `rows ${table.name}`));
    }
    const found = complement < 0 ? undefined : rows.tables[0]?.parameters("text").map((row) => JSON.parse(row[complement] ?? "null") as unknown);
    expect(found).toEqual(complement < 0 ? undefined : jsonValues(one(file, "json complement") ?? ""));
    expect(lines(rows.issues, several)).toBe(one(file, "issues") ?? "");
  });

  it.skipIf(BYTES_ONLY.has(file.name))("gives the same rows for objects", () => {
    const objects = documents.map(({ bson }) => BSON.deserialize(bson, { promoteValues: false, promoteBuffers: false, bsonRegExp: true }));
    // JavaScript puts keys that look like numbers first: the bytes of the object count.
    const bytes = objects.map((object) => encodeDocument(object));
    bytes.forEach((document, index) => expect(equalDocuments(document, documents[index]?.bson as Uint8Array), toExtendedJson(document)).toBe(true));
    const [fromBytes, fromObjects] = [collection.toRows(bytes, lookups), collection.toRows(objects, lookups)];
    for (const [index, table] of fromBytes.tables.entries()) expect(Buffer.from(fromObjects.tables[index]?.tuples ?? []).equals(table.tuples), table.name).toBe(true);
    expect(fromObjects.issues).toEqual(fromBytes.issues);
  });

  it("gives the documents back, from its own rows and from PostgreSQL", async () => {
    const check = (back: Documents): void => {
      expect(lines(back.issues, several)).toBe(one(file, "issues back") ?? "");
      expectSame(expected, back.documents, exact);
    };
    const rows = raw();
    check(collection.toDocuments(rows, lookups));
    await inSchema(number, plan, async () => {
      await copyIn(database, collection.tables, rows);
      check(collection.toDocuments(await copyOut(database, collection.tables, "binary"), lookups));
      const queries = all(file, "sql query");
      const results = all(file, "result");
      expect(queries.length).toBe(results.length);
      for (const [index, query] of queries.entries()) {
        const { names, rows } = await texts(database, query);
        expect(printTable(names, rows)).toBe(results[index]);
      }
      await truncate(database, collection.tables);
      await insert(database, collection.tables, rows);
      const printed = await copyOut(database, collection.tables, "text");
      check(collection.toDocuments(printed, lookups));
      // The package prints every value as PostgreSQL does; jsonb has an order of its own.
      for (const table of rows.tables.filter((table) => !table.columns.some((column) => column.kind === "jsonb" && column.source !== "complement"))) {
        const own = (text: string): string[] => text.split("\n").map((line) => (table === rows.tables[0] ? withoutComplement(line, table) : line)).sort();
        const theirs = printed[table.name];
        expect(own(Buffer.from(table.copyText()).toString())).toEqual(own(theirs !== undefined && "copyText" in theirs ? Buffer.from(theirs.copyText).toString() : ""));
      }
      await change(file, collection, lookups, exact, several);
    });
  });
}

/** A line of COPY's text format without the complement, which is jsonb. */
function withoutComplement(line: string, table: TableRows): string {
  const fields = line.split("\t");
  return fields.filter((_, index) => table.columns[index]?.source !== "complement").join("\t");
}

/** What the case changes in SQL, and what the documents are then. */
async function change(file: CaseFile, collection: Collection, lookups: { lookups?: Lookups }, exact: boolean, several: boolean): Promise<void> {
  const sql = one(file, "sql change") ?? one(file, "postgres change");
  if (sql === undefined) return;
  await database.exec(sql);
  const after = collection.toDocuments(await copyOut(database, collection.tables, "binary"), lookups);
  expectSame(parseExtendedJson(one(file, "json document after") ?? ""), after.documents, exact);
  const sorted = (text: string): string[] => text.split("\n").map((line) => line.replace(/^#\d+ /, "")).sort();
  expect(sorted(lines(after.issues, several))).toEqual(sorted(one(file, "issues after") ?? ""));
}

/** Runs `body` where the plan's tables are, and nobody else's. */
async function inSchema(number: number, plan: Plan, body: () => Promise<void>): Promise<void> {
  const schema = `case_${number}`;
  await database.exec(`CREATE SCHEMA ${schema}; SET search_path = ${schema}, public`);
  try {
    await database.exec(plan.ddl());
    // What may run again does: nothing is made twice.
    await database.exec(plan.ddl({ ifNotExists: true }));
    // What the DDL made fits.
    expect(await checkDatabase(pgliteSession(database), plan)).toEqual([]);
    await body();
  } finally {
    await database.exec("SET search_path = public");
  }
}
