// Faults of every column type, and of keys, positions and id_map; faults.test.ts has those of the promise, and how many ranges they cost.
import { Binary, Decimal128, Long, ObjectId, UUID } from "bson7";
import { init } from "rowlens";
import { describe, expect, it } from "vitest";
import { encodeDocument } from "../../src/bson/encode-document.ts";
import type { Collection, Lookups } from "../../src/core/collection.ts";
import { compile } from "../../src/core/plan.ts";
import { compareDocuments, type Comparison } from "../../src/database/compare.ts";
import type { DifferenceClass } from "../../src/database/difference.ts";
import type { Session } from "../../src/database/session.ts";
import { plain } from "../../src/database/transaction-sql.ts";
import { useScratch } from "../support/scratch.ts";
import { undone } from "../support/undone.ts";

await init();

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);
const at = new Date("2026-01-31T12:00:00.123Z");

/** By type: a value, and what somebody made of it, with the class. */
const FAULTS: Record<string, [value: unknown, ...faults: [sql: string, kind: DifferenceClass][]]> = {
  text: ["ab", ["'ab '", "differing"], ["'aB'", "differing"], ["NULL", "differing"], ["''", "differing"]],
  "varchar(9)": ["ab", ["'ab '", "differing"], ["NULL", "differing"]],
  "char(5)": ["ab", ["'aB'", "differing"], ["NULL", "differing"]],
  citext: ["Ab", ["'ab'", "differing"], ["NULL", "differing"]],
  boolean: [true, ["false", "differing"], ["NULL", "differing"]],
  smallint: [7, ["-7", "differing"], ["NULL", "differing"]],
  integer: [7, ["8", "differing"], ["NULL", "differing"]],
  bigint: [Long.fromString("9007199254740993"), ["9007199254740992", "differing"], ["NULL", "differing"]],
  real: [0.5, ["0.50000006", "differing"], ["'NaN'", "differing"], ["'Infinity'", "differing"]],
  "double precision": [0.1, ["0.10000000000000002", "differing"], ["'NaN'", "differing"], ["'-Infinity'", "differing"], ["NULL", "differing"]],
  numeric: [decimal("1.50"), ["1.5", "precision"], ["1.500000", "precision"], ["1.51", "differing"], ["-1.50", "differing"], ["15.0", "differing"], ["0.00", "differing"], ["'NaN'", "differing"], ["'Infinity'", "differing"], ["NULL", "differing"]],
  "numeric(30,6)": [decimal("1.500000"), ["1.500001", "differing"], ["'NaN'", "differing"]],
  date: [new Date("2026-01-31"), ["'2026-02-01'", "differing"], ["'infinity'", "differing"], ["NULL", "differing"]],
  timestamp: [at, ["'2026-01-31 12:00:00.124'", "differing"], ["'2026-01-31 12:00:00.123001'", "precision"], ["'infinity'", "differing"]],
  "timestamptz(3)": [at, ["'2026-01-31 12:00:00.122Z'", "differing"], ["'2026-01-31 12:00:00.123+05:30'", "differing"], ["'-infinity'", "differing"]],
  timestamptz: [at, ["'2026-01-31 12:00:00.123999Z'", "precision"], ["'2026-01-31 12:00:00.122999Z'", "differing"], ["NULL", "differing"]],
  uuid: [new UUID("65f1a2b3-0000-4000-8000-000000000000"), ["'65f1a2b3-0000-4000-8000-000000000001'", "differing"], ["NULL", "differing"]],
  bytea: [new Binary(Uint8Array.of(1, 2)), ["'\\x010200'", "differing"], ["'\\x'", "differing"], ["NULL", "differing"]],
  jsonb: [{ a: 1, b: [1, 2] }, [`'{"a":1.0,"b":[1,2]}'`, "precision"], [`'{"a":1,"b":[2,1]}'`, "differing"], [`'{"a":"1","b":[1,2]}'`, "differing"], [`'{"a":1,"b":[1,2],"c":null}'`, "differing"], ["'null'", "differing"], ["NULL", "differing"]],
  json: [{ a: 1, b: [1, 2] }, [`'{"a": 1, "b": [1, 2]}'`, "precision"], [`'{"b":[1,2],"a":1}'`, "precision"], [`'{"a":2,"a":1,"b":[1,2]}'`, "precision"], [`'{"a":1,"a":2,"b":[1,2]}'`, "differing"], [`'{"a":1,"b":[2,1]}'`, "differing"], ["NULL", "differing"]],
  mood: ["good", ["'bad'", "differing"], ["NULL", "differing"]],
  "text[]": [["a", "b", null], ["'{a,b}'", "differing"], ["'{b,a,NULL}'", "order"], ["'{NULL,a,b}'", "order"], [`'{a,b,"NULL"}'`, "differing"], ["'{a,a,NULL}'", "differing"], ["'{}'", "differing"], ["NULL", "differing"], ["'[2:4]={a,b,NULL}'", "differing"]],
  "integer[][]": [[[1, 2], [3, 4]], ["'{{1,2},{4,3}}'", "order"], ["'{1,2,3,4}'", "differing"], ["'{{1,2},{3,5}}'", "differing"]],
  "numeric[]": [[decimal("1.5")], ["'{1.50}'", "precision"], ["'{1.51}'", "differing"], ["'{NaN}'", "differing"], ["'{1.5,1.5}'", "differing"], ["'{}'", "differing"]],
  "mood[]": [["good", "bad"], ["'{bad,good}'", "order"], ["'{good,good}'", "differing"]],
  "timestamptz[]": [[at, null], ["'{2026-01-31 12:00:00.123456Z,NULL}'", "precision"], ["'{NULL,2026-01-31 12:00:00.123Z}'", "order"]],
};

