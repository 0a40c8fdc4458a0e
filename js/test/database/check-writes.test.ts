import { describe, expect, it } from "vitest";
import { compile, type Issue, type Mapping } from "rowlens";
import { checkDatabase } from "../../src/database/check.ts";
import type { Session } from "../../src/database/session.ts";
import { plain } from "../../src/database/transaction-sql.ts";
import { useScratch } from "../support/scratch.ts";

const mapping: Mapping = {
  version: 1,
  collections: {
    makers: { table: "makers", key: { column: "id", as: "lookup", type: "text" }, complement: "rest" },
    things: {
      table: "things", key: { column: "id", as: "text" }, version: { path: "v", column: "ver" }, complement: "rest",
      columns: { name: { path: "name", type: "text" }, n: { path: "n", type: "integer" }, maker: { path: "maker", type: "text", ref: "makers", foreignKey: true }, buyer: { path: "buyer", type: "text", ref: "makers" } },
      indexes: [{ columns: ["name"], unique: true, where: "name > ''" }, { columns: ["n", "name"] }],
      children: [{ table: "parts", path: "parts[]", columns: { name: { path: "name", type: "text" } } }],
    },
  },
};
const plan = compile(mapping);

/** What is done, what is found, and what mends it: the findings' help, unless it says otherwise; nothing that one statement could where it is empty. */
interface Damage {
  sql: string;
  found: string[];
  mend?: string[];
}

const ci = "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
const veto = "CREATE FUNCTION veto() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$";
const maker = (to: string): string => `ALTER TABLE things DROP CONSTRAINT things_maker_fkey; ALTER TABLE things ADD CONSTRAINT things_maker_fkey FOREIGN KEY (maker) REFERENCES ${to}`;

const damages: Record<string, Damage> = {
  "tombstones without the time of the delete": { sql: "ALTER TABLE rowlens_tombstones DROP deleted_at", found: ["error column-missing rowlens_tombstones.deleted_at"] },
  "tombstones whose time of the delete nobody fills": { sql: "ALTER TABLE rowlens_tombstones ALTER deleted_at DROP DEFAULT", found: ["error column-unwritten rowlens_tombstones.deleted_at"] },
  "tombstones with another precision": { sql: "ALTER TABLE rowlens_tombstones ALTER deleted_at TYPE timestamp(0)", found: [] },
  "id_map where two ids may have one key": { sql: "ALTER TABLE id_map DROP CONSTRAINT id_map_collection_pg_id_key", found: ["error key-missing id_map"] },
  "another primary key beside": { sql: "ALTER TABLE parts DROP CONSTRAINT parts_pkey; ALTER TABLE parts ADD nth serial PRIMARY KEY", found: ["error key-missing parts"] },
  "no foreign key": { sql: "ALTER TABLE things DROP CONSTRAINT things_maker_fkey", found: ["warning foreign-key-missing things.maker"] },
  "a foreign key to another table": { sql: `CREATE TABLE old (id text PRIMARY KEY); ${maker("old")}`, found: ["error foreign-key-target things.maker"] },
  "a foreign key that cascades by hand": { sql: maker("makers ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"), found: ["error foreign-key-action things.maker"] },
  "a foreign key that sets NULL by hand": { sql: maker("makers ON DELETE SET NULL"), found: ["error foreign-key-action things.maker"] },
  "a foreign key that is checked at once": { sql: maker("makers"), found: ["warning foreign-key-immediate things.maker"] },
  "a foreign key that the mapping does not know, without actions": { sql: "ALTER TABLE things ADD FOREIGN KEY (buyer) REFERENCES makers", found: [] },
  "a foreign key that the mapping does not know, with an action": { sql: "ALTER TABLE things ADD CONSTRAINT mine FOREIGN KEY (buyer) REFERENCES makers ON DELETE CASCADE", found: ["warning foreign-key-action things"], mend: ["ALTER TABLE things DROP CONSTRAINT mine"] },
  "a foreign key to a table that is not mapped": { sql: "CREATE TABLE shelves (id text PRIMARY KEY); ALTER TABLE things ADD FOREIGN KEY (buyer) REFERENCES shelves ON DELETE CASCADE", found: [] },
  "no unique index": { sql: "DROP INDEX things_name_idx", found: ["warning index-missing things"] },
  "an index that is not unique": { sql: "DROP INDEX things_name_idx; CREATE INDEX things_name_idx ON things (name) WHERE name > ''", found: ["warning index-missing things"] },
  "a unique index of all rows": { sql: "DROP INDEX things_name_idx; CREATE UNIQUE INDEX mine ON things (name)", found: ["warning index-missing things"] },
  "a unique index of another name": { sql: "ALTER INDEX things_name_idx RENAME TO mine", found: [] },
  "no index": { sql: "DROP INDEX things_n_name_idx", found: ["warning index-missing things"] },
  "an index in another order": { sql: "DROP INDEX things_n_name_idx; CREATE INDEX ON things (name, n)", found: ["warning index-missing things"] },
  "an index on an expression": { sql: "DROP INDEX things_n_name_idx; CREATE INDEX ON things ((n + 1), name)", found: ["warning index-missing things"] },
  "an index with one more column": { sql: "DROP INDEX things_n_name_idx; CREATE INDEX ON things (n, name, buyer)", found: [] },
  "a trigger that may drop rows": { sql: `${veto}; CREATE TRIGGER v BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION veto()`, found: ["warning trigger-before things"], mend: ["ALTER TABLE things DISABLE TRIGGER v"] },
  "a trigger of deletes": { sql: `${veto}; CREATE TRIGGER v BEFORE DELETE ON parts FOR EACH ROW EXECUTE FUNCTION veto()`, found: ["warning trigger-before parts"], mend: ["DROP TRIGGER v ON parts"] },
  "triggers that change nothing": { sql: `${veto}; CREATE TRIGGER a AFTER INSERT ON things FOR EACH ROW EXECUTE FUNCTION veto(); CREATE TRIGGER s BEFORE INSERT ON things FOR EACH STATEMENT EXECUTE FUNCTION veto()`, found: [] },
  "a rule": { sql: "CREATE RULE r AS ON INSERT TO parts DO INSTEAD NOTHING", found: ["error table-rules parts"], mend: ["DROP RULE r ON parts"] },
  "a table that inherits": { sql: "CREATE TABLE old_things () INHERITS (things)", found: ["error table-inherited things"], mend: ["ALTER TABLE old_things NO INHERIT things"] },
  "array_nulls is off": { sql: "SET LOCAL array_nulls = off", found: ["warning array-nulls"], mend: ["SET LOCAL array_nulls = on"] },
};

