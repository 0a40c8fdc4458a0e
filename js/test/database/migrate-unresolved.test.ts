import { afterAll, describe, expect, it } from "vitest";
import { compile, migrate, RowlensError, type Lookups, type Mapping } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { a, b, canonical, documents, FORMS, friend, keyed, list, lookup, one, things, unknown } from "../support/looked-up.ts";
import { expectMoved, fill, read, run, type Target } from "../support/migrating.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };
const rows = (sql: string): Promise<Record<string, unknown>[]> => here.session.query({ text: sql, parameters: [] }) as Promise<Record<string, unknown>[]>;

describe("answers that came, changed or went since documents were written", () => {
  const some = documents({ o: { boss: b }, notes: [{ by: b, n: "x" }, { by: a }, { by: b }] }, { o: { boss: a }, notes: [{ by: a }] }, { o: { boss: unknown, n: 1 }, notes: [{ by: unknown, n: 4 }] });
  const late: Lookups = [["users", canonical(b), "8"]];
  const early: Lookups = [["users", canonical(a), "7"]];
  const tables = FORMS.tables as Mapping;

  it("ids whose key came later are no loss, and rows get it", async () => {
    for (const to of ["complement", "columns", "jsonb", "other tables"]) {
      const plan = compile(FORMS[to] as Mapping);
      await fill(here, compile(tables), some, early);
      await here.exec("INSERT INTO id_map VALUES ('users', '{\"$oid\":\"666666666666666666666666\"}', '8')");
      await run(here, compile(tables), plan);
      const moved = await read(here, plan, "things", [...early, ...late]);
      expect(moved.codes).toEqual([]);
      const things = plan.collection("things");
      const content = (list: readonly Uint8Array[]): unknown[] => list.map((document) => [String(things.keyOf(document)), things.toRows(document, {}).tables.map((table) => table.objects())]).sort();
      expect(content(moved.documents)).toEqual(content(some.things));
    }
    // Rows are those that the new mapping writes now.
    const wider = things({ columns: { friend, note: { path: "note", type: "text" } }, children: [{ ...list("notes"), columns: { ...list("notes").columns, deep: { path: "deep", type: "text" } } }] });
    const was = things({ columns: { friend }, children: [list("notes")] });
    await fill(here, compile(wider), some, [...early, ...late]);
    const wanted = await rows("SELECT things_id, ordinal, \"of\", n FROM notes ORDER BY 1, 2");
    await fill(here, compile(was), some, early);
    await here.exec("INSERT INTO id_map VALUES ('users', '{\"$oid\":\"666666666666666666666666\"}', '8')");
    await run(here, compile(was), compile(wider));
    expect(await rows("SELECT things_id, ordinal, \"of\", n FROM notes ORDER BY 1, 2")).toEqual(wanted);
  }, 60_000);

  it("in a column whose form stays, beside a field that moves", async () => {
    const [was, is] = [things({ columns: { boss: { path: "o.boss", type: "bigint", ref: "users" } } }), things({ columns: { boss: { path: "o.boss", type: "bigint", ref: "users" }, n: { path: "o.n", type: "integer" } } })];
    const list = documents({ o: { boss: b, n: 1 } }, { o: { boss: a, n: 1 } }, { o: { boss: unknown } });
    await fill(here, compile(is), list, [...early, ...late]);
    const wanted = await rows("SELECT * FROM things ORDER BY id");
    await fill(here, compile(was), list, early);
    await here.exec("INSERT INTO id_map VALUES ('users', '{\"$oid\":\"666666666666666666666666\"}', '8')");
    await run(here, compile(was), compile(is));
    expect(await rows("SELECT * FROM things ORDER BY id")).toEqual(wanted);
  });

  it("a column that was written since wins over its entry", async () => {
    const from = compile(FORMS.columns as Mapping);
    await fill(here, from, documents({ friend: unknown }, { friend: a }, {}), [...early, ...late]);
    await here.exec("UPDATE things SET friend = 8");
    const before = await read(here, from, "things", [...early, ...late]);
    expect(before.codes).toEqual(["complement-stale friend"]);
    await run(here, from, compile(things()));
    expect((await rows("SELECT rest -> 'fields' ->> 'friend' AS friend FROM things")).map((row) => row.friend)).toEqual(Array(3).fill("66".repeat(12)));
  });

  it("and in tables of elements: an entry that would change a row is refused", async () => {
    const byId = things({ children: [{ table: "notes", path: "notes[]", columns: { own: { path: "_id", type: "text" }, of: { path: "by", type: "bigint", ref: "users" } } }] });
    await fill(here, compile(byId), documents({ notes: [{ _id: "k", by: unknown }] }), keyed("bigint"));
    await here.exec("UPDATE notes SET \"of\" = 7");
    await expect(run(here, compile(byId), compile(things()))).rejects.toThrow("rowlens: the complement no longer agrees with rows of `notes`");
    await here.exec("UPDATE notes SET \"of\" = NULL");
    await run(here, compile(byId), compile(things()));
    expect(await rows("SELECT rest #>> '{fields,notes,0,by}' AS id FROM things")).toEqual([{ id: "ff".repeat(12) }]);
  });
});

