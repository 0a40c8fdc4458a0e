import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, RowlensError, type Issue, type Mapping } from "rowlens";
import { pgSession } from "../../src/adapters/pg/session.ts";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { checkDatabase } from "../../src/database/check.ts";
import type { Session } from "../../src/database/session.ts";
import { ownDatabase, pglite, sharedServer, type ServerName } from "../support/servers/index.ts";

const mapping: Mapping = {
  version: 1,
  enums: { state: ["open", "paid"] },
  collections: {
    users: { table: "users", key: { column: "id", as: "lookup", type: "bigint" }, complement: "doc_rest" },
    payments: {
      table: "payments", key: { column: "id" }, complement: "doc_rest", version: { path: "updatedAt", column: "source_version" }, hash: "row_hash",
      columns: {
        state: { path: "state", type: "state" },
        states: { path: "states", type: "state[]" },
        note: { path: "note", type: "varchar(10)" },
        amount: { path: "amount", type: "numeric(10,2)" },
        tags: { path: "tags", type: "text[]" },
        updated_at: { path: "updatedAt", type: "timestamptz(3)" },
        "Who \"paid\"": { path: "who", type: "bigint", ref: "users", foreignKey: true },
      },
      indexes: [
        { columns: ["note"], unique: true, nullsNotDistinct: true, where: "note > ''" }, { columns: ["amount", "updated_at"], unique: true, deferrable: true }, { columns: ["tags"], using: "gin" },
        { columns: ["Who \"paid\""], using: "hash" }, { columns: ["source_version"], using: "brin" }, { columns: ["doc_rest"], using: "gin" }, { columns: ["row_hash"] },
      ],
      children: [{ table: "payment_events", path: "events[]", columns: { kind: { path: "kind", type: "text" } }, children: [{ table: "event_notes", path: "notes{}" }] }],
    },
  },
};
const plan = compile(mapping);

/** What is done to a database that fits, what is found then, and what mends it where the finding's help is not that very statement. */
interface Damage {
  sql: string[];
  found: string[];
  mend?: string[];
}

/** What a table that was made by hand lacks. */
const made = ['warning foreign-key-missing payments.Who "paid"', ...Array.from({ length: 7 }, () => "warning index-missing payments")];