const shown = (issues: readonly Issue[]): string[] => issues.map((issue) => [issue.severity, issue.code, [issue.table, issue.column].filter((name) => name !== undefined).join(".")].filter((part) => part !== "").join(" "));
const run = async (session: Session, texts: readonly string[]): Promise<void> => {
  for (const text of texts.flatMap((all) => all.split(/; (?=ALTER|CREATE)/))) await session.query(plain(text));
};

describe.each(["pglite", "18", "15"] as const)("checkDatabase and what writes meet (%s)", (server) => {
  const scratch = useScratch(server);
  const damaged = (sql: string, body: (session: Session, issues: Issue[]) => Promise<void>): Promise<void> => scratch.run(`${plan.ddl({ idMap: true })}; ${sql}`, async (session) => body(session, await checkDatabase(session, plan)));

  it("nothing where the DDL was run", async () => {
    await damaged("SELECT", async (_, issues) => expect(issues).toEqual([]));
  });

  it.each(Object.entries(damages))("%s", async (_, { sql, found, mend }) => {
    await damaged(sql, async (session, issues) => {
      expect(shown(issues)).toEqual(found);
      for (const { help, path, table } of issues) {
        expect(help).toBeTruthy();
        if (table === "things" || table === "parts") expect(path).toBe("collections.things");
      }
      await run(session, mend ?? issues.map(({ help }) => help as string));
      expect(await checkDatabase(session, plan)).toEqual([]);
    });
  }, 30_000);

  it.skipIf(server === "pglite")("the case of the database's own: keys that a collation takes for equal (H27)", async () => {
    await scratch.run(`${ci}; ${plan.ddl({ idMap: true })}; ALTER TABLE parts DROP CONSTRAINT parts_things_id_fkey; ALTER TABLE parts ALTER things_id TYPE text COLLATE ci; ALTER TABLE things ALTER id TYPE text COLLATE ci, ALTER name TYPE text COLLATE ci; ALTER TABLE parts ADD FOREIGN KEY (things_id) REFERENCES things ON DELETE CASCADE`, async (session) => {
      const issues = await checkDatabase(session, plan);
      expect(shown(issues)).toEqual(["error key-collation things.id", "error key-collation parts.things_id"]);
      for (const { help } of issues) expect(help).toContain("COLLATE \"C\"");
    });
  });

  it.skipIf(server === "pglite")("collations of root and child that differ", async () => {
    await damaged("ALTER TABLE parts ALTER things_id TYPE text COLLATE \"und-x-icu\"", async (session, issues) => {
      // The database's own gives way to any other.
      expect(issues).toEqual([]);
      await session.query(plain('ALTER TABLE things ALTER id TYPE text COLLATE "C"'));
      expect(shown(await checkDatabase(session, plan))).toEqual(["error key-collation parts.things_id"]);
    });
  });

  it.skipIf(server === "pglite")("a client_encoding that is not UTF8", async () => {
    await damaged("SET LOCAL client_encoding = 'LATIN1'", async (_, issues) => expect(issues).toMatchObject([{ severity: "error", code: "client-encoding", help: expect.stringContaining("UTF8") as string }]));
  });
});

describe("checkDatabase (18)", () => {
  const scratch = useScratch("18");

  it("a foreign key that is not enforced is none", async () => {
    await scratch.run(`${plan.ddl({ idMap: true })}; ALTER TABLE parts DROP CONSTRAINT parts_things_id_fkey; ALTER TABLE parts ADD FOREIGN KEY (things_id) REFERENCES things ON DELETE CASCADE NOT ENFORCED`, async (session) => {
      expect(shown(await checkDatabase(session, plan))).toEqual(["error foreign-key-cascade parts"]);
    });
  });

  it("a trigger of one partition", async () => {
    const own = compile({ version: 1, collections: { c: { table: "c", key: { column: "id", as: "integer" }, complement: "rest" } } });
    await scratch.run(`${veto}; CREATE TABLE c (id integer PRIMARY KEY, rest jsonb) PARTITION BY HASH (id); CREATE TABLE c_0 PARTITION OF c FOR VALUES WITH (MODULUS 1, REMAINDER 0); CREATE TRIGGER v BEFORE INSERT ON c_0 FOR EACH ROW EXECUTE FUNCTION veto(); CREATE TRIGGER w BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION veto()`, async (session) => {
      const issues = await checkDatabase(session, own);
      expect(shown(issues)).toEqual(["warning trigger-before c", "warning trigger-before c"]);
      expect(issues.map(({ help }) => help)).toEqual([expect.stringContaining('TABLE c_0 DISABLE TRIGGER "v"'), expect.stringContaining('TABLE c DISABLE TRIGGER "w"')]);
    });
  });
});
