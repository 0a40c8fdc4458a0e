import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { compile, migrate, parseExtendedJson, type CollectionMapping, type Lookups, type Mapping } from "rowlens";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { a, awkward, b, canonical, documents, FORMS, friend, IDS, keyed, lookup, oid, things, unknown } from "../support/looked-up.ts";
import { expectMoved, fill, run, type Target } from "../support/migrating.ts";
import { ownDatabase, pglite, sharedServer } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };
const rows = (sql: string): Promise<Record<string, unknown>[]> => here.session.query({ text: sql, parameters: [] }) as Promise<Record<string, unknown>[]>;

const pairs = (forms: Record<string, Mapping>): [string, string][] => Object.keys(forms).flatMap((from) => Object.keys(forms).filter((to) => to !== from).map((to): [string, string] => [from, to]));

describe("ids that are looked up move, and are found or lead back by what id_map says", () => {
  it.each(pairs(FORMS))("from %s to %s", (from, to) => expectMoved(here, FORMS[from] as Mapping, FORMS[to] as Mapping, awkward, { lookups: keyed("bigint") }), 60_000);

  it.each(["uuid", "text", "integer"])("by keys of type %s", async (type) => {
    const [bare, full] = [things({}, lookup(type)), JSON.parse(JSON.stringify(FORMS.tables).replaceAll("bigint", type)) as Mapping];
    const columns = JSON.parse(JSON.stringify(FORMS.columns).replaceAll("bigint", type)) as Mapping;
    for (const [from, to] of [[bare, full], [full, columns], [columns, bare]] as const) await expectMoved(here, from, to, awkward, { lookups: keyed(type) });
  }, 120_000);

  it("where a column held ObjectIds as they are, and back", async () => {
    const plain = things({ columns: { friend: { path: "friend", type: "uuid", as: "uuid" }, friends: { path: "friends", type: "uuid[]", as: "uuid" } } }, lookup("uuid"));
    const looked = things({ columns: { friend: { path: "friend", type: "uuid", ref: "users" }, friends: { path: "friends", type: "uuid[]", ref: "users" } } }, lookup("uuid"));
    for (const [from, to] of [[plain, looked], [looked, plain]] as const) await expectMoved(here, from, to, awkward, { lookups: keyed("uuid") });
  }, 60_000);

  it("where another collection is meant: the same key is another id", async () => {
    const mapping = (ref: string): Mapping => ({ version: 1, collections: { ...things({ columns: { friend: { ...friend, ref } } }).collections, others: { table: "others", key: lookup("bigint"), complement: "rest" } } });
    const others: Lookups = [["others", canonical(b), "7"], ["others", canonical(a), "8"]];
    await expectMoved(here, mapping("users"), mapping("others"), awkward, { lookups: [...keyed("bigint"), ...others] });
  }, 60_000);

  it("where collections get other names with the same migration", async () => {
    const names = { users: "people", things: "objects" };
    for (const [from, to] of [["columns", "complement"], ["complement", "tables"], ["tables", "columns"]] as const) {
      const renamed = JSON.parse(JSON.stringify(FORMS[to]).replaceAll('"ref":"users"', '"ref":"people"').replace('"users":{', '"people":{').replace('"things":{', '"objects":{')) as Mapping;
      await expectMoved(here, FORMS[from] as Mapping, renamed, awkward, { lookups: keyed("bigint"), names });
    }
  }, 60_000);

  it("in variants, with tables of their own and without, and in elements of kinds", async () => {
    const kind = { path: "kind", type: "text" };
    const variants = (table?: string): Mapping => things({ columns: { kind }, discriminator: { path: "kind", variants: { x: { ...(table === undefined ? {} : { table }), columns: { friend, boss: { path: "o.boss", type: "bigint", ref: "users" } } }, y: { columns: { other: { path: "friends", type: "bigint[]", ref: "users" } } } } } });
    const elements = things({ columns: { kind, friend }, children: [{ table: "notes", path: "notes[]", columns: { kind }, discriminator: { path: "kind", variants: { x: { columns: { of: { path: "by", type: "bigint", ref: "users" } } } } } }] });
    const forms = { one: variants(), own: variants("xs"), elements, complement: things({ columns: { kind } }) };
    const kinds = documents(...IDS.slice(0, 9).concat([unknown]).flatMap((id) => ["x", "y", "z"].map((kind) => ({ kind, friend: id, friends: [id, a], o: { boss: id }, notes: [{ kind: "x", by: id }, { kind: "y", by: id }] }))));
    for (const [from, to] of pairs(forms)) await expectMoved(here, forms[from as "one"], forms[to as "one"], kinds, { lookups: keyed("bigint") });
  }, 120_000);

  it("as the keys of elements", async () => {
    const mapping = (children: NonNullable<CollectionMapping["children"]>): Mapping => ({ version: 1, collections: { users: { table: "users", key: lookup("uuid"), complement: "rest", children } } });
    const members = { table: "members", path: "members[]", key: { column: "member", as: "lookup" }, columns: { n: { path: "n", type: "integer" } } } as never;
    const lists = { users: parseExtendedJson([{ _id: a, members: [{ _id: b, n: 1 }, { _id: "ann", n: "x" }] }, { _id: b }, { _id: "ann", members: [] }].map((document) => JSON.stringify(document)).join("\n")) };
    for (const [from, to] of [[mapping([]), mapping([members])], [mapping([members]), mapping([])]] as const) await expectMoved(here, from, to, lists, { lookups: keyed("uuid") });
    // One without a key has no row.
    const bare = compile(mapping([]));
    const [strange] = parseExtendedJson(JSON.stringify({ _id: a, members: [{ _id: unknown }] })) as [Uint8Array];
    await fill(here, bare, { users: [strange] }, keyed("uuid"));
    await expect(run(here, bare, compile(mapping([members])))).rejects.toThrow("rowlens: an element has no identity that its key column holds");
  }, 60_000);

  it("the version of documents that comes from such a field, and from one beside it", async () => {
    const columns = { boss: { path: "o.boss", type: "bigint", ref: "users" } };
    const versioned = (path: string): Mapping => things({ columns, version: { path, column: "v" } });
    await fill(here, compile(things({ columns })), documents({ o: { boss: 5, n: 3 } }, { o: { boss: { $numberLong: "5" } } }, { o: { boss: a, n: 4 } }), keyed("bigint"));
    for (const [path, wanted] of [["o.boss", ["5", "5", null]], ["o.n", ["3", null, "4"]]] as const) {
      await here.exec("BEGIN");
      await here.exec(migrate(compile(things({ columns })), compile(versioned(path))).sql);
      expect((await rows("SELECT v::text AS v FROM things ORDER BY id")).map(({ v }) => v)).toEqual(wanted);
      await here.exec("ROLLBACK");
    }
  });
});

