import { PGlite } from "@electric-sql/pglite";
import { describe, expect, it } from "vitest";
import { compile, equalDocuments, encodeDocument, RowlensError } from "rowlens";

const plan = compile({
  version: 1,
  schema: "odd \"schema\"",
  collections: {
    payments: {
      table: "payments",
      key: { column: "id", as: "text" },
      columns: { amount: { path: "amount", type: "numeric" } },
      children: [
        { table: "order", path: "events[]", columns: { "a \"b\"": { path: "kind", type: "text" } }, children: [{ table: "notes", path: "notes[]", columns: { note: { path: "@", type: "text" } } }] },
        { table: "flags", path: "flags{}", columns: {} },
      ],
      complement: "doc_rest",
    },
  },
});
const payments = plan.collection("payments");

describe("statements of a table", () => {
  it("write, replace, read and delete one document", async () => {
    const database = new PGlite();
    await database.exec('CREATE SCHEMA "odd ""schema"""');
    await database.exec(plan.ddl());
    const stored = async () => {
      const entries = await Promise.all(payments.tables.map(async (table, index) => [table.name, { objects: (await database.query<Record<string, unknown>>(payments.sql[index]?.select as string, ["p1"])).rows }]));
      return payments.toDocuments(Object.fromEntries(entries) as Record<string, { objects: Record<string, unknown>[] }>);
    };
    for (const kinds of [["made", "paid"], ["refunded"]]) {
      const document = { _id: "p1", amount: "odd", events: kinds.map((kind) => ({ kind, notes: [kind, "x"] })), flags: { a: {}, b: {} } };
      const other = { _id: "p2", events: [{ kind: "other", notes: [] }] };
      await database.transaction(async (transaction) => {
        for (const sql of [...payments.sql.slice(1)].reverse()) await transaction.query(sql.delete, ["p1"]);
        for (const table of payments.toRows([document, other]).tables) for (const values of table.parameters("text")) await transaction.query(table.sql.upsert, values);
      });
      const back = await stored();
      expect(back.count).toBe(1);
      expect(equalDocuments(back.bson, encodeDocument(document))).toBe(true);
    }
    await database.query(payments.sql[0]?.delete as string, ["p1"]);
    expect((await stored()).count).toBe(0);
    expect(await database.query(`SELECT * FROM ${payments.sql[1]?.name}`).then(({ rows }) => rows)).toHaveLength(1);
    expect((await database.query(payments.sql[1]?.selectMany as string, [["p1", "p2"]])).rows).toMatchObject([{ 'a "b"': "other" }]);
    expect((await database.query(payments.sql[0]?.deleteMany as string, [["p1"]])).affectedRows).toBe(0);
    expect((await database.query(payments.sql[0]?.deleteMany as string, [["p1", "p2"]])).affectedRows).toBe(1);
    await database.close();
  });

  it("take the key of a document", () => {
    expect(payments.keyOf({ _id: "p1" })).toBe("p1");
    expect(payments.keyOf(encodeDocument({ _id: 7, amount: "odd" }))).toMatch(/^~[0-9a-f]{32}$/);
    expect(() => payments.keyOf([{ _id: "p1" }, { _id: "p2" }])).toThrow(/batch/);
    const numbers = compile({ version: 1, collections: { c: { table: "c", key: { column: "id", as: "bigint" }, complement: "rest" } } }).collection("c");
    expect(numbers.keyOf({ _id: 7n })).toBe("7");
    expect(() => numbers.keyOf({ _id: "seven" })).toThrow(RowlensError);
  });

  it("go with their rows by name", () => {
    const rows = payments.toRows({ _id: "p1", flags: { a: {} } });
    expect(rows.table("flags")).toBe(rows.tables[payments.tables.findIndex((table) => table.name === "flags")]);
    expect(rows.table("flags").sql).toEqual(payments.sql[payments.tables.findIndex((table) => table.name === "flags")]);
    expect(() => rows.table("flag")).toThrow(/did you mean `flags`/);
  });

  it("load and unload a whole table", async () => {
    const database = new PGlite();
    await database.exec('CREATE SCHEMA "odd ""schema"""');
    await database.exec(plan.ddl());
    const rows = payments.toRows({ _id: "p1", events: [{ kind: "made", notes: ["n"] }] });
    for (const table of rows.tables) {
      await database.query(table.sql.copyIn.replace("STDIN", "'/dev/blob'"), [], { blob: new Blob([table.copyBinary() as Uint8Array<ArrayBuffer>]) });
      const { blob } = await database.query(table.sql.copyOut.replace("STDOUT", "'/dev/blob'"));
      expect(new Uint8Array(await (blob as Blob).arrayBuffer())).toEqual(new Uint8Array(table.copyBinary()));
    }
    await database.close();
  });
});