const columnOf = (type: string): string => `c_${type.replaceAll(/\W+/g, "_")}`;
const plan = compile({
  version: 1,
  enums: { mood: ["good", "bad"] },
  collections: {
    all: {
      table: "everything",
      key: { column: "id", as: "text" },
      columns: { ...Object.fromEntries(Object.keys(FAULTS).map((type) => [columnOf(type), { path: columnOf(type), type }])), zero: { path: "zero", type: "double precision" }, empty: { path: "empty", type: "text[]" }, none: { path: "none", type: "text" } },
      children: [
        { table: "parts", path: "parts[]", ordinal: "position", columns: { n: { path: "n", type: "integer" } }, children: [{ table: "pieces", path: "pieces[]", ordinal: "position", columns: { n: { path: "@", type: "integer" } } }] },
        { table: "keyed", path: "keyed[]", ordinal: "position", key: { column: "id", path: "_id", as: "uuid" }, columns: { n: { path: "n", type: "integer" } } },
        { table: "fees", path: "fees{}", mapKey: "name", columns: { fee: { path: "@", type: "numeric" } } },
        { table: "ones", path: "one", columns: { n: { path: "n", type: "integer" } } },
      ],
      complement: "rest",
    },
  },
} as never);
const collection = plan.collection("all");

const element = (number: number, at: number): ObjectId => new ObjectId((number * 16 + at).toString(16).padStart(24, "0"));
const name = (number: number): string => `k${String(number).padStart(4, "0")}`;
const document = (number: number): Uint8Array =>
  encodeDocument({
    _id: name(number), ...Object.fromEntries(Object.entries(FAULTS).map(([type, [value]]) => [columnOf(type), value])), zero: 0, empty: [], parts: [0, 1, 2].map((n) => ({ n: n + number, pieces: [n, n + 1] })),
    keyed: [0, 1].map((at) => ({ _id: element(number, at), n: at })), fees: { flat: decimal("1.00"), "": decimal("2") }, one: { n: 1 }, odd: "kept",
  });
const documents = Array.from({ length: 200 }, (_, number) => document(number));
const [id, other] = [name(123), name(124)];
const its = `WHERE everything_id = '${id}'`;

