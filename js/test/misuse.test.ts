import { describe, expect, it } from "vitest";
import { compile, parseExtendedJson, RowlensError, type Mapping } from "rowlens";
import { insertValues } from "rowlens/drizzle";
import { pgTable, text } from "drizzle-orm/pg-core";

const mapping: Mapping = { version: 1, collections: { users: { table: "users", key: { column: "id", as: "bigint" }, columns: { name: { path: "name", type: "text" }, age: { path: "age", type: "integer" } }, complement: "doc_rest" } } };
const users = compile(mapping).collection("users");
const freed = compile(mapping);
freed.free();

/** What each code of docs/issues.md, "Misuse" and "Forms", is thrown for. */
const MISUSE: Record<string, () => unknown> = {
  "mapping-invalid": () => compile("{}"),
  "plan-freed": () => freed.explain(),
  "unknown-collection": () => compile(mapping).collection("user"),
  "unknown-table": () => users.toDocuments({ user: { objects: [] } }),
  "unknown-column": () => users.toDocuments({ users: { objects: [{ id: 1n, nmae: "x" }] } }),
  "value-unreadable": () => users.toDocuments({ users: { objects: [{ id: 1n, age: "many" }] } }),
  "document-expected": () => users.toRows("x" as never),
  "document-refused": () => users.keyOf({ _id: "no room in a bigint" }),
  "extended-json-invalid": () => parseExtendedJson("{"),
  "copy-header": () => users.toDocuments({ users: { copyBinary: Uint8Array.of(1, 2, 3) } }),
  "copy-columns": () => users.toDocuments({ users: { copyText: "1\n" } }),
  "drizzle-table-expected": () => insertValues({} as never, users.toRows([{ _id: 1 }]).table("users")),
  "drizzle-column-missing": () => insertValues(pgTable("users", { name: text("name") }), users.toRows([{ _id: 1 }]).table("users")),
};

describe("misuse throws a branded error", () => {
  it.each(Object.entries(MISUSE))("%s", (code, misuse) => {
    let thrown: unknown;
    try {
      misuse();
    } catch (error) {
      thrown = error;
    }
    expect(RowlensError.is(thrown) && thrown.code, String(thrown)).toBe(code);
  });
});
