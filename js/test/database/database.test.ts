import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { compile, encodeDocument } from "rowlens";
import { Database as FromDrizzle, drizzleDatabase } from "rowlens/drizzle";
import { Database, pgliteDatabase } from "rowlens/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const plan = compile({
  version: 1,
  collections: {
    users: {
      table: "users",
      key: { column: "id", as: "text" },
      columns: { name: { path: "name", type: "text" } },
      children: [{ table: "user_tags", path: "tags[]", ordinal: "position", columns: { tag: { path: "@", type: "text" } } }],
      complement: "rest",
    },
  },
});
const documents = ["a", "b", "c"].map((_id, index) => encodeDocument({ _id, name: `name ${index}`, tags: ["x", "y"].slice(index) }));

describe("a database, as the package gives it", () => {
  const pglite = new PGlite();
  const db = pgliteDatabase(pglite, plan);

  beforeAll(async () => {
    await pglite.exec(plan.ddl());
    await db.session.transaction(async (own) => {
      for (const table of plan.collection("users").toRows(documents).tables) await own.copyIn(table.sql.copyIn, [table.copyBinary()]);
    });
  }, 60_000);
  afterAll(() => pglite.close());

  it("reads documents by id, and all of them", async () => {
    const read = await db.read("users", ["b", "z"]);
    expect(Buffer.from(read.bson)).toEqual(Buffer.from(documents[1] as Uint8Array));
    expect(read.missing).toEqual(["z"]);
    const all: Uint8Array[] = [];
    for await (const { bson } of db.stream("users")) all.push(bson);
    expect(Buffer.concat(all)).toEqual(Buffer.concat(documents));
  });

  it("compares, tells digests, and checks what is there", async () => {
    expect(await db.compare("users", [documents])).toMatchObject({ equal: true, documents: 3, rows: 6 });
    expect(await db.compare("users", [documents.slice(1)])).toMatchObject({ equal: false, differing: 1 });
    expect(await db.digests("users")).toMatchObject([{ documents: 3, rows: 6 }]);
    expect((await db.checkDatabase()).filter(({ severity }) => severity === "error")).toEqual([]);
    await pglite.exec("ALTER TABLE users RENAME name TO other");
    expect((await db.checkDatabase()).filter(({ severity }) => severity === "error")).not.toEqual([]);
    await pglite.exec("ALTER TABLE users RENAME other TO name");
  });

  it("within a transaction of Drizzle's sees what that has written", async () => {
    const undo = new Error("undo");
    await expect(drizzle(pglite).transaction(async (tx) => {
      const inside = drizzleDatabase(tx, plan);
      expect(inside.session.inTransaction).toBe(true);
      await tx.execute("UPDATE users SET name = 'changed' WHERE id = 'a'");
      expect((await inside.compare("users", () => [documents])).counts).toEqual({ differing: 1 });
      throw undo;
    })).rejects.toBe(undo);
    expect((await db.compare("users", [documents])).equal).toBe(true);
  });

  it("is one class, whichever entry it comes from; a wrong collection is named", async () => {
    expect(Database).toBe(FromDrizzle);
    await expect(db.read("user", ["a"])).rejects.toMatchObject({ code: "unknown-collection" });
    expect(() => db.stream("user")).toThrow(expect.objectContaining({ code: "unknown-collection" }));
  });
});