/** Rows, keys and positions. */
const STRUCTURE: Record<string, [sql: string, ...found: object[]]> = {
  "minus zero": [`UPDATE everything SET zero = '-0' WHERE id = '${id}'`, { class: "precision", column: "zero" }],
  "an empty array that is NULL": [`UPDATE everything SET empty = NULL WHERE id = '${id}'`, { class: "differing", column: "empty" }],
  "a NULL that is set": [`UPDATE everything SET none = '' WHERE id = '${id}'`, { class: "differing", column: "none" }],
  "a complement that is gone": [`UPDATE everything SET rest = NULL WHERE id = '${id}'`, { class: "complement", column: "rest" }],
  "a position with a gap": [`UPDATE fees SET name = name ${its} AND false; ALTER TABLE pieces DISABLE TRIGGER USER; UPDATE pieces SET position = 7 ${its} AND parts_position = 1 AND position = 1`, { class: "order", table: "pieces", rows: 1 }],
  "a value of a grandchild": [`UPDATE pieces SET n = -1 ${its} AND parts_position = 1 AND position = 1`, { class: "differing", table: "pieces", column: "n", row: [id, "1", "1"] }],
  "a grandchild of another parent": [`DELETE FROM pieces ${its} AND parts_position = 0 AND position = 1; INSERT INTO pieces VALUES ('${id}', 1, 2, 1)`, { class: "missing", table: "pieces" }, { class: "extra", table: "pieces" }],
  "a child of another document": [`UPDATE fees SET everything_id = '${other}', name = 'moved' ${its} AND name = 'flat'`, { class: "missing", table: "fees", key: id }, { class: "extra", table: "fees", key: other }],
  "an element with another key": [`UPDATE keyed SET id = 'ffffffff-ffff-8fff-8fff-ffffffffffff' ${its} AND n = 1`, { class: "missing", table: "keyed" }, { class: "extra", table: "keyed" }],
  "elements with keys at other positions": [`UPDATE keyed SET position = 1 - position ${its}`, { class: "order", table: "keyed" }, { class: "order", table: "keyed" }],
  "an entry with another name": [`UPDATE fees SET name = 'flat ' ${its} AND name = 'flat'`, { class: "missing", table: "fees" }, { class: "extra", table: "fees" }],
  "an entry without a name": [`DELETE FROM fees ${its} AND name = ''`, { class: "missing", table: "fees", row: [id, ""] }],
  "a subdocument that is gone": [`DELETE FROM ones ${its}`, { class: "missing", table: "ones" }],
  "another key": [`ALTER TABLE fees DROP CONSTRAINT fees_everything_id_fkey; UPDATE fees SET everything_id = 'k0123 ' ${its} AND name = 'flat'`, { class: "missing", table: "fees", key: id }, { class: "extra", table: "fees", key: "k0123 " }],
  "a root that is gone without its children": [`DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['parts', 'keyed', 'fees', 'ones'] LOOP EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', t, t || '_everything_id_fkey'); END LOOP; END $$; DELETE FROM everything WHERE id = '${id}'`,
    { class: "missing", table: "everything" }, ...Array.from({ length: 8 }, () => ({ class: "extra" }))],
};

async function stored(session: Session, of: Collection, batch: Uint8Array[], lookups?: Lookups): Promise<void> {
  for (const table of of.toRows(batch, lookups === undefined ? {} : { lookups }).tables) await session.copyIn(table.sql.copyIn, [table.copyBinary()]);
}

const run = async (session: Session, sql: string): Promise<void> => {
  for (const statement of sql.includes("$$") ? sql.split(/; (?=DELETE)/) : sql.split("; ")) await session.query(plain(statement));
};

