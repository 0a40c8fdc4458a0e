import { afterAll, describe, expect, it } from "vitest";
import { compile, migrate, parseExtendedJson, type CollectionMapping, type Mapping } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { live, type Live } from "../support/live.ts";
import { expectMoved, fill, read, run, type Target } from "../support/migrating.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };
const one = async (sql: string): Promise<unknown> => (await here.session.query({ text: `SELECT (${sql})::text AS x`, parameters: [] }))[0]?.x;

const things = (more: Partial<CollectionMapping>, name = "things", mapping: Partial<Mapping> = {}): Mapping => ({ version: 1, ...mapping, collections: { [name]: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", ...more } } });
const mapped = { columns: { n: { path: "n", type: "integer" } } } as const;
const documents = parseExtendedJson('{ "_id": 1, "n": 1 }\n{ "_id": 2, "n": 2, "s": "a\\\\b", "l": ["x", null] }');
const refused = async (from: Mapping, to: Mapping, message: RegExp, help: RegExp, target = here): Promise<void> => {
  const before = await read(target, compile(from), Object.keys(from.collections)[0] as string);
  const error = await run(target, compile(from), compile(to)).then(() => undefined, (error: unknown) => error as Error & { hint?: string });
  expect(error?.message).toMatch(message);
  expect(error?.hint ?? "").toMatch(help);
  expect(await read(target, compile(from), Object.keys(from.collections)[0] as string)).toEqual(before);
};

describe("what was deleted stays deleted", () => {
  const versioned = { version: { path: "v", column: "version" } };
  const buried = "INSERT INTO rowlens_tombstones (collection, key, version) VALUES ('things', '9', 7)";

  it("tombstones follow a collection that gets another name", async () => {
    const [from, to] = [compile(things(versioned)), compile(things(versioned, "items"))];
    await fill(here, from, { things: documents });
    await here.exec(buried);
    await run(here, from, to);
    expect(await one("SELECT string_agg(collection || key || version, ',') FROM rowlens_tombstones")).toBe("items97");
  });

  it("collections exchange their names, and their tombstones", async () => {
    const two = (a: string, b: string): Mapping => ({ version: 1, collections: { [a]: { table: "one", key: { column: "id", as: "integer" }, ...versioned }, [b]: { table: "two", key: { column: "id", as: "integer" }, ...versioned } } });
    const [from, to] = [compile(two("a", "x")), compile(two("b", "y"))];
    await fill(here, from, {});
    await here.exec("INSERT INTO rowlens_tombstones (collection, key, version) VALUES ('a', '1', 1), ('x', '1', 2)");
    await run(here, from, to);
    expect(await one("SELECT string_agg(collection || key || version, ',' ORDER BY collection) FROM rowlens_tombstones")).toBe("b11,y12");
  });

  it("tombstones go to another schema and name with the mapping", async () => {
    const [from, to] = [compile(things(versioned, "things", { schema: "public" })), compile(things(versioned, "things", { schema: "other", tombstones: "graves" }))];
    await fill(here, from, { things: documents });
    await here.exec(buried);
    await run(here, from, to);
    expect(await one("SELECT string_agg(collection || key || version, ',') FROM other.graves")).toBe("things97");
    // A schema that only one of them names, there and back.
    const unnamed = compile(things(versioned));
    await run(here, to, unnamed);
    expect(await one("SELECT string_agg(collection || key || version, ',') FROM public.rowlens_tombstones")).toBe("things97");
    await run(here, unnamed, to);
    expect(await one("SELECT string_agg(collection || key || version, ',') FROM other.graves")).toBe("things97");
  });

  it("tombstones stay where no collection has a version any more, and are there again", async () => {
    const [from, to] = [compile(things(versioned)), compile(things({}))];
    await fill(here, from, { things: documents });
    await here.exec(buried);
    await run(here, from, to);
    await run(here, to, from);
    expect(await one("SELECT string_agg(collection || key || version, ',') FROM rowlens_tombstones")).toBe("things97");
  });

  it("versions of another kind are not taken for the same", () => {
    const refuse = (): unknown => migrate(compile(things(versioned)), compile(things({ version: { path: "at", column: "version" } })));
    expect(refuse).toThrow(/the version of `things` is another one/);
    expect(refuse).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ code: "migration-version" })] }));
  });

  it("the keys of id_map follow a collection that gets another name", async () => {
    const looked = (name: string): Mapping => ({ version: 1, collections: { [name]: { table: "things", key: { column: "id", as: "lookup", type: "bigint" } } } });
    const [from, to] = [compile(looked("things")), compile(looked("items"))];
    await fill(here, from, {});
    await here.exec(`INSERT INTO id_map VALUES ('things', '{"$oid":"65a000000000000000000001"}', '5')`);
    await run(here, from, to);
    expect(await one("SELECT string_agg(collection || pg_id, ',') FROM id_map")).toBe("items5");
  });
});