const damages: Record<string, Damage> = {
  "a table is missing": { sql: ["DROP TABLE event_notes"], found: ["error table-missing event_notes"], mend: ["CREATE TABLE event_notes (payments_id uuid, payment_events_ordinal int, key text, PRIMARY KEY (payments_id, payment_events_ordinal, key), FOREIGN KEY (payments_id, payment_events_ordinal) REFERENCES payment_events ON DELETE CASCADE)"] },
  "a table is where search_path does not lead": { sql: ["CREATE SCHEMA old", "ALTER TABLE payment_events SET SCHEMA old"], found: ["error table-missing payment_events"], mend: ["ALTER TABLE old.payment_events SET SCHEMA public"] },
  "search_path leads to another schema": { sql: ["CREATE SCHEMA newer", "SET LOCAL search_path = newer, public"], found: ["users", "payments", "payment_events", "event_notes", "id_map", "rowlens_tombstones"].map((table) => `warning table-schema ${table}`), mend: ["SET LOCAL search_path = public"] },
  "a view stands in for a table": { sql: ["ALTER TABLE event_notes RENAME TO hidden", "CREATE VIEW event_notes AS SELECT * FROM hidden"], found: ["error table-kind event_notes"], mend: ["DROP VIEW event_notes", "ALTER TABLE hidden RENAME TO event_notes"] },
  "the table of tombstones is missing": { sql: ["DROP TABLE rowlens_tombstones"], found: ["error table-missing rowlens_tombstones"], mend: ["CREATE TABLE rowlens_tombstones (collection text, key text, version bigint NOT NULL, deleted_at timestamptz DEFAULT now(), PRIMARY KEY (collection, key))"] },
  "id_map has keys of another type": { sql: ["ALTER TABLE id_map ALTER pg_id TYPE bigint USING pg_id::bigint"], found: ["error column-type id_map.pg_id"] },
  "a column is missing": { sql: ["ALTER TABLE payments DROP COLUMN amount"], found: ["error column-missing payments.amount", "warning index-missing payments"] },
  "the version's and the digest's columns are missing": { sql: ["ALTER TABLE payments DROP COLUMN source_version, DROP COLUMN row_hash"], found: ["error column-missing payments.source_version", "error column-missing payments.row_hash", "warning index-missing payments", "warning index-missing payments"] },
  "a column that needs quotes is missing": { sql: ['ALTER TABLE payments DROP COLUMN "Who ""paid"""'], found: ['error column-missing payments.Who "paid"', 'warning foreign-key-missing payments.Who "paid"', "warning index-missing payments"] },
  "a shorter varchar": { sql: ["ALTER TABLE payments ALTER note TYPE varchar(5)"], found: ["error column-type payments.note"] },
  "a longer varchar": { sql: ["ALTER TABLE payments ALTER note TYPE varchar(50)"], found: ["warning column-type payments.note"], mend: ["ALTER TABLE payments ALTER note TYPE varchar(10)"] },
  "text for varchar": { sql: ["ALTER TABLE payments ALTER note TYPE text"], found: ["error column-type payments.note"], mend: ["ALTER TABLE payments ALTER note TYPE varchar(10)"] },
  "another scale": { sql: ["ALTER TABLE payments ALTER amount TYPE numeric(10,4)"], found: ["error column-type payments.amount"], mend: ["ALTER TABLE payments ALTER amount TYPE numeric(10,2)"] },
  "no scale": { sql: ["ALTER TABLE payments ALTER amount TYPE numeric"], found: ["warning column-type payments.amount"], mend: ["ALTER TABLE payments ALTER amount TYPE numeric(10,2)"] },
  "a double for money": { sql: ["ALTER TABLE payments ALTER amount TYPE double precision"], found: ["error column-type payments.amount"], mend: ["ALTER TABLE payments ALTER amount TYPE numeric(10,2)"] },
  "seconds for milliseconds": { sql: ["ALTER TABLE payments ALTER updated_at TYPE timestamptz(0)"], found: ["error column-type payments.updated_at"] },
  "microseconds for milliseconds": { sql: ["ALTER TABLE payments ALTER updated_at TYPE timestamptz(6)"], found: ["warning column-type payments.updated_at"], mend: ["ALTER TABLE payments ALTER updated_at TYPE timestamptz(3)"] },
  "a timestamp without time zone": { sql: ["ALTER TABLE payments ALTER updated_at TYPE timestamp(3)"], found: ["error column-type payments.updated_at"], mend: ["ALTER TABLE payments ALTER updated_at TYPE timestamptz(3)"] },
  "a scalar for an array": { sql: ["DROP INDEX payments_tags_idx", "ALTER TABLE payments ALTER tags TYPE text USING tags::text"], found: ["error column-type payments.tags", "warning index-missing payments"], mend: ["ALTER TABLE payments ALTER tags TYPE text[] USING tags::text[]", "CREATE INDEX payments_tags_idx ON payments USING gin (tags)"] },
  "text for an enum": { sql: ["ALTER TABLE payments ALTER state TYPE text"], found: ["error column-type payments.state"] },
  "another enum": { sql: ["CREATE TYPE other AS ENUM ('open', 'paid')", "ALTER TABLE payments ALTER states TYPE other[] USING states::text[]::other[]"], found: ["error column-type payments.states"], mend: ["ALTER TABLE payments ALTER states TYPE state[] USING states::text[]::state[]"] },
  "a domain": { sql: ["CREATE DOMAIN label AS text", "ALTER TABLE payment_events ALTER kind TYPE label"], found: ["error column-type payment_events.kind"] },
  "a generated column": { sql: ["ALTER TABLE payment_events DROP kind", "ALTER TABLE payment_events ADD kind text GENERATED ALWAYS AS (ordinal::text) STORED"], found: ["error column-generated payment_events.kind"] },
  "an identity column": { sql: ["ALTER TABLE payments ALTER source_version SET NOT NULL", "ALTER TABLE payments ALTER source_version ADD GENERATED ALWAYS AS IDENTITY"], found: ["error column-generated payments.source_version"], mend: ["ALTER TABLE payments ALTER source_version DROP IDENTITY", "ALTER TABLE payments ALTER source_version DROP NOT NULL"] },
  "NOT NULL where there may be no value": { sql: ["ALTER TABLE payments ALTER note SET NOT NULL"], found: ["error column-not-null payments.note"] },
  "NOT NULL without a value": { sql: ["ALTER TABLE payments ADD tenant int NOT NULL", "ALTER TABLE payments ADD nth serial", "ALTER TABLE payments ADD at timestamptz NOT NULL DEFAULT now()"], found: ["error column-unwritten payments.tenant"] },
  "no primary key": { sql: ["ALTER TABLE event_notes DROP CONSTRAINT event_notes_pkey"], found: ["error key-missing event_notes"] },
  "a partial unique index is no key": { sql: ["ALTER TABLE event_notes DROP CONSTRAINT event_notes_pkey", "CREATE UNIQUE INDEX part ON event_notes (payments_id, payment_events_ordinal, key) WHERE key > ''"], found: ["error key-missing event_notes"] },
  "a deferrable constraint is no key": { sql: ["ALTER TABLE event_notes DROP CONSTRAINT event_notes_pkey", "ALTER TABLE event_notes ADD UNIQUE (payments_id, payment_events_ordinal, key) DEFERRABLE"], found: ["error key-missing event_notes"] },
  "a unique index of more columns is no key": { sql: ["ALTER TABLE event_notes DROP CONSTRAINT event_notes_pkey", "ALTER TABLE event_notes ADD more int", "CREATE UNIQUE INDEX wide ON event_notes (payments_id, payment_events_ordinal, key, more)"], found: ["error key-missing event_notes"] },
  "a unique index with other columns beside is a key": { sql: ["ALTER TABLE event_notes DROP CONSTRAINT event_notes_pkey", "ALTER TABLE event_notes ADD more int", "CREATE UNIQUE INDEX wide ON event_notes (key, payments_id, payment_events_ordinal) INCLUDE (more)"], found: [] },
  "a foreign key that does not cascade": { sql: ["ALTER TABLE event_notes DROP CONSTRAINT event_notes_payments_id_payment_events_ordinal_fkey", "ALTER TABLE event_notes ADD CONSTRAINT \"no cascade\" FOREIGN KEY (payments_id, payment_events_ordinal) REFERENCES payment_events"], found: ["error foreign-key-cascade event_notes"] },
  "a foreign key is missing": { sql: ["ALTER TABLE payment_events DROP CONSTRAINT payment_events_payments_id_fkey"], found: ["error foreign-key-cascade payment_events"] },
  "an enum is missing": { sql: ["ALTER TYPE state RENAME TO status"], found: ["error enum-missing"], mend: ["ALTER TYPE status RENAME TO state"] },
  "an enum lacks a label": { sql: ["ALTER TYPE state RENAME VALUE 'paid' TO 'it''s paid'"], found: ["error enum-labels", "warning enum-labels"], mend: ["ALTER TYPE state RENAME VALUE 'it''s paid' TO 'paid'"] },
  "an enum has one more label": { sql: ["ALTER TYPE state ADD VALUE 'gone'"], found: ["warning enum-labels"], mend: ["ALTER TYPE state RENAME TO old", "CREATE TYPE state AS ENUM ('open', 'paid')", "ALTER TABLE payments ALTER state TYPE state USING state::text::state, ALTER states TYPE state[] USING states::text[]::state[]"] },
  "transactions are read-only": { sql: ["SET LOCAL transaction_read_only = on"], found: ["error database-read-only"], mend: [] },
  "another default isolation": { sql: ["SET LOCAL default_transaction_isolation = 'repeatable read'"], found: ["warning database-isolation"], mend: ["SET LOCAL default_transaction_isolation = 'read committed'"] },
  "privileges are missing": { sql: ["CREATE ROLE \"some writer\"", "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \"some writer\"", "REVOKE DELETE, UPDATE ON payments FROM \"some writer\"", "SET LOCAL ROLE \"some writer\""], found: ["error privilege-missing payments"], mend: ["RESET ROLE", "GRANT DELETE, UPDATE ON payments TO \"some writer\"", "SET LOCAL ROLE \"some writer\""] },
  "row level security": { sql: ["CREATE ROLE limited", "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO limited", "ALTER TABLE payments ENABLE ROW LEVEL SECURITY", "SET LOCAL ROLE limited"], found: ["warning row-security payments"], mend: ["RESET ROLE"] },
  "partitions by what is not the key": { sql: ["DROP TABLE event_notes, payment_events, payments", "CREATE TABLE payments (id uuid, tenant int DEFAULT 1, state state, states state[], note varchar(10), amount numeric(10,2), tags text[], updated_at timestamptz(3), \"Who \"\"paid\"\"\" bigint, doc_rest jsonb, source_version bigint, row_hash bytea, PRIMARY KEY (id, tenant)) PARTITION BY LIST (tenant)", "CREATE TABLE payments_1 PARTITION OF payments FOR VALUES IN (1)", "CREATE TABLE payment_events (payments_id uuid, ordinal int, kind text, PRIMARY KEY (payments_id, ordinal))", "CREATE TABLE event_notes (payments_id uuid, payment_events_ordinal int, key text, PRIMARY KEY (payments_id, payment_events_ordinal, key), FOREIGN KEY (payments_id, payment_events_ordinal) REFERENCES payment_events ON DELETE CASCADE)"], found: ["error key-missing payments", ...made, "error foreign-key-cascade payment_events"], mend: [] },
  "a partitioned root fits, but for what was not made with it": { sql: ["DROP TABLE event_notes, payment_events, payments", "CREATE TABLE payments (id uuid PRIMARY KEY, state state, states state[], note varchar(10), amount numeric(10,2), tags text[], updated_at timestamptz(3), \"Who \"\"paid\"\"\" bigint, doc_rest jsonb, source_version bigint, row_hash bytea) PARTITION BY HASH (id)", "CREATE TABLE payments_0 PARTITION OF payments FOR VALUES WITH (MODULUS 1, REMAINDER 0)", "CREATE TABLE payment_events (payments_id uuid REFERENCES payments ON DELETE CASCADE, ordinal int, kind text, PRIMARY KEY (payments_id, ordinal))", "CREATE TABLE event_notes (payments_id uuid, payment_events_ordinal int, key text, PRIMARY KEY (payments_id, payment_events_ordinal, key), FOREIGN KEY (payments_id, payment_events_ordinal) REFERENCES payment_events ON DELETE CASCADE)"], found: made, mend: [] },
};