describe.each(["pglite", "18", "15"] as const)("faults everywhere (%s)", (server) => {
  const scratch = useScratch(server);
  const compare = (session: Session): Promise<Comparison> => compareDocuments(session, collection, () => [documents]);

  it("H45: of every column type are found and classified", async () => {
    await scratch.run(plan.ddl(), async (session) => {
      await stored(session, collection, documents);
      expect(await compare(session)).toMatchObject({ equal: true, documents: 200 });
      for (const [type, [, ...faults]] of Object.entries(FAULTS)) {
        for (const [sql, kind] of faults) {
          await undone(session, async (inner) => {
            await run(inner, `UPDATE everything SET ${columnOf(type)} = ${sql} WHERE id = '${id}'`);
            const report = await compare(inner);
            expect.soft(report.differences.map(({ class: of, column, key }) => [of, column, key]), `${type}: ${sql}`).toEqual([[kind, columnOf(type), id]]);
            expect.soft(report, `${type}: ${sql}`).toMatchObject({ equal: false, differing: 1, settled: 0 });
          });
        }
      }
    });
  }, 120_000);

  it("H45: of rows, keys and positions are found and classified", async () => {
    await scratch.run(plan.ddl(), async (session) => {
      await stored(session, collection, documents);
      for (const [what, [sql, ...found]] of Object.entries(STRUCTURE)) {
        await undone(session, async (inner) => {
          await run(inner, sql);
          const report = await compare(inner);
          expect.soft(report.differences, what).toMatchObject(found);
          expect.soft(report, what).toMatchObject({ equal: false, settled: 0 });
        });
      }
    });
  }, 120_000);

  it("H45: of id_map are found: another key is another document, an id without a key is refused", async () => {
    const mapped = compile({ version: 1, collections: { people: { table: "people", key: { column: "id", as: "lookup", type: "bigint" }, version: { path: "v", column: "v" }, complement: "rest", columns: { n: { path: "n", type: "integer" } } } } });
    const people = mapped.collection("people");
    const all = Array.from({ length: 100 }, (_, n) => encodeDocument({ _id: `p${n}`, v: 1, n }));
    const lookups = all.map((_, n): [string, string, string] => ["people", JSON.stringify(`p${n}`), String(n + 1)]);
    const again = (session: Session): Promise<Comparison> => compareDocuments(session, people, () => [all]);
    await scratch.run(mapped.ddl(), async (session) => {
      await stored(session, people, all, lookups);
      await session.query({ text: "INSERT INTO id_map (collection, mongo_id, pg_id) SELECT 'people', * FROM unnest($1::text[], $2::text[])", parameters: [1, 2].map((column) => `{${lookups.map((one) => JSON.stringify(one[column])).join(",")}}`) });
      expect(await again(session)).toMatchObject({ equal: true, documents: 100 });
      const faults: [sql: string, report: object][] = [
        ["UPDATE id_map SET pg_id = '1000' WHERE pg_id = '42'", { differing: 2, refused: 0, differences: [{ class: "extra", key: "42" }, { class: "missing", key: "1000" }] }],
        ["DELETE FROM id_map WHERE pg_id = '42'", { differing: 1, refused: 1, differences: [{ class: "extra", key: "42" }] }],
        ["UPDATE id_map SET pg_id = '0' WHERE pg_id = '42'; UPDATE id_map SET pg_id = '42' WHERE pg_id = '43'; UPDATE id_map SET pg_id = '43' WHERE pg_id = '0'", { differing: 2, refused: 0, counts: { differing: 2 } }],
      ];
      for (const [sql, report] of faults) {
        await undone(session, async (inner) => {
          await run(inner, sql);
          const { differences, ...found } = await again(inner);
          expect.soft({ ...found, differences: [...differences].sort((a, b) => Number(a.key) - Number(b.key)) }, sql).toMatchObject({ equal: false, settled: 0, ...report });
        });
      }
      // Versions, hashes and tombstones are no part of what is compared.
      await undone(session, async (inner) => {
        await run(inner, "UPDATE people SET v = 99 WHERE id = 42");
        expect(await again(inner)).toMatchObject({ equal: true });
      });
    });
  });
});
