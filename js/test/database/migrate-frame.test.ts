import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { compile, migrate, parseExtendedJson, type CollectionMapping, type Mapping, type Plan } from "rowlens";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { expectMoved, fill, read, run, type Target } from "../support/migrating.ts";
import { ownDatabase, pglite, sharedServer } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };

const things = (more: Partial<CollectionMapping>): Mapping => ({ version: 1, collections: { things: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", ...more } } });
const n = { path: "n", type: "integer" };
const from = things({ columns: { n, tags: { path: "tags", type: "text[]" } }, children: [{ table: "events", path: "events[]", columns: { at: { path: "at", type: "text" } } }, { table: "still", path: "still[]", columns: { v: { path: "@", type: "text" } } }] });
const to = things({ columns: { n, tags: { path: "tags", type: "jsonb" }, name: { path: "name", type: "text" } }, children: [{ table: "events", path: "events[]", columns: { at: { path: "at", type: "text" }, kind: { path: "kind", type: "text" } } }, { table: "still", path: "still[]", columns: { v: { path: "@", type: "text" } } }] });
const documents = parseExtendedJson([
  '{ "_id": 1, "n": 1, "tags": ["a", null], "name": "x", "events": [{ "at": "now", "kind": "k" }, { "at": "then" }], "still": ["s", "t"], "more": { "$numberLong": "5" } }',
  '{ "_id": 2, "n": "odd", "tags": [null, 5], "still": ["u"] }',
].join("\n"));
const rows = (sql: string): Promise<Record<string, unknown>[]> => here.session.query({ text: sql, parameters: [] }) as Promise<Record<string, unknown>[]>;
const one = async (sql: string): Promise<unknown> => (await rows(`SELECT (${sql})::text AS x`))[0]?.x;

type Failed = Error & { hint?: string };
const failure = (work: Promise<unknown>): Promise<Failed | undefined> => work.then(() => undefined, (error: unknown) => error as Failed);

/** Refused with the message and what to do, and nothing has changed. */
async function refused(old: Plan, plan: Plan, message: RegExp, hint: RegExp, begin = "BEGIN"): Promise<void> {
  const before = await read(here, old, "things");
  await here.exec(begin);
  const error = await failure(here.exec(migrate(old, plan).sql));
  await here.exec("ROLLBACK");
  expect(error?.message).toMatch(message);
  expect(error?.hint).toMatch(hint);
  expect(await read(here, old, "things")).toEqual(before);
}

describe("the last defence: what the new tables say is held against what the old ones said", () => {
  const statements = migrate(compile(from), compile(to)).statements;
  const damaged = (what: string, with_: string): string => {
    const sql = statements.join("\n");
    expect(sql).toContain(what);
    return sql.replace(what, with_);
  };
  const before = (damage: string): string => damaged("-- The last defence", `${damage};\n-- The last defence`);
  const DAMAGE: [string, () => string, RegExp][] = [
    ["a row of a child that is written anew is lost", () => before("DELETE FROM events WHERE ordinal = 1"), /afterwards the document 1 would be another/],
    ["a value that moves changes", () => before("UPDATE things SET name = 'y' WHERE id = 1"), /afterwards the document 1 would be another/],
    ["an array loses an element", () => before("UPDATE things SET tags = '[\"a\"]' WHERE id = 1"), /afterwards the document 1 would be another/],
    ["the complement is lost", () => before("UPDATE things SET rest = NULL WHERE id = 2"), /afterwards the document 2 would be another/],
    ["a field of the complement that stays is lost", () => before("UPDATE things SET rest = NULL WHERE id = 1"), /rows that do not move are not what they were/],
    ["a document is lost", () => before("DELETE FROM things WHERE id = 2"), /afterwards the document 2 would be gone|rows that do not move/],
    ["a value that stays changes", () => before("UPDATE things SET n = 2 WHERE id = 1"), /rows that do not move are not what they were/],
    ["a row of a child that stays is lost", () => before("DELETE FROM still WHERE v = 't'"), /rows that do not move are not what they were: of still/],
    ["children are not written", () => statements.filter((statement) => !statement.startsWith('INSERT INTO "events"')).join("\n"), /rows of `events` are not what was written/],
    ["another value is written, and the complement has a say", () => damaged("'text', '', NULL, NULL, NULL)::text AS c", "'text', '', NULL, NULL, NULL)::text || 'x' AS c"), /rows of `things` are not what was written/],
  ];
  it.each(DAMAGE)("%s", async (_, sql, message) => {
    await fill(here, compile(from), { things: documents });
    const was = await read(here, compile(from), "things");
    await here.exec("BEGIN");
    const error = await failure(here.exec(sql()));
    await here.exec("ROLLBACK");
    expect(error?.message).toMatch(message);
    expect(error?.hint).toMatch(/^nothing was changed/);
    expect(await read(here, compile(from), "things")).toEqual(was);
  });

  it("and without damage everything moves", () => expectMoved(here, from, to, { things: documents }));
});

describe("the transaction", () => {
  it("sees what others have committed: another isolation is refused", async () => {
    await fill(here, compile(from), { things: documents });
    await refused(compile(from), compile(to), /must run in a transaction that is READ COMMITTED/, /begin it with ISOLATION LEVEL READ COMMITTED/, "BEGIN ISOLATION LEVEL REPEATABLE READ");
  });

  it("is needed where only names change, too, so that nothing stops in the middle", async () => {
    const [old, plan] = [compile(from), compile(things({ table: "goods", columns: { m: n, tags: { path: "tags", type: "text[]" } }, children: from.collections.things?.children ?? [] }))];
    await fill(here, old, { things: documents });
    const each = async (): Promise<void> => {
      for (const statement of migrate(old, plan).statements) await here.exec(statement);
    };
    await expect(each()).rejects.toThrow("rowlens: this migration must run in one transaction");
    expect((await read(here, old, "things")).documents).toHaveLength(2);
    await run(here, old, plan);
    expect((await read(here, plan, "things")).documents).toHaveLength(2);
  });

  it("keeps its settings: what comes behind the migration in the same one finds those of the connection, and constraints as they were declared", async () => {
    const settings = ["array_nulls", "row_security", "timezone", "datestyle", "bytea_output", "extra_float_digits"];
    const now = (): Promise<Record<string, unknown>[]> => rows(`SELECT name, current_setting(name) AS x FROM unnest('{${settings.join()}}'::text[]) name`);
    await fill(here, compile(from), { things: documents });
    await here.exec("CREATE TABLE likes (thing integer REFERENCES things DEFERRABLE INITIALLY DEFERRED, other integer REFERENCES things DEFERRABLE)");
    await here.exec("SET timezone = 'America/New_York'; SET datestyle = 'SQL, DMY'; SET bytea_output = 'escape'; SET extra_float_digits = 0; SET array_nulls = off");
    try {
      const before = await now();
      await here.exec(`BEGIN; INSERT INTO likes VALUES (1, 1); ${migrate(compile(from), compile(to)).sql}`);
      expect(await now()).toEqual(before);
      await here.exec("INSERT INTO likes VALUES (7, 1); SAVEPOINT a");
      expect((await failure(here.exec("INSERT INTO likes VALUES (1, 7)")))?.message).toMatch(/foreign key/);
      await here.exec("ROLLBACK TO a; DELETE FROM likes; COMMIT");
      expect((await read(here, compile(to), "things")).documents).toHaveLength(2);
    } finally {
      await here.exec("RESET ALL; ROLLBACK");
    }
  });

  it("settings of the connection change nothing: NULLs in arrays", async () => {
    await here.exec("SET array_nulls = off");
    try {
      await expectMoved(here, things({ columns: { tags: { path: "tags", type: "jsonb" } } }), things({ columns: { tags: { path: "tags", type: "text[]" } } }), { things: documents });
    } finally {
      await here.exec("RESET array_nulls");
    }
  });
});

describe("what others have put on the tables", () => {
  it("triggers and rules would take a move for a write", async () => {
    await fill(here, compile(from), { things: documents });
    await here.exec("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 99; RETURN NEW; END $$; CREATE TRIGGER touched BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION touch()");
    await refused(compile(from), compile(to), /^rowlens: trigger `touched` of `things` would run/, /DISABLE TRIGGER/);
    await here.exec("ALTER TABLE things DISABLE TRIGGER touched; CREATE RULE quiet AS ON DELETE TO events DO INSTEAD NOTHING");
    await refused(compile(from), compile(to), /^rowlens: rule `quiet` of `events` would change/, /DISABLE RULE/);
    await here.exec("ALTER TABLE events DISABLE RULE quiet");
    await run(here, compile(from), compile(to));
    expect(await one("SELECT n FROM things WHERE id = 1")).toBe("1");
  });

  it("triggers where only digests are emptied", async () => {
    const hashed = (more: object): Plan => compile(things({ complement: null, columns: { a: { path: "a", type: "integer" }, ...more }, hash: "digest" }));
    const [old, plan] = [hashed({}), hashed({ b: { path: "b", type: "integer" } })];
    await fill(here, old, { things: parseExtendedJson('{ "_id": 1, "a": 5 }') });
    await here.exec("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER touched AFTER UPDATE ON things EXECUTE FUNCTION touch()");
    await refused(old, plan, /^rowlens: trigger `touched`/, /DISABLE TRIGGER/);
  });

  it("policies that hide rows", async () => {
    await fill(here, compile(from), { things: documents });
    await here.exec("DROP ROLE IF EXISTS mover; CREATE ROLE mover; GRANT ALL ON SCHEMA public TO mover; ALTER TABLE things OWNER TO mover; ALTER TABLE events OWNER TO mover; ALTER TABLE still OWNER TO mover");
    await here.exec("ALTER TABLE things ENABLE ROW LEVEL SECURITY; ALTER TABLE things FORCE ROW LEVEL SECURITY; CREATE POLICY only_one ON things USING (id = 1)");
    await here.exec("BEGIN; SET LOCAL ROLE mover");
    const error = await failure(here.exec(migrate(compile(from), compile(to)).sql));
    await here.exec("ROLLBACK");
    expect(error?.message).toMatch(/row-level security policy for table "things"/);
    await here.exec("ALTER TABLE things NO FORCE ROW LEVEL SECURITY; BEGIN; SET LOCAL ROLE mover");
    await here.exec(migrate(compile(from), compile(to)).sql);
    await here.exec("COMMIT");
    expect((await read(here, compile(to), "things")).documents).toHaveLength(2);
  });

  it("a role that may not make temporary tables is told so", async () => {
    await fill(here, compile(from), { things: documents });
    const name = (await rows("SELECT quote_ident(current_database()) AS x"))[0]?.x as string;
    await here.exec(`DROP ROLE IF EXISTS poor; CREATE ROLE poor; REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC; BEGIN; SET LOCAL ROLE poor`);
    const error = await failure(here.exec(migrate(compile(from), compile(to)).sql));
    await here.exec(`ROLLBACK; GRANT TEMPORARY ON DATABASE ${name} TO PUBLIC`);
    expect(error?.message).toMatch(/^rowlens: this role may not make temporary tables/);
    expect(error?.hint).toMatch(/GRANT TEMPORARY/);
  });

  const byClass = things({ columns: { kind: { path: "kind", type: "text" } }, discriminator: { path: "kind", variants: { a: { table: "class_a", columns: { x: { path: "x", type: "text" } } } } } });
  it("a column on a variant's table is not dropped in silence", async () => {
    await fill(here, compile(byClass), { things: parseExtendedJson('{ "_id": 1, "kind": "a", "x": "1" }') });
    await here.exec("ALTER TABLE class_a ADD COLUMN note text DEFAULT 'mine'");
    await refused(compile(byClass), compile(things({ columns: { kind: { path: "kind", type: "text" } } })), /^rowlens: `note` of `class_a` is no column of the mapping/, /map the column/);
  });

  const checked: [string, string, RegExp][] = [
    ["a CHECK on a column that gets another type", "ALTER TABLE things ADD CONSTRAINT few CHECK (cardinality(tags) < 9)", /^rowlens: constraint few on table things is not of the mapping, and would go with column `tags` of table `things`/],
    ["a unique index", "CREATE UNIQUE INDEX once ON things (tags)", /^rowlens: index once is not of the mapping/],
    ["a foreign key to a table that goes", "CREATE TABLE likes (id integer, ordinal integer, FOREIGN KEY (id, ordinal) REFERENCES gone)", /^rowlens: constraint .* is not of the mapping, and would go with table `gone`/],
  ];
  const going = things({ columns: { n, tags: { path: "tags", type: "text[]" } }, children: [{ table: "gone", path: "gone[]", columns: { v: { path: "@", type: "text" } } }] });
  const went = things({ columns: { n, tags: { path: "tags", type: "jsonb" }, gone: { path: "gone", type: "jsonb" } } });
  it.each(checked)("%s does not go in silence", async (_, sql, message) => {
    await fill(here, compile(going), { things: documents });
    await here.exec(sql);
    await refused(compile(going), compile(went), message, /drop it first, and add it again afterwards/);
  });

  it("indexes, defaults and grants that go are said", async () => {
    await fill(here, compile(going), { things: documents });
    await here.exec("DROP ROLE IF EXISTS reader; CREATE ROLE reader; GRANT SELECT ON gone TO reader; GRANT SELECT (tags) ON things TO reader; CREATE INDEX mine ON things (tags); ALTER TABLE things ALTER COLUMN tags SET DEFAULT '{}'");
    const said: string[] = [];
    await here.exec("BEGIN");
    await database.exec(migrate(compile(going), compile(went)).sql, { onNotice: (notice) => said.push(notice.message ?? "") });
    await here.exec("COMMIT");
    expect(said.filter((text) => text.startsWith("rowlens: ")).sort()).toEqual([
      "rowlens: default value for column tags of table things goes with column `tags` of table `things`",
      "rowlens: index mine goes with column `tags` of table `things`",
      "rowlens: what is granted to reader goes with column `tags` of table `things`",
      "rowlens: what is granted to reader goes with table `gone`",
    ]);
  });
});

describe.each(["15", "18"] as const)("PostgreSQL %s", async (major) => {
  const server = await sharedServer(major);
  it.skipIf(server === undefined)("writers wait until the migration is through, and none slips in between", async () => {
    const own = await ownDatabase(server as { host: string; user: string });
    const [a, b] = [new pg.Client(own.connection), new pg.Client(own.connection)];
    await Promise.all([a.connect(), b.connect()]);
    try {
      const there: Target = { session: pgSession(a), exec: (sql) => a.query(sql) };
      await fill(there, compile(from), { things: documents });
      const { statements } = migrate(compile(from), compile(to));
      const taken = statements.findIndex((statement) => statement.includes("CREATE TEMPORARY TABLE"));
      // One writes and has not committed when the migration begins; the migration waits, and sees what it wrote.
      await b.query("BEGIN; INSERT INTO things (id, n, rest) VALUES (3, 3, '{\"v\": 1, \"fields\": {\"name\": \"late\"}}')");
      await a.query("BEGIN");
      const begun = a.query(statements.slice(0, taken).join("\n"));
      await expect.poll(async () => (await b.query("SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")).rows[0].n).toBe(1);
      await b.query("COMMIT");
      await begun;
      // Another one comes between two statements: it waits for the end.
      let written = false;
      const writing = b.query("INSERT INTO events VALUES (3, 0, 'late')").then(() => (written = true));
      for (const statement of statements.slice(taken)) await a.query(statement);
      expect(written).toBe(false);
      await a.query("COMMIT");
      await writing;
      expect((await a.query("SELECT name FROM things WHERE id = 3")).rows).toEqual([{ name: "late" }]);
      expect((await read(there, compile(to), "things")).documents).toHaveLength(3);
    } finally {
      await Promise.all([a.end(), b.end()]);
      await own.drop();
    }
  }, 60_000);
});