describe("what stands around the tables", () => {
  it("no trigger or rule changes what is written", async () => {
    await fill(here, compile(things(mapped)), { things: documents });
    await here.exec("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.rest := NULL; RETURN NEW; END'; CREATE TRIGGER touch BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION touch()");
    await refused(things(mapped), things({}), /^rowlens: trigger `touch` of `things` would run/, /DISABLE TRIGGER/);
    await here.exec("ALTER TABLE things DISABLE TRIGGER touch; CREATE RULE never AS ON UPDATE TO things DO INSTEAD NOTHING");
    await refused(things(mapped), things({}), /^rowlens: rule `never` of `things` would change/, /DISABLE RULE/);
    await here.exec("DROP RULE never ON things");
    await run(here, compile(things(mapped)), compile(things({})));
    expect((await read(here, compile(things({})), "things")).documents).toHaveLength(2);
  });

  const touched = { note: ["INSERT", "DELETE"], things: ["UPDATE"] } as const;
  it.each(Object.entries(touched).flatMap(([table, events]) => events.map((event) => [event, table] as const)))("triggers and rules ON %s of %s are seen", async (event, table) => {
    const noted = (type: string): Mapping => things({ children: [{ table: "note", path: "note[]", columns: { n: { path: "@", type } } }] });
    await fill(here, compile(noted("integer")), { things: parseExtendedJson('{ "_id": 1, "note": [1] }') });
    await here.exec(`CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER quiet BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION quiet()`);
    await refused(noted("integer"), noted("boolean"), new RegExp(`^rowlens: trigger \`quiet\` of \`${table}\` would run`), /DISABLE TRIGGER/);
    await here.exec(`DROP FUNCTION quiet() CASCADE; CREATE RULE quiet AS ON ${event} TO ${table} DO INSTEAD NOTHING`);
    await refused(noted("integer"), noted("boolean"), new RegExp(`^rowlens: rule \`quiet\` of \`${table}\` would change`), /DISABLE RULE/);
  });

  it("no policy hides rows", async () => {
    await fill(here, compile(things(mapped)), { things: documents });
    await here.exec("CREATE ROLE mover; GRANT ALL ON SCHEMA public TO mover; ALTER TABLE things OWNER TO mover; ALTER TABLE things ENABLE ROW LEVEL SECURITY; ALTER TABLE things FORCE ROW LEVEL SECURITY; CREATE POLICY odd ON things USING (id = 1)");
    await here.exec("GRANT TEMPORARY ON DATABASE postgres TO mover; SET ROLE mover");
    try {
      const error = await run(here, compile(things(mapped)), compile(things({}))).then(() => undefined, (error: unknown) => error as Error);
      expect(error?.message).toMatch(/row-level security/);
    } finally {
      await here.exec("RESET ROLE");
    }
    expect(await one("SELECT count(*) FROM things WHERE n IS NOT NULL")).toBe("2");
  });

  it("a column of others in a table of a variant is not dropped in silence", async () => {
    const classed = (own: boolean): Mapping => things({ columns: { kind: { path: "kind", type: "text" } }, discriminator: { path: "kind", variants: { card: { ...(own ? { table: "cards" } : {}), columns: { digits: { path: "digits", type: "text" } } } } } });
    const cards = parseExtendedJson('{ "_id": 1, "kind": "card", "digits": "42" }');
    await fill(here, compile(classed(true)), { things: cards });
    await here.exec("ALTER TABLE cards ADD COLUMN mine text; UPDATE cards SET mine = 'x'");
    await refused(classed(true), classed(false), /^rowlens: `mine` of `cards` is no column of the mapping/, /map the column/);
    await here.exec("ALTER TABLE cards DROP COLUMN mine");
    await run(here, compile(classed(true)), compile(classed(false)));
    expect(await one("SELECT digits FROM things")).toBe("42");
  });

  it("what the connection is set to makes no difference", async () => {
    await database.exec("SET array_nulls = off; SET standard_conforming_strings = off; SET escape_string_warning = off; SET backslash_quote = off");
    try {
      await expectMoved(here, things({}), things({ columns: { s: { path: "s", type: "odd" }, l: { path: "l", type: "text[]" } } }, "things", { enums: { odd: ["a\\b", "c"] } }), { things: documents });
    } finally {
      await database.exec("RESET ALL");
    }
  });
});

