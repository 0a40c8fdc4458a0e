import { encodeDocument } from "rowlens";
import { beforeEach, expect, it } from "vitest";
import type { DocumentInput } from "rowlens";
import { onEachServer } from "../support/each-server.ts";

const mapping = { version: 1, collections: { c: { table: "c", key: { column: "id", as: "text" }, hash: "row_hash", complement: "rest", columns: { n: { path: "n", type: "integer", bson: "number" } }, children: [{ table: "c_list", path: "list[]", columns: { v: { path: "@", type: "text" } } }] } } };
/** What somebody did to the tables: no primary key, so that nothing keeps NULL out. */
const UNDONE = "ALTER TABLE c DROP CONSTRAINT c_pkey CASCADE; ALTER TABLE c_list DROP CONSTRAINT c_list_pkey; ALTER TABLE c ALTER id DROP NOT NULL; ALTER TABLE c_list ALTER c_id DROP NOT NULL;";

onEachServer("rows without their key", mapping, UNDONE, (get) => {
  const documents: DocumentInput = Array.from({ length: 40 }, (_, n) => encodeDocument({ _id: `k${n}`, n, list: ["x"] }));
  beforeEach(async () => {
    await get().run("TRUNCATE c, c_list");
    await get().db.load("c", [documents], { into: "empty", unguarded: true });
  });
  const compared = (stored: boolean) => get().db.compare("c", () => [documents], { stored });

  it("are counted, in all tables, and nothing is equal then", async () => {
    expect(await compared(false)).toMatchObject({ equal: true, keyless: 0, queries: 1 });
    await get().run("INSERT INTO c (n) VALUES (1), (2); INSERT INTO c_list (ordinal, v) VALUES (0, 'lost')");
    expect(await compared(false)).toMatchObject({ equal: false, keyless: 3, differing: 0, database: { documents: 42, rows: 83 } });
    await get().run("UPDATE c SET n = 100 WHERE id = 'k7'");
    expect(await compared(false)).toMatchObject({ equal: false, keyless: 3, differing: 1, counts: { differing: 1 } });
  });

  it("are counted where digests are stored, too", async () => {
    expect(await compared(true)).toMatchObject({ equal: true, keyless: 0, queries: 1 });
    await get().run("INSERT INTO c (n) VALUES (1); INSERT INTO c_list (ordinal, v) VALUES (0, 'lost')");
    expect(await compared(true)).toMatchObject({ equal: false, keyless: 2 });
  });
});