const shown = (issues: readonly Issue[]): string[] => issues.map((issue) => [issue.severity, issue.code, [issue.table, issue.column].filter((name) => name !== undefined).join(".")].filter((part) => part !== "").join(" "));
const run = async (session: Session, statements: readonly string[]): Promise<void> => {
  for (const text of statements) await session.query({ text, parameters: [] });
};

interface Opened {
  session: Session;
  /** Runs the DDL that may run again. */
  again(): Promise<unknown>;
  close(): Promise<unknown>;
}

async function open(name: ServerName): Promise<Opened | undefined> {
  if (name === "pglite") {
    const database = await pglite();
    await database.exec(plan.ddl());
    return { session: pgliteSession(database), again: () => database.exec(plan.ddl({ ifNotExists: true })), close: () => database.close() };
  }
  const server = await sharedServer(name);
  if (server === undefined) return undefined;
  const { connection, drop } = await ownDatabase(server, plan.ddl());
  const client = new pg.Client(connection);
  await client.connect();
  return { session: pgSession(client), again: () => client.query(plan.ddl({ ifNotExists: true })), close: () => client.end().then(drop) };
}

class Undo extends Error {}

for (const name of ["18", "15", "pglite"] as const) {
  const available = name === "pglite" || (await sharedServer(name)) !== undefined;
  describe.skipIf(!available)(`checkDatabase on ${name}`, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = (await open(name)) as Opened;
    }, 60_000);
    afterAll(() => opened.close());
    /** In a transaction that is rolled back. */
    const undone = (work: (session: Session) => Promise<void>): Promise<void> =>
      opened.session.transaction(async (session) => {
        await work(session);
        throw new Undo();
      }).catch((error: unknown) => {
        // The failure of the work, not the one that undoes it.
        if (!(error instanceof Undo)) throw error;
      });

    it("finds nothing where the DDL was run, once or again", async () => {
      expect(await checkDatabase(opened.session, plan)).toEqual([]);
      await opened.again();
      expect(await checkDatabase(opened.session, plan)).toEqual([]);
      const indexes = await opened.session.query({ text: "SELECT indexname::text AS name FROM pg_indexes WHERE tablename = 'payments' AND schemaname = 'public'", parameters: [] });
      expect(indexes.map(({ name }) => name).sort()).toEqual(
        ['payments_Who "paid"_idx', "payments_amount_updated_at_key", "payments_doc_rest_idx", "payments_note_idx", "payments_pkey", "payments_row_hash_idx", "payments_source_version_idx", "payments_tags_idx"],
      );
    });

    it.each(Object.entries(damages))("%s", async (_, { sql, found, mend }) => {
      await undone(async (session) => {
        await run(session, sql);
        const issues = await checkDatabase(session, plan);
        expect(shown(issues)).toEqual(found);
        for (const issue of issues) expect(issue.help, issue.code).toBeTruthy();
        // The help is the very statement that mends it.
        if (mend === undefined) for (const issue of issues) expect(issue.help).toMatch(/;$/);
        await run(session, mend ?? issues.map((issue) => issue.help as string));
        if (mend?.length !== 0) expect(await checkDatabase(session, plan)).toEqual([]);
      });
    });

    it("finds everything at once", async () => {
      await undone(async (session) => {
        const several = ["a column is missing", "a shorter varchar", "no primary key", "an enum lacks a label", "id_map has keys of another type"].map((one) => damages[one] as Damage);
        for (const { sql } of several) await run(session, sql);
        expect(shown(await checkDatabase(session, plan)).sort()).toEqual(several.flatMap(({ found }) => found).sort());
      });
    });

    it("says where a table is that search_path does not lead to", async () => {
      await undone(async (session) => {
        await run(session, ["CREATE SCHEMA old", "ALTER TABLE users SET SCHEMA old"]);
        const [issue] = await checkDatabase(session, plan);
        expect(issue).toMatchObject({ code: "table-missing", collection: "users", table: "users", help: expect.stringContaining('"schema": "old"') as string });
        // A mapping that says so finds it, and needs no search_path for it.
        const elsewhere = compile({ version: 1, collections: { users: { ...(mapping.collections["users"] as Mapping["collections"][string]), schema: "old" } } });
        expect(await checkDatabase(session, elsewhere)).toEqual([]);
      });
    });

    it("names and labels may hold anything", async () => {
      const odd = compile({ version: 1, schema: "it's $tables", enums: { "$enums": ["a'b", "$tables"] }, collections: { c: { table: "ta'b\"le $1", key: { column: "i'd" }, columns: { "c\\": { path: "c", type: "$enums" } }, complement: "rest" } } });
      await undone(async (session) => {
        expect(shown(await checkDatabase(session, odd))).toEqual(["error enum-missing", "error table-missing ta'b\"le $1"]);
        await run(session, odd.ddl().split(";\n").filter((statement) => statement.trim() !== ""));
        expect(await checkDatabase(session, odd)).toEqual([]);
      });
    });
  });
}

const server18 = await sharedServer("18");
it.skipIf(server18 === undefined)("an encoding that holds not every text is found", async () => {
  const server = server18 as NonNullable<typeof server18>;
  const { connection, drop } = await ownDatabase(server);
  const admin = new pg.Client(connection);
  await admin.connect();
  const database = `${connection.database}_ascii`;
  await admin.query(`CREATE DATABASE ${database} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
  const client = new pg.Client({ ...connection, database });
  await client.connect();
  expect(shown(await checkDatabase(pgSession(client), compile({ version: 1, collections: {} })))).toEqual(["error database-encoding"]);
  await client.end();
  await admin.query(`DROP DATABASE ${database}`);
  await admin.end();
  await drop();
});

it("an answer that is none is refused", () => {
  for (const other of ["", "{}", '{"tables":[]}', "null"]) expect(() => plan.check(other), other).toThrow(expect.objectContaining({ code: "catalog-invalid" }) as RowlensError);
});