describe("id_map", () => {
  it("is there when the mapping comes to look up, follows a schema, and stays when nothing is looked up any more", async () => {
    const plain: Mapping = { version: 1, schema: "public", collections: { things: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", columns: { friend: { path: "friend", type: "uuid", as: "uuid" } } } } };
    const looked = (schema: string, columns: CollectionMapping["columns"]): Mapping => ({ ...things({ columns: columns as never }, lookup("uuid")), schema });
    const column = { friend: { path: "friend", type: "uuid", ref: "users" } };
    const steps = [plain, looked("public", column), looked("other", {}), looked("other", column), looked("public", column)].map((mapping) => compile(mapping));
    await fill(here, steps[0] as never, documents({ friend: a }, { friend: unknown }), keyed("uuid", [a]));
    const wanted = ["65656565-6565-8065-8065-656565656f69", "00000000-0000-4000-8000-000000000000", undefined, "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"];
    for (const [index, plan] of steps.entries()) {
      if (index > 0) await run(here, steps[index - 1] as never, plan);
      const [row] = await rows(`SELECT to_jsonb(t) ->> 'friend' AS friend FROM ${index === 2 || index === 3 ? "other" : "public"}.things t ORDER BY id`);
      expect(row?.friend ?? undefined).toBe(wanted[index]);
    }
    // Where it is not there, it comes, and nothing has a key.
    await fill(here, steps[0] as never, documents({ friend: a }));
    await run(here, steps[0] as never, steps[1] as never);
    expect(await rows("SELECT friend, rest #>> '{fields,friend}' AS id FROM things")).toEqual([{ friend: null, id: "65".repeat(12) }]);
    expect(await rows("SELECT * FROM id_map")).toEqual([]);
  });

  it("leaves nothing behind, and two migrations share a transaction", async () => {
    const [from, to] = [compile(FORMS.columns as Mapping), compile(FORMS.tables as Mapping)];
    await fill(here, from, awkward, keyed("bigint"));
    await here.exec(`BEGIN; ${migrate(from, to).sql}`);
    await here.exec(`${migrate(to, from).sql} COMMIT`);
    expect(await rows("SELECT proname AS name FROM pg_proc WHERE proname LIKE 'rowlens%' UNION ALL SELECT relname FROM pg_class WHERE relname LIKE 'rowlens%'")).toEqual([]);
    expect(migrate(compile(FORMS.complement as Mapping), compile(things({ columns: { n: { path: "n", type: "integer" } } }))).sql).not.toContain("CREATE TEMPORARY TABLE rowlens_ids");
  });
});

describe.each(["18", "15"] as const)("on PostgreSQL %s", async (major) => {
  const server = await sharedServer(major);
  const open = async (): Promise<{ a: pg.Client; b: pg.Client; there: Target; close(): Promise<void> }> => {
    const own = await ownDatabase(server as { host: string; user: string });
    const [a, b] = [new pg.Client(own.connection), new pg.Client(own.connection)];
    await Promise.all([a.connect(), b.connect()]);
    return { a, b, there: { session: pgSession(a), exec: (sql) => a.query(sql) }, close: async () => { await Promise.all([a.end(), b.end()]); await own.drop(); } };
  };

  it.skipIf(server === undefined)("the same moves", async () => {
    const { there, close } = await open();
    try {
      for (const [from, to] of [["complement", "columns"], ["columns", "tables"], ["tables", "jsonb"], ["tables", "complement"]] as const) await expectMoved(there, FORMS[from] as Mapping, FORMS[to] as Mapping, awkward, { lookups: keyed("bigint") });
    } finally {
      await close();
    }
  }, 120_000);

  it.skipIf(server === undefined)("whoever adds to id_map comes before the migration, and is seen, or after it", async () => {
    const { a, b, there, close } = await open();
    try {
      const [from, to] = [compile(things()), compile(FORMS.columns as Mapping)];
      await fill(there, from, documents({ friend: oid("65") }, { friend: oid("66") }), keyed("bigint", [oid("65")]));
      await b.query(`BEGIN; INSERT INTO id_map VALUES ('users', '${canonical(oid("66"))}', '8')`);
      await a.query("BEGIN");
      const moving = a.query(migrate(from, to).sql);
      const waiting = "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
      await expect.poll(async () => (await b.query(waiting)).rows[0].n).toBe(1);
      // No table is locked before `id_map` is: whoever has added an id may still write its document.
      await b.query("INSERT INTO things (id) VALUES (7); COMMIT");
      await moving;
      expect((await a.query("SELECT friend FROM things ORDER BY id")).rows.map((row) => row.friend)).toEqual(["7", "8", null]);
      const late = b.query(`INSERT INTO id_map VALUES ('users', '"late"', '9')`);
      await expect.poll(async () => (await a.query(waiting)).rows[0].n).toBe(1);
      await a.query("COMMIT");
      await late;
    } finally {
      await close();
    }
  }, 60_000);
});
