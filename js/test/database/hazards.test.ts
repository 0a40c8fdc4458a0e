// Hazards of a cutover that are not about order and concurrency (those are in apply*.test.ts, load.test.ts and the simulation); docs/hazards.md lists all.
import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, serialize, Timestamp, UUID } from "bson7";
import { compile, type Mapping } from "rowlens";
import { beforeEach, describe, expect, it } from "vitest";
import { firstDifference } from "../../src/bson/first-difference.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import type { Database } from "../../src/database/database.ts";
import { reasonOf } from "../../src/database/sqlstate.ts";
import { rawDocument } from "../support/arbitrary.ts";
import { onEachServer } from "../support/each-server.ts";
import { databaseOver } from "../support/live.ts";

const things: Mapping = {
  version: 1,
  enums: { mood: ["good", "bad"] },
  collections: {
    things: {
      table: "things",
      key: { column: "id", as: "text" },
      fidelity: "exact",
      version: { path: "v", column: "source_version" },
      complement: "rest",
      columns: {
        amount: { path: "amount", type: "numeric" },
        price: { path: "price", type: "numeric(10,2)" },
        cost: { path: "cost", type: "numeric", bson: "double" },
        ratio: { path: "ratio", type: "double precision" },
        count: { path: "count", type: "integer" },
        big: { path: "big", type: "bigint" },
        note: { path: "note", type: "text" },
        email: { path: "email", type: "text" },
        flag: { path: "flag", type: "boolean" },
        at: { path: "at", type: "timestamptz(3)" },
        seen: { path: "seen", type: "timestamptz" },
        data: { path: "data", type: "bytea" },
        meta: { path: "meta", type: "jsonb" },
        mood: { path: "mood", type: "mood" },
        tags: { path: "tags", type: "text[]" },
        street: { path: "home.street", type: "text" },
      },
      indexes: [{ columns: ["email"], unique: true, nullsNotDistinct: true, name: "one_email", where: "flag" }],
      children: [
        { table: "lines", path: "lines[]", ordinal: "position", columns: { price: { path: "price", type: "numeric(38,18)" }, quantity: { path: "quantity", type: "bigint" } } },
        { table: "fees", path: "fees{}", mapKey: "name", columns: { fee: { path: "@", type: "numeric" } } },
      ],
    },
  },
};

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);
type Document = Record<string, unknown> | Uint8Array;
const bytes = (document: Document): Uint8Array => (document instanceof Uint8Array ? document : serialize(document, { ignoreUndefined: true }));