describe("one transaction", () => {
  it("that sees what was written while it waited", async () => {
    await fill(here, compile(things(mapped)), { things: documents });
    const { sql } = migrate(compile(things(mapped)), compile(things({})));
    await expect(here.exec(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${sql} COMMIT`)).rejects.toThrow(/^rowlens: this migration must run in a transaction that is READ COMMITTED/);
    await here.exec("ROLLBACK");
    expect(await one("SELECT sum(n) FROM things")).toBe("3");
  });

  it("for changes of form, too", async () => {
    await fill(here, compile(things(mapped)), { things: documents });
    const { statements } = migrate(compile(things(mapped)), compile(things({ table: "goods", columns: { m: { path: "n", type: "integer" } } })));
    expect(statements.length).toBeGreaterThan(4);
    await expect((async () => { for (const statement of statements) await here.exec(statement); })()).rejects.toThrow(/^rowlens: this migration must run in one transaction/);
    expect(await one("SELECT sum(n) FROM things")).toBe("3");
  });
});

describe("the last defence: every document is read again", () => {
  const list = things({ columns: { n: { path: "n", type: "integer" } }, children: [{ table: "l", path: "l[]", columns: { value: { path: "@", type: "text" } } }] });
  const { statements } = migrate(compile(things({})), compile(list));
  const defence = statements.findIndex((statement) => statement.startsWith("-- The last defence"));
  const broken = async (sql: string): Promise<void> => {
    await fill(here, compile(things({})), { things: [...documents, ...parseExtendedJson('{ "_id": 3, "n": "odd" }')] });
    await here.exec("BEGIN");
    await here.exec(statements.toSpliced(defence, 0, sql).join("\n")).finally(() => here.exec("ROLLBACK"));
  };

  it.each([
    ["a column", "UPDATE things SET n = 7 WHERE id = 1;"],
    ["a row of a child", "DELETE FROM l WHERE ordinal = 0;"],
    ["a complement", "UPDATE things SET rest = NULL WHERE id = 3;"],
  ])("%s that is wrong afterwards is refused", async (_, sql) => {
    await expect(broken(sql)).rejects.toThrow(/^rowlens: afterwards the document \d would be another/);
  });

  it("and so is a root row that is gone", async () => {
    await expect(broken("DELETE FROM things WHERE id = 2;")).rejects.toThrow(/^rowlens: afterwards the document 2 would be gone/);
  });
});

describe.each(["18", "15"] as const)("others who are at it (%s)", async (server) => {
  const versioned = { version: { path: "v", column: "version" } };
  const own = await live(server, things(versioned));
  afterAll(() => own?.close(), 60_000);

  it.skipIf(own === undefined)("a deletion that is not at its end is waited for: its tombstone follows, too", async () => {
    const { db, inside, run: exec, rows } = own as Live;
    await db.apply("things", { _id: 1, v: 1 });
    let done: Promise<unknown> = Promise.resolve();
    await inside(async (other) => {
      expect(await other.delete("things", 1, { version: 7 })).toMatchObject({ outcome: "deleted" });
      done = exec(`BEGIN; ${migrate(compile(things(versioned)), compile(things(versioned, "items"))).sql} COMMIT`);
      await expect.poll(async () => (await rows("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))[0]?.count, { timeout: 5_000 }).toBe("1");
    });
    await done;
    expect(await rows("SELECT collection || key || version AS x FROM rowlens_tombstones")).toEqual([{ x: "items17" }]);
  });
});
