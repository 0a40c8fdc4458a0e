import { PGlite } from "@electric-sql/pglite";
import { Decimal128, Long, ObjectId, serialize } from "bson7";
import { bigint, boolean, date, doublePrecision, integer, jsonb, numeric, pgEnum, pgTable, text, timestamp, uuid, customType } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { describe, expect, expectTypeOf, it } from "vitest";
import { compile, equalDocuments, RowlensError, type Issue } from "rowlens";
import { insertValues, selectedRows } from "rowlens/drizzle";

const plan = compile({
  version: 1,
  enums: { state: ["open", "closed"] },
  collections: {
    things: {
      table: "things",
      key: { column: "id", as: "uuid" },
      columns: {
        price: { path: "price", type: "numeric" },
        ratio: { path: "ratio", type: "numeric", bson: "number" },
        wei: { path: "wei", type: "numeric" },
        height: { path: "height", type: "bigint" },
        size: { path: "size", type: "bigint" },
        made_at: { path: "madeAt", type: "timestamptz(3)" },
        seen_at: { path: "seenAt", type: "timestamp(3)" },
        day: { path: "day", type: "date" },
        due: { path: "due", type: "date" },
        prices: { path: "prices", type: "numeric[]", bson: "number" },
        tags: { path: "tags", type: "text[]" },
        state: { path: "state", type: "state" },
        data: { path: "data", type: "bytea" },
        meta: { path: "meta", type: "jsonb" },
        is_on: { path: "isOn", type: "boolean" },
        score: { path: "score", type: "double precision" },
        version: { path: "__v", type: "integer" },
      },
      complement: "doc_rest",
    },
  },
});
const collection = plan.collection("things");
const bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });
const columns = {
  id: uuid("id").primaryKey(),
  price: numeric("price"),
  ratio: numeric("ratio", { mode: "number" }),
  wei: numeric("wei", { mode: "bigint" }),
  height: bigint("height", { mode: "bigint" }),
  size: bigint("size", { mode: "number" }),
  madeAt: timestamp("made_at", { withTimezone: true, precision: 3 }),
  seenAt: timestamp("seen_at", { precision: 3, mode: "string" }),
  day: date("day"),
  due: date("due", { mode: "date" }),
  prices: numeric("prices", { mode: "number" }).array(),
  tags: text("tags").array(),
  state: pgEnum("state", ["open", "closed"])("state"),
  data: bytea("data"),
  meta: jsonb("meta").$type<{ a: unknown[] }>(),
  isOn: boolean(),
  score: doublePrecision("score"),
  version: integer("version"),
  docRest: jsonb("doc_rest"),
  addedAt: timestamp("added_at").defaultNow(),
};
const things = pgTable("things", columns);
const documents = [
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3b"), price: Decimal128.fromString("12.50"), ratio: 0.25, wei: Decimal128.fromString("123456789012345678901234567890"), height: Long.fromString("9007199254740993"), size: Long.fromNumber(7), madeAt: new Date(1_700_000_000_123), seenAt: new Date(1_700_000_000_456), day: new Date("2026-01-31T00:00:00Z"), due: new Date("2026-02-01T00:00:00Z"), prices: [1.5, 2], tags: ["a", "b, \"c\""], state: "open", data: Buffer.from([0, 1, 255]), meta: { a: [1, "x", null] }, isOn: true, score: 1.25, __v: 3 },
  { _id: new ObjectId("65f1a2b3c4d5e6f708192a3c"), price: "odd", legacy: true },
];
const bson = documents.map((document) => serialize(document));

describe("rowlens/drizzle", () => {
  const values = insertValues(things, collection.toRows(bson).table("things"));

  it("gives the values of an insert, in each column's mode", () => {
    expectTypeOf(values).toEqualTypeOf<(typeof things.$inferInsert)[]>();
    expect(values[0]).toEqual({
      id: "65f1a2b3-c4d5-80e6-80f7-08192a3b6f69", price: "12.50", ratio: 0.25, wei: 123456789012345678901234567890n, height: 9007199254740993n, size: 7,
      madeAt: new Date(1_700_000_000_123), seenAt: "2023-11-14 22:13:20.456", day: "2026-01-31", due: new Date("2026-02-01T00:00:00Z"), prices: [1.5, 2], tags: ["a", "b, \"c\""],
      state: "open", data: Uint8Array.of(0, 1, 255), meta: { a: [1, "x", null] }, isOn: true, score: 1.25, version: 3, docRest: null,
    });
    expect(values[1]).toMatchObject({ price: null, docRest: { fields: { price: "odd", legacy: true } } });
  });

  it("comes back from Drizzle's select as the same documents", async () => {
    const client = new PGlite();
    await client.exec(plan.ddl());
    await client.exec("ALTER TABLE things ADD COLUMN added_at timestamp DEFAULT now()");
    const db = drizzle(client, { casing: "snake_case" });
    await db.insert(things).values(values);
    const rows = await db.select().from(things).orderBy(things.id);
    for (const [index, row] of rows.entries()) expect(row).toMatchObject({ ...values[index] });
    const back = collection.toDocuments({ things: selectedRows(things, rows, collection) });
    expect(back.documents.map((document, index) => equalDocuments(document, bson[index] as Uint8Array))).toEqual([true, true]);
    await client.close();
  });

  it("refuses what a mode cannot hold, or tells", () => {
    const rows = collection.toRows({ _id: new ObjectId(), size: 9007199254740993n }).table("things");
    expect(() => insertValues(things, rows)).toThrow(/`things`, column `size`, row 0: `9007199254740993` is beyond/);
    const issues: Issue[] = [];
    expect(insertValues(things, rows, { onInexact: (issue) => issues.push(issue) })[0]).toMatchObject({ size: "9007199254740993" });
    expect(issues).toMatchObject([{ code: "value-inexact", column: "size" }]);
  });

  it("reads far dates as what they are, and refuses what no Date is", () => {
    const values = (due: Date): unknown => insertValues(things, collection.toRows({ _id: new ObjectId(), due }).table("things"))[0]?.due;
    expect(values(new Date("+012026-02-01T00:00:00Z"))).toEqual(new Date("+012026-02-01T00:00:00Z"));
    expect(() => values(new Date("-000043-03-15T00:00:00Z"))).toThrow(/`0044-03-15 BC` is not a Date/);
  });

  it("names what the Drizzle table lacks", () => {
    const { docRest: _, ...some } = columns;
    const rows = collection.toRows(bson).table("things");
    expect(() => insertValues(pgTable("things", some), rows)).toThrow(/has no column `doc_rest`; add it/);
    expect(() => insertValues(pgTable("things", { ...some, docRest: jsonb("doc_rst") }), rows)).toThrow(/is it `doc_rst`\?/);
    expect(() => insertValues({} as never, rows)).toThrow(RowlensError);
    expect(() => selectedRows(pgTable("other", columns), [], collection)).toThrow(/no table `other`; it has `things`/);
  });
});