onEachServer("hazards", things, "", (get, server) => {
  beforeEach(() => get().run("TRUNCATE things, rowlens_tombstones CASCADE"));
  const text = async (sql: string): Promise<string> => (await get().rows(sql)).map((row) => Object.values(row).join("|")).join(";");

  /** Writes documents, and reads them and streams them again: byte for byte what they were. */
  async function through(...documents: Document[]): Promise<void> {
    const given = documents.map((document) => bytes(document));
    const { outcomes } = await get().db.applyMany("things", given, { versions: given.map(() => 1) });
    expect(outcomes.filter(({ outcome }) => outcome !== "inserted")).toEqual([]);
    const keys = given.map((document) => get().plan.collection("things").keyOf(document));
    const read = await get().db.read("things", { keys });
    for (const [index, document] of given.entries()) expect(firstDifference(document, read.documents[index] as Uint8Array, true), `document ${index}`).toBeUndefined();
    expect(read.documents.map((document) => Buffer.from(document).toString("hex"))).toEqual(given.map((document) => Buffer.from(document).toString("hex")));
    const comparison = await get().db.compare("things", [given]);
    expect(comparison).toMatchObject({ equal: true, documents: given.length });
  }

  it("§0.1: big numbers of children keep every digit, which `json_agg` and `JSON.parse` lose", async () => {
    const lines = [{ price: decimal("1234567890123456.123456789012345678"), quantity: Long.fromString("9007199254740993") }];
    await through({ _id: "a", lines });
    expect(await text("SELECT price::text, quantity::text FROM lines")).toBe("1234567890123456.123456789012345678|9007199254740993");
    const nested = JSON.parse(await text("SELECT json_agg(l)::text FROM lines l")) as [{ price: number; quantity: number }];
    expect(String(nested[0].quantity), "the hazard is real").not.toBe("9007199254740993");
  });

  it("§0.2: JSON strings that look like something else stay strings", async () => {
    await through(...["10.5", "null", "true", "{}", '"', ""].map((meta, index) => ({ _id: `s${index}`, meta })), ...[10.5, null, true, {}].map((meta, index) => ({ _id: `v${index}`, meta })));
    expect(await text("SELECT jsonb_typeof(meta) FROM things WHERE id LIKE 's%' GROUP BY 1")).toBe("string");
  });

  it("§0.4: what is undefined or missing is NULL, never a column's default", async () => {
    await get().run("ALTER TABLE things ALTER note SET DEFAULT 'from a default', ALTER count SET DEFAULT 7");
    try {
      expect(await get().db.apply("things", { _id: "a", note: undefined }, { version: 1 })).toMatchObject({ outcome: "inserted" });
      expect(await get().db.applyMany("things", [{ _id: "b" }, { _id: "c", note: undefined }], { versions: [1, 1] })).toMatchObject({ counts: { inserted: 2 } });
      expect((await get().db.load("things", [[{ _id: "d" }]], { version: () => 1 })).counts).toMatchObject({ inserted: 1 });
      expect(await text("SELECT count(note)::text AS notes, count(count)::text AS counts, count(*)::text AS all FROM things")).toBe("0|0|4");
    } finally {
      await get().run("ALTER TABLE things ALTER note DROP DEFAULT, ALTER count DROP DEFAULT");
    }
  });

  it("§0.5: a double in a numeric column has its own shortest digits, not PostgreSQL's fifteen", async () => {
    await through({ _id: "a", cost: 0.1 + 0.2 }, { _id: "b", cost: 1.005 }, { _id: "c", cost: 5e-324 }, { _id: "d", cost: 123456789.12345679 });
    expect(await text("SELECT cost::text FROM things WHERE id <> 'c' ORDER BY id")).toBe("0.30000000000000004;1.005;123456789.12345679");
    expect(await text("SELECT 0.30000000000000004::float8::numeric::text"), "the hazard is real").toBe("0.3");
  });

  it("§0.8: a load repairs what is there and differs, as a conflict that does nothing would not", async () => {
    const documents = [{ _id: "a", v: 1, count: 1, lines: [{ quantity: Long.ONE }] }, { _id: "b", v: 1, count: 2 }];
    await get().db.load("things", [documents]);
    await get().run("UPDATE things SET count = 9 WHERE id = 'a'; DELETE FROM lines; INSERT INTO lines VALUES ('b', 0, NULL, 1)");
    expect((await get().db.load("things", [documents])).counts).toMatchObject({ updated: 2 });
    expect(await get().db.compare("things", [documents])).toMatchObject({ equal: true });
    expect((await get().db.load("things", [documents])).counts).toMatchObject({ unchanged: 2 });
  });

  it("H2: where a version guards, a document without one is not written", async () => {
    expect(await get().db.apply("things", { _id: "a" })).toMatchObject({ outcome: "failed", reason: "version-missing" });
    expect(await get().db.apply("things", { _id: "a", v: "new" })).toMatchObject({ outcome: "failed", reason: "version-missing" });
    expect(await text("SELECT count(*)::text FROM things")).toBe("0");
    const without = compile({ version: 1, collections: { things: { table: "things", key: { column: "id", as: "text" }, complement: "rest" } } });
    const calls: ((db: Database) => Promise<unknown>)[] = [(db) => db.apply("things", { _id: "a" }), (db) => db.applyMany("things", [{ _id: "a" }]), (db) => db.load("things", [[{ _id: "a" }]]), (db) => db.delete("things", "a")];
    for (const call of calls) await expect(call(databaseOver(get().session(), without))).rejects.toMatchObject({ code: "unguarded" });
    expect(await text("SELECT count(*)::text FROM things")).toBe("0");
  });

  it("H14: rows whose document is gone, unseen by any hook, are told", async () => {
    await get().db.load("things", [[{ _id: "a", v: 1, lines: [{}] }, { _id: "expired", v: 1, lines: [{}, {}] }]]);
    expect((await get().db.compare("things", () => [[{ _id: "a", v: 1, lines: [{}] }]])).differences).toMatchObject([{ class: "extra", key: "expired", table: "things" }]);
  });

  it("H16: a load that was interrupted is begun again, and writes what was not there", async () => {
    const batch = (from: number): object[] => Array.from({ length: 600 }, (_, index) => ({ _id: `k${from + index}`, v: 1, lines: [{ quantity: Long.ONE }] }));
    await expect(get().db.load("things", (function* () {
      yield batch(0);
      throw new Error("the cursor is gone");
    })())).rejects.toThrow("the cursor is gone");
    expect((await get().db.load("things", [batch(0), batch(600)])).counts).toMatchObject({ unchanged: 600, inserted: 600 });
    expect(await text("SELECT (SELECT count(*) FROM things)::text AS things, (SELECT count(*) FROM lines)::text AS lines")).toBe("1200|1200");
  });

  if (server !== "pglite") {
    it("H18: two loads of the same at once do no harm", async () => {
      const documents = Array.from({ length: 1_200 }, (_, index) => ({ _id: `k${index}`, v: 1, count: index, lines: [{ quantity: Long.ONE }] }));
      const reports = await Promise.all([0, 1].map(() => get().db.load("things", [documents.slice(0, 700), documents.slice(700)])));
      expect(reports.reduce((sum, { counts }) => sum + counts.inserted, 0)).toBe(documents.length);
      expect(reports.reduce((sum, { counts }) => sum + counts.unchanged, 0)).toBe(documents.length);
      expect(await get().db.compare("things", [documents])).toMatchObject({ equal: true, documents: documents.length });
    });
  }

  it("H27: keys and unique values that differ in case or composition differ", async () => {
    const spellings = ["straße", "strasse", "STRASSE", "\u00e9", "e\u0301", "\u0130", "i"];
    await through(...spellings.map((spelling) => ({ _id: spelling, flag: true, email: spelling })));
    expect(await text("SELECT count(DISTINCT email)::text FROM things")).toBe(String(spellings.length));
  });

  it("H19: no column that decides or is compared comes from a clock", () => {
    const clocks = get().plan.ddl().split("\n").filter((line) => /now\(\)|current_|localtime|clock/i.test(line));
    expect(clocks.map((line) => line.trim()), "when a tombstone was made, for whoever clears them away").toEqual(['"deleted_at" timestamptz NOT NULL DEFAULT now(),']);
  });

  it("H25: unique indexes say which NULLs are distinct, and which rows they are about", async () => {
    const counts = async (...documents: object[]): Promise<unknown> => (await get().db.applyMany("things", documents, { versions: documents.map(() => 1) })).outcomes.map((outcome) => (outcome.outcome === "failed" ? outcome.reason : outcome.outcome));
    expect(await counts({ _id: "a", flag: true }, { _id: "b", flag: false }, { _id: "c", flag: false })).toEqual(["inserted", "inserted", "inserted"]);
    expect(await counts({ _id: "d", flag: true }), "one without an address is enough, as in MongoDB").toEqual(["unique-conflict"]);
    expect(await counts({ _id: "e", flag: true, email: "x" }, { _id: "f", flag: false, email: "x" })).toEqual(["inserted", "inserted"]);
  });

  it("H26: unique values change hands, both ways, where the mapping makes the index deferrable", async () => {
    const swap: Mapping = { version: 1, collections: { things: { table: "things", key: { column: "id", as: "text" }, complement: "rest", columns: { cost: { path: "cost", type: "numeric" } }, indexes: [{ columns: ["cost"], unique: true, deferrable: true, name: "one_cost" }] } } };
    const constraint = compile(swap).ddl().split(";").find((statement) => statement.includes("one_cost"));
    const of = (v: number): object[] => ["x", "y"].map((_id, index) => ({ _id, v, cost: (v + index) % 2 }));
    try {
      await get().run(constraint as string);
      expect((await get().db.applyMany("things", of(1))).counts).toMatchObject({ inserted: 2 });
      expect((await get().db.applyMany("things", of(2))).counts).toMatchObject({ updated: 2 });
      expect((await get().db.load("things", [of(3)])).counts).toMatchObject({ updated: 2 });
      expect(await text("SELECT id, cost::text FROM things ORDER BY id")).toBe("x|1;y|0");
    } finally {
      await get().run("ALTER TABLE things DROP CONSTRAINT IF EXISTS one_cost");
    }
  });

  it("H30: fields and types that no mapping foresaw are kept, and said", async () => {
    const odd = { _id: "a", count: "twelve", unforeseen: { deep: [1, "x"] }, lines: [{ quantity: "many", colour: "red" }, "no object"], fees: "none" };
    const outcome = await get().db.apply("things", bytes(odd), { version: 1 });
    expect(outcome).toMatchObject({ outcome: "inserted" });
    expect(outcome.issues.map(({ code }) => code)).toEqual(expect.arrayContaining(["value-misfit", "unknown-field", "container-mismatch"]));
    await get().run("TRUNCATE things CASCADE");
    await through(odd);
  });

  it("H31, H32: missing, null, empty and zero are told apart, in columns, objects, arrays and maps", async () => {
    const states: [string, unknown[]][] = [
      ["note", [undefined, null, "", "x"]], ["count", [undefined, null, 0]], ["flag", [undefined, null, false]], ["tags", [undefined, null, [], [null], [""]]], ["meta", [undefined, null, {}, []]],
      ["home", [undefined, null, {}, { street: null }, { street: "" }]], ["lines", [undefined, null, [], [{}], [null]]], ["fees", [undefined, null, {}, { a: null }]],
    ];
    await through(...states.flatMap(([field, values]) => values.map((value, index) => ({ _id: `${field}${index}`, [field]: value }))));
  });

  it("H33: a value that is no label of the enum is kept beside it, and no reason to fail", async () => {
    await through({ _id: "a", mood: "good" }, { _id: "b", mood: "so-so" }, { _id: "c", mood: 1 });
    expect(await text("SELECT id, mood::text FROM things ORDER BY id")).toBe("a|good;b|;c|");
  });

  it("H34: numbers are not rounded, and not-a-number, infinities and -0 are themselves", async () => {
    const doubles = [0.1 + 0.2, 1.005, -0, 5e-324, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 1.7976931348623157e308, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    await through(...doubles.flatMap((value, index) => ["ratio", "cost", "amount", "price", "count", "big"].map((field) => ({ _id: `${field}${index}`, [field]: new Double(value) }))));
    expect(await text("SELECT ratio::text FROM things WHERE id = 'ratio0'")).toBe("0.30000000000000004");
  });

  it("H35: decimals keep their scale, and one that a column would round is not put there", async () => {
    const decimals = ["1.50", "1.5", "1E+3", "-0", "-0.00", "NaN", "Infinity", "-Infinity", "1.005", "99999999.99", "100000000.00", "9.99E+6144", "1E-6176", "1234567890123456789012345678901234"];
    await through(...decimals.flatMap((value, index) => ["amount", "price"].map((field) => ({ _id: `${field}${index}`, [field]: decimal(value) }))));
    expect(await text("SELECT amount::text FROM things WHERE id IN ('amount0', 'amount1') ORDER BY id")).toBe("1.50;1.5");
    expect(await text("SELECT coalesce(price::text, 'NULL') FROM things WHERE id = 'price8'")).toBe("NULL");
    expect(await text("SELECT '1.005'::numeric(10,2)::text"), "the hazard is real").toBe("1.01");
  });

  it("H36: int32, int64, double and decimal of one value stay what they are", async () => {
    const ones = [new Int32(1), Long.ONE, new Double(1), decimal("1"), Long.fromString("9007199254740993"), Long.MIN_VALUE, Long.MAX_VALUE];
    await through(...ones.flatMap((value, index) => ["count", "big", "ratio", "amount", "cost", "meta", "unmapped"].map((field) => ({ _id: `${field}${index}`, [field]: value }))));
  });

  it("H37: milliseconds come back whatever the session's zone is, and microseconds that PostgreSQL adds are told", async () => {
    if (server === "pglite") await get().run("SET timezone = 'Asia/Kathmandu'");
    await through({ _id: "a", at: new Date("2024-06-01T00:00:00.123Z"), seen: new Date("2024-06-01T00:00:00.999Z") });
    if (server === "pglite") await get().run("RESET timezone");
    await get().run("UPDATE things SET seen = '2024-06-01T00:00:00.123456Z'");
    const read = await get().db.read("things", ["a"]);
    expect(read.issueCounts).toEqual({ "timestamp-microseconds": 1 });
    const comparison = await get().db.compare("things", () => [[{ _id: "a", at: new Date("2024-06-01T00:00:00.123Z"), seen: new Date("2024-06-01T00:00:00.123Z") }]]);
    expect(comparison.differences).toMatchObject([{ class: "precision", column: "seen" }]);
  });

  it("H38: dates at the ends of what JavaScript, BSON and PostgreSQL can say", async () => {
    const dates = [0, -1, 8.64e15, -8.64e15, Date.UTC(0, 0, 1) - 62_167_219_200_000, -62_135_596_800_001, 253_402_300_800_000].map((time) => new Date(time));
    const far = [Long.MIN_VALUE, Long.MAX_VALUE].map((time, index) => rawDocument([["_id", { type: 2, bytes: Buffer.from(`\x03\0\0\0f${index}\0`) }], ["at", { type: 9, bytes: Buffer.from(time.toBytesLE()) }]]));
    await through(...dates.flatMap((date, index) => ["at", "seen"].map((field) => ({ _id: `${field}${index}`, [field]: date }))), ...far);
  });

  it("H39: U+0000 and halves of surrogates, which PostgreSQL has no text for", async () => {
    await through({ _id: "a", note: "a\0b" }, { _id: "b", meta: { deep: ["\0"] } }, { _id: "c", tags: ["x", "\0"] }, { _id: "d", fees: { "k\u{fffd}": decimal("1") } }, { _id: "e\0", note: "in the key" }, { _id: "f", note: "\ud800" });
    // The driver's own objects have U+FFFD by then; bytes that are no UTF-8 are refused, not changed.
    const lone = rawDocument([["_id", { type: 2, bytes: Buffer.from("\x02\0\0\0l\0") }], ["note", { type: 2, bytes: Buffer.from([4, 0, 0, 0, 0xed, 0xa0, 0x80, 0]) }]]);
    expect(await get().db.apply("things", lone, { version: 1 })).toMatchObject({ outcome: "failed", reason: "document-refused", issues: [{ code: "document-malformed" }] });
  });

  it("H40: what jsonb sorts, folds and rewrites comes back as it was", async () => {
    const twice = rawDocument([["_id", { type: 2, bytes: Buffer.from("\x02\0\0\0t\0") }], ["meta", { type: 3, bytes: Buffer.from(rawDocument([["k", { type: 16, bytes: Buffer.from([1, 0, 0, 0]) }], ["k", { type: 16, bytes: Buffer.from([2, 0, 0, 0]) }]])) }]]);
    await through({ _id: "a", meta: { bb: 1, a: 2, ccc: { z: 1, y: 2 } } }, { _id: "b", meta: { n: [1e2, 1e300, -0, new Double(7), 0.1] } }, { _id: "c", meta: { n: Number.NaN, d: decimal("1.10"), $date: "x" } }, twice);
  });

  it("H41: every type there is, mapped and not", async () => {
    const values = [
      new Binary(Buffer.from("ab"), 0), new Binary(Buffer.alloc(16, 7), 3), new UUID(), new Binary(Buffer.from("x"), 128), new BSONRegExp("^a", "im"), new BSONSymbol("s"), new Code("f()"), new Code("f()", { x: 1 }),
      new MinKey(), new MaxKey(), new Timestamp({ t: 1, i: 2 }), new ObjectId(), { $ref: "c", $id: new ObjectId(), $db: "d" },
    ];
    await through(...values.flatMap((value, index) => ["data", "meta", "note", "unmapped"].map((field) => ({ _id: `${field}${index}`, [field]: value }))));
  });
});

/** Tables that no longer are as the mapping says, a document that they refuse for that, and what comes of it. */
const PROVOKED: [string, string, Record<string, unknown>, object][] = [
  ["a value that is missing", "ALTER TABLE things ALTER note SET NOT NULL", {}, { sqlstate: "23502", reason: "missing-required", column: "note" }],
  ["a number beyond its column", "ALTER TABLE things ALTER count TYPE smallint", { count: 40_000 }, { sqlstate: "22003", reason: "scale-or-range" }],
  ["a text longer than its column", "ALTER TABLE things ALTER note TYPE varchar(3)", { note: "four" }, { sqlstate: "22001", reason: "scale-or-range" }],
  ["a label that is no more", "ALTER TYPE mood RENAME VALUE 'good' TO 'fine'", { mood: "good" }, { sqlstate: "22P02", reason: "bad-literal" }],
  ["a column that is no more", "ALTER TABLE things DROP street", { home: { street: "x" } }, { sqlstate: "42703", reason: "schema-drift" }],
  ["a check", "ALTER TABLE lines ADD CHECK (quantity > 0)", { lines: [{ quantity: Long.fromNumber(-7) }] }, { sqlstate: "23514", reason: "check-failed", table: "lines" }],
];
describe("§9: provoked by the tables", () => {
  describe.each(PROVOKED)("%s", (_, alter, fields, expected) => {
    onEachServer("refused", things, "", (get) => {
      it("says so, and nothing of it is written", async () => {
        expect(await get().db.apply("things", { _id: "before", v: 1, note: "x", flag: false }), "the statement is prepared").toMatchObject({ outcome: "inserted" });
        await get().run(alter);
        expect(await get().db.apply("things", { _id: "a", v: 1, ...fields })).toMatchObject({ outcome: "failed", ...expected });
        expect(await get().rows("SELECT id FROM things")).toEqual([{ id: "before" }]);
      });
    });
  });
});

describe("§9: what PostgreSQL refuses has a reason", () => {
  /** Condition, and the reason that it is. */
  const REASONS: [string, string][] = [
    ["23503", "missing-parent"], ["23505", "unique-conflict"], ["23P01", "unique-conflict"], ["23502", "missing-required"], ["23514", "check-failed"], ["22003", "scale-or-range"], ["22001", "scale-or-range"], ["22007", "date-range"], ["22008", "date-range"],
    ["22021", "nul-byte"], ["22P05", "nul-byte"], ["22P02", "bad-literal"], ["22P03", "bad-literal"], ["40001", "retry"], ["40P01", "retry"], ["55P03", "throttle"], ["57014", "throttle"], ["53300", "throttle"],
    ["57P01", "pg-down"], ["57P02", "pg-down"], ["57P03", "pg-down"], ["08006", "pg-down"], ["42703", "schema-drift"], ["42P01", "schema-drift"], ["42804", "schema-drift"], ["42501", "schema-drift"], ["P0001", "other"],
  ];
  const raise = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the value is secret' USING ERRCODE = NEW.note, DETAIL = 'Key (note)=(secret)'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON things FOR EACH ROW WHEN (NEW.flag) EXECUTE FUNCTION refuse()`;
  onEachServer("conditions", things, raise, (get) => {
    it.each(REASONS)("%s is %s", async (condition, reason) => {
      const refused = await get().db.apply("things", { _id: condition, v: 1, flag: true, note: condition });
      expect(refused).toMatchObject({ outcome: "failed", reason, sqlstate: condition, key: condition });
      expect(JSON.stringify(refused), "values are for nobody's log").not.toContain("secret");
      expect(await get().rows(`SELECT 1 AS one FROM things WHERE id = '${condition}'`), "nothing is half applied").toEqual([]);
    });

    it("one that is poisoned leaves its neighbours alone, where the data are to blame", async () => {
      const { counts, outcomes } = await get().db.applyMany("things", [{ _id: "x", v: 1 }, { _id: "y", v: 1, flag: true, note: "22003" }, { _id: "z", v: 1 }]);
      expect(counts).toMatchObject({ inserted: 2, failed: 1 });
      expect(outcomes[1]).toMatchObject({ reason: "scale-or-range" });
    });
  });

  it("of a primary key it is a conflict of ids, and of a delete a reference that is left", () => {
    expect(reasonOf(new PostgresError("23505", "duplicate key", { constraint: "things_pkey" }))).toBe("id-conflict");
    expect(reasonOf(new PostgresError("23503", "still referenced"), true)).toBe("still-referenced");
  });
});