describe("what id_map does not say, or not once, is refused, and nothing changes", () => {
  const REFUSED: [string, string, string, string, object, string | RegExp][] = [
    ["a key that has no id", "columns", "complement", "DELETE FROM id_map WHERE pg_id = '7'", { friend: a }, "`id_map` has no id for the key 7 of `users`, which a row has"],
    ["a key in an array that has no id", "columns", "jsonb", "UPDATE things SET friends = '{7,4711}'", { friends: [a, b] }, "`id_map` has no id for the key 4711 of `users`, which a row has"],
    ["a key of an element that has no id", "tables", "jsonb", "UPDATE notes SET \"of\" = 4711", { notes: [{ by: a }] }, "`id_map` has no id for the key 4711 of `users`, which a row has"],
    ["an id that is another collection's", "columns", "complement", "UPDATE id_map SET collection = 'others'", { friend: a }, "`id_map` has no id for the key 7 of `users`, which a row has"],
    ["two ids of a key", "columns", "complement", "ALTER TABLE id_map DROP CONSTRAINT id_map_collection_pg_id_key; UPDATE id_map SET pg_id = '7'", { friend: a }, "`id_map` has two ids for the key 7 of `users`"],
    ["two ids of a key that a document gets", "complement", "columns", "ALTER TABLE id_map DROP CONSTRAINT id_map_collection_pg_id_key; UPDATE id_map SET pg_id = '7'", { friend: a }, "`id_map` has two ids for the key 7 of `users`"],
    ["two keys of an id", "complement", "columns", "ALTER TABLE id_map DROP CONSTRAINT id_map_pkey; INSERT INTO id_map SELECT collection, mongo_id, '47' || pg_id FROM id_map", { friend: a }, /`id_map` has two keys for the id \{"\$oid": "(65){12}"\} of `users`/],
    ["a key that its column does not print", "complement", "columns", "UPDATE id_map SET pg_id = '07' WHERE pg_id = '7'", { friend: a }, /what `id_map` has for the id \{"\$oid": "(65){12}"\} of `users` is no key of that collection/],
    ["a key that its column does not hold", "complement", "tables", "UPDATE id_map SET pg_id = '9223372036854775808' WHERE pg_id = '7'", { friend: a }, /is no key of that collection/],
    ["an id that is no Extended JSON", "columns", "complement", "UPDATE id_map SET mongo_id = 'x' WHERE pg_id = '7'", { friend: a }, "the id that `id_map` has for the key 7 of `users` is none that SQL can say"],
    ["an id with U+0000", "columns", "complement", "UPDATE id_map SET mongo_id = '\"a\\u0000\"' WHERE pg_id = '7'", { friend: a }, "the id that `id_map` has for the key 7 of `users` is none that SQL can say"],
    ["an id with U+0000 that a document has", "complement", "columns", "UPDATE id_map SET mongo_id = '\"a\\u0000\"' WHERE pg_id = '7'", { friend: "a\u0000" }, "whether `id_map` has a key of `users` for an id that is an object of several fields, or has U+0000, SQL cannot tell"],
    ["an id whose keys have an order that jsonb does not keep", "columns", "complement", `UPDATE id_map SET mongo_id = '{"b":"x","a":"y"}' WHERE pg_id = '7'`, { friend: a }, "the id that `id_map` has for the key 7 of `users` is none that SQL can say"],
    ["an id in which a key stands twice", "columns", "complement", `UPDATE id_map SET mongo_id = '{"a":"x","a":"y"}' WHERE pg_id = '7'`, { friend: a }, "the id that `id_map` has for the key 7 of `users` is none that SQL can say"],
    ["id_map that is not there", "columns", "complement", "ALTER TABLE id_map RENAME TO elsewhere", { friend: a }, "there is no table `id_map`, and ids that are looked up move"],
    ["an id of several fields that a document has", "complement", "columns", `UPDATE id_map SET mongo_id = '{"b":"x","a":"y"}' WHERE pg_id = '7'`, { friend: { a: "y", b: "x" } }, "whether `id_map` has a key of `users` for an id that is an object of several fields"],
  ];
  it.each(REFUSED)("%s", async (_, from, to, damage, document, message) => {
    const old = compile(FORMS[from] as Mapping);
    const answers = keyed("bigint", [a, b]);
    await fill(here, old, documents(document), answers);
    await here.exec(damage);
    const content = async (): Promise<unknown> => [await rows("SELECT * FROM things"), await rows(`SELECT * FROM ${damage.includes("elsewhere") ? "elsewhere" : "id_map"} ORDER BY 1, 2`)];
    const before = await content();
    const error = await run(here, old, compile(FORMS[to] as Mapping)).then(() => undefined, (thrown: Error) => thrown);
    expect(error?.message).toMatch(/^rowlens: /);
    expect(error?.message).toMatch(message);
    expect(await content()).toEqual(before);
  });

  it("but what nothing that moves needs may be there", async () => {
    const old = compile(FORMS.columns as Mapping);
    await fill(here, old, documents({ friend: a, friends: [{ a: 1, b: 2 }] }), keyed("bigint", [a, b]));
    await here.exec(`INSERT INTO id_map VALUES ('users', 'x', 'y'), ('users', '"\\u0000"', '08'), ('other', '5', '7')`);
    await here.exec("UPDATE things SET friends = NULL, rest = NULL");
    await run(here, old, compile(things()));
    expect(await rows("SELECT rest ->> 'fields' AS fields FROM things")).toEqual([{ fields: `{"friend": "${"65".repeat(12)}"}` }]);
  });

  it("ids with a blank are another spelling: the core does not find them, but keys lead back to them", async () => {
    const [bare, columns] = [compile(things()), compile(FORMS.columns as Mapping)];
    const spelled = "UPDATE id_map SET mongo_id = '{\"$oid\": \"656565656565656565656565\"}' WHERE pg_id = '7'";
    await fill(here, bare, documents({ friend: a }), keyed("bigint", [a]));
    await here.exec(spelled);
    await run(here, bare, columns);
    expect(await rows("SELECT friend FROM things")).toEqual([{ friend: null }]);
    await fill(here, columns, documents({ friend: a }), keyed("bigint", [a]));
    await here.exec(spelled);
    await run(here, columns, bare);
    expect(await rows("SELECT rest #>> '{fields,friend}' AS friend FROM things")).toEqual([{ friend: "65".repeat(12) }]);
  });

  it("compound ids whose keys stand in jsonb's order lead back, elements with entries included", async () => {
    const compound = { a: 1, bb: { c: "x" } };
    for (const to of ["complement", "jsonb"]) await expectMoved(here, FORMS.tables as Mapping, FORMS[to] as Mapping, documents({ friend: compound, notes: [{ by: a, n: 1 }], friends: [compound], m: { x: compound } }), { lookups: keyed("bigint", [a, compound]) });
  });

  it("the key of users itself cannot change, nor a version come through tables", () => {
    const codes = (from: Mapping, to: Mapping): string[] => {
      try {
        return migrate(compile(from), compile(to)) && [];
      } catch (error) {
        return (error as RowlensError).issues.map((issue) => issue.code);
      }
    };
    expect(codes(things({}, lookup("uuid")), things({}, { column: "id" }))).toEqual(["migration-identity", "migration-identity"]);
    expect(codes(things({ children: [one] }), things({ children: [one], version: { path: "o.n", column: "v" } }))).toEqual(["migration-lookup"]);
    expect(codes(FORMS.columns as Mapping, FORMS.tables as Mapping)).toEqual([]);
  });
});
