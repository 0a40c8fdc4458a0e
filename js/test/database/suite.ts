import { describe, expect, it, beforeAll, afterAll, beforeEach } from "vitest";
import { RowlensError } from "rowlens";
import { PostgresError } from "../../src/database/postgres-error.ts";
import type { Session, Statement } from "../../src/database/session.ts";

/** A driver's way to a database of one's own. */
export interface Opened {
  session: Session;
  /** A session inside a transaction that the driver's user has begun. */
  inside<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Connections that are lent out and not back; 0 where the driver cannot say. */
  lent(): number;
  close(): Promise<void>;
}

/** Defaults that an administrator may have set, and that must change nothing. */
const SETTINGS = { default_transaction_isolation: "serializable", default_transaction_deferrable: "on", bytea_output: "escape", timezone: "Asia/Kathmandu", datestyle: "German", intervalstyle: "iso_8601", extra_float_digits: "0" };

/** {@link SETTINGS} for all connections to a database, or for the one that there is. */
export const oddSettings = (scope: "database" | "session"): string =>
  Object.entries(SETTINGS).map(([name, value]) => (scope === "session" ? `SET ${name} = '${value}';` : `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ${name} = %L', current_database(), '${value}'); END $$;`)).join("\n");

/** One statement of the tests. */
export const sql = (text: string, ...parameters: (string | Uint8Array | null)[]): Statement => ({ text, parameters });

const bytes = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString("hex");
};

const failure = async (work: Promise<unknown>): Promise<PostgresError> => {
  const error = await work.then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PostgresError);
  expect(RowlensError.is(error)).toBe(true);
  return error as PostgresError;
};

/** A row into the table of the suite. */
export const insert = (id: number, label = "a"): Statement => sql("INSERT INTO t (id, label) VALUES ($1::int, $2::text) RETURNING id::text", String(id), label);
const ids = (session: Session): Promise<string> => session.query(sql("SELECT coalesce(string_agg(id::text, ',' ORDER BY id), '') AS ids FROM t")).then(([row]) => row?.ids as string);

/** What every session does, whichever the driver. */
export function sessionSuite(name: string, available: boolean, open: () => Promise<Opened>): void {
  describe.skipIf(!available)(`a session over ${name}`, () => {
    let opened: Opened;
    let session: Session;
    beforeAll(async () => {
      opened = await open();
      session = opened.session;
      await session.pipeline([
        sql("CREATE TABLE t (id int PRIMARY KEY, label text, data bytea, at timestamptz)"),
        sql("CREATE TABLE child (id int PRIMARY KEY, t_id int REFERENCES t DEFERRABLE INITIALLY DEFERRED, CONSTRAINT small CHECK (id < 100))"),
        sql("CREATE TYPE mood AS ENUM ('good', 'bad')"),
      ]);
    }, 60_000);
    afterAll(() => opened?.close(), 60_000);
    beforeEach(() => session.pipeline([sql("TRUNCATE t, child")]));

    it("text and bytes come back as they are, null as null", async () => {
      const text = "ümläut 'quotes' \\ {braces} \"double\"\n\t🦀";
      const data = Uint8Array.from({ length: 256 }, (_, index) => index);
      const [row] = await session.query(sql("SELECT $1::text AS a, decode($2, 'hex') AS b, NULL::text AS c, NULL::bytea AS d, ''::bytea AS e, '' AS f", text, Buffer.from(data).toString("hex")));
      expect(row?.a).toBe(text);
      expect(Buffer.from(row?.b as Uint8Array)).toEqual(Buffer.from(data));
      expect(row).toMatchObject({ c: null, d: null, f: "" });
      expect([...(row?.e as Uint8Array)]).toEqual([]);
    });

    it("parameters keep every digit: arrays, dates, numbers, JSON and enums are PostgreSQL's own text", async () => {
      const [row] = await session.query(sql(
        `SELECT $1::timestamptz[]::text AS stamps, $2::numeric[]::text AS numbers, $3::jsonb::text AS json, $4::bigint::text AS big, $5::text[]::text AS texts,
          $6::mood::text AS mood, $7::boolean::text AS yes, $8::bytea AS data, $9::date::text AS day, $10::float8[]::text AS floats, $11::int[]::text AS nothing`,
        '{"2026-01-31 12:00:00.123456+00",NULL}', "{12345678901234567890.123456789012345678,NaN}", '"10.5"', "9007199254740993", '{"a,b","NULL",NULL,"\\"q\\""}', "bad", "t", "\\x00ff", "0044-03-15 BC", "{0.1,-0,Infinity}", null,
      ));
      expect(row).toMatchObject({ numbers: "{12345678901234567890.123456789012345678,NaN}", json: '"10.5"', big: "9007199254740993", texts: '{"a,b","NULL",NULL,"\\"q\\""}', mood: "bad", yes: "true", day: "15.03.0044 BC", floats: "{0.1,-0,Infinity}", nothing: null });
      expect(row?.stamps).toContain("00.123456");
      expect([...(row?.data as Uint8Array)]).toEqual([0, 255]);
    });

    it("settings of the server and of the transaction change nothing: bytea_output, time zone, search_path", async () => {
      expect(await session.query(sql("SELECT current_setting('default_transaction_isolation') AS isolation, current_setting('bytea_output') AS bytes"))).toEqual([{ isolation: "serializable", bytes: "escape" }]);
      await session.transaction(async (own) => {
        await own.pipeline([sql("CREATE SCHEMA elsewhere"), sql("SET LOCAL search_path = elsewhere")]);
        const [row] = await own.query(sql("SELECT decode('005c7fff41', 'hex') AS a, ''::bytea AS b, current_schema()::text AS c"));
        expect(Buffer.from(row?.a as Uint8Array).toString("hex")).toBe("005c7fff41");
        expect(row).toMatchObject({ c: "elsewhere" });
        await own.query(sql("DROP SCHEMA elsewhere"));
      });
    });

    it("parameters in binary, where the session takes them", async () => {
      if (!session.binary) return void expect(session.binary).toBe(false);
      const int = Buffer.from([0, 0, 1, 0]);
      const [row] = await session.query(sql("SELECT $1::int::text AS a, $2::bytea AS b", new Uint8Array(int), Uint8Array.of(1, 2, 0)));
      expect(row?.a).toBe("256");
      expect([...(row?.b as Uint8Array)]).toEqual([1, 2, 0]);
    });

    it("results of a pipeline stand in its order", async () => {
      const results = await session.pipeline([insert(1), sql("SELECT count(*)::text AS n FROM t"), insert(2), sql("SELECT count(*)::text AS n FROM t"), sql("DELETE FROM t WHERE id = 7")]);
      expect(results).toEqual([[{ id: "1" }], [{ n: "1" }], [{ id: "2" }], [{ n: "2" }], []]);
    });

    it("a pipeline that fails leaves nothing behind, nor runs what follows", async () => {
      expect((await failure(session.pipeline([insert(1), insert(1), insert(2)]))).sqlstate).toBe("23505");
      expect((await failure(session.atomic([insert(3), sql("SELECT 1/0")]))).sqlstate).toBe("22012");
      expect(await ids(session)).toBe("");
      expect(opened.lent()).toBe(0);
    });

    it("a failure says the condition and the place, never the value", async () => {
      await session.query(insert(4242));
      const error = await failure(session.query(insert(4242, "secret")));
      expect(error).toMatchObject({ code: "postgres-error", sqlstate: "23505", constraint: "t_pkey", table: "t", schema: "public" });
      expect((await failure(session.query(sql("INSERT INTO child VALUES (4242, NULL)")))).constraint).toBe("small");
      const bad = await failure(session.query(sql("SELECT $1::int::text", "secret-text")));
      expect(bad.sqlstate).toBe("22P02");
      const missing = await failure(session.query(sql("SELECT nothing FROM t")));
      expect(missing.message).toContain("nothing");
      for (const { message, stack, ...rest } of [error, bad]) expect(`${message}${stack}${JSON.stringify(rest)}`).not.toMatch(/4242|secret/);
    });

    it("a deferred constraint fails the commit, and all is undone", async () => {
      expect((await failure(session.atomic([insert(1), sql("INSERT INTO child VALUES (1, 77)")]))).sqlstate).toBe("23503");
      expect((await failure(session.transaction((own) => own.pipeline([insert(1), sql("INSERT INTO child VALUES (1, 77)")])))).sqlstate).toBe("23503");
      expect((await failure(session.isolated([[insert(1)], [sql("INSERT INTO child VALUES (1, 77)")]]))).sqlstate).toBe("23503");
      expect(await ids(session)).toBe("");
      expect(opened.lent()).toBe(0);
    });

    it("a transaction is READ COMMITTED, commits what it did, and undoes it where the work rejects", async () => {
      const level = sql("SELECT current_setting('transaction_isolation') AS level");
      expect(await session.transaction(async (own) => {
        expect(own.inTransaction).toBe(true);
        await own.query(insert(1));
        return own.query(level);
      })).toEqual([{ level: "read committed" }]);
      expect((await session.atomic([level]))[0]).toEqual([{ level: "read committed" }]);
      expect(await session.isolated([[level]])).toEqual([[[{ level: "read committed" }]]]);
      await expect(session.transaction(async (own) => {
        await own.query(insert(2));
        throw new Error("the work's own");
      })).rejects.toThrow("the work's own");
      expect(await ids(session)).toBe("1");
      expect(session.inTransaction).toBe(false);
      expect(opened.lent()).toBe(0);
    });

    it("a transaction within is a savepoint: its failure undoes it alone", async () => {
      await session.transaction(async (own) => {
        await own.query(insert(1));
        expect((await failure(own.transaction((within) => within.pipeline([insert(2), insert(1)])))).sqlstate).toBe("23505");
        await own.transaction(async (within) => {
          await within.query(insert(3));
          await failure(within.transaction((deeper) => deeper.pipeline([insert(4), insert(3)])));
          await within.query(insert(5));
        });
        expect((await failure(own.transaction((within) => within.atomic([insert(6), insert(6)])))).sqlstate).toBe("23505");
      });
      expect(await ids(session)).toBe("1,3,5");
    });

    it("isolated groups: the one that fails is undone, alone", async () => {
      const groups = [[insert(1), insert(2)], [insert(3), insert(1), insert(4)], [], [insert(5)], [sql("SELECT nothing")], [insert(6)]];
      const results = await session.isolated(groups);
      expect(results.map((result) => (result instanceof PostgresError ? result.sqlstate : result))).toEqual([[[{ id: "1" }], [{ id: "2" }]], "23505", [], [[{ id: "5" }]], "42703", [[{ id: "6" }]]]);
      expect(await ids(session)).toBe("1,2,5,6");
      expect(await session.isolated([])).toEqual([]);
      expect(opened.lent()).toBe(0);
    });

    it("inside a transaction of the user everything joins it", async () => {
      const undo = new Error("undo");
      await expect(opened.inside(async (inside) => {
        expect(inside.inTransaction).toBe(true);
        await inside.query(insert(1));
        await inside.atomic([insert(2)]);
        await inside.pipeline([insert(3)]);
        await inside.transaction((own) => own.query(insert(4)));
        const results = await inside.isolated([[insert(5)], [insert(1)]]);
        expect((results[1] as PostgresError).sqlstate).toBe("23505");
        await inside.copyIn("COPY t (id) FROM STDIN", [Buffer.from("6\n")]);
        expect(await ids(inside)).toBe("1,2,3,4,5,6");
        throw undo;
      })).rejects.toBe(undo);
      expect(await ids(session)).toBe("");
      await opened.inside((inside) => inside.atomic([insert(1)]));
      expect(await ids(session)).toBe("1");
    });

    it("COPY in and out: the same bytes", async () => {
      const rows = Array.from({ length: 3000 }, (_, index) => `${index}\tlabel ${index} ü\t\\\\x00ff\t2026-01-31 12:00:00.123456+00\n`).join("");
      await session.copyIn("COPY t FROM STDIN", (function* () {
        const data = Buffer.from(rows);
        for (let at = 0; at < data.length; at += 7919) yield data.subarray(at, at + 7919);
      })());
      const before = await bytes(session.copyOut("COPY (SELECT * FROM t ORDER BY id) TO STDOUT (FORMAT binary)"));
      expect(before.startsWith("5047434f50590aff0d0a00")).toBe(true);
      await session.query(sql("TRUNCATE t, child"));
      await session.copyIn("COPY t FROM STDIN (FORMAT binary)", (async function* () { yield Buffer.from(before, "hex"); })());
      expect(await bytes(session.copyOut("COPY (SELECT * FROM t ORDER BY id) TO STDOUT (FORMAT binary)"))).toBe(before);
      expect(Buffer.from(await bytes(session.copyOut("COPY (SELECT 1 WHERE false) TO STDOUT")), "hex").toString()).toBe("");
      expect(opened.lent()).toBe(0);
    });

    it("a COPY whose source or target fails writes nothing, and the session goes on", async () => {
      await expect(session.copyIn("COPY t (id) FROM STDIN", (async function* () {
        yield Buffer.from("1\n");
        throw new Error("the source's own");
      })())).rejects.toThrow("the source's own");
      expect((await failure(session.copyIn("COPY t (id) FROM STDIN", [Buffer.from("1\nsecret\n")]))).sqlstate).toBe("22P02");
      expect((await failure(session.copyIn("COPY nowhere FROM STDIN", [Buffer.from("1\n")]))).sqlstate).toBe("42P01");
      expect((await failure(bytes(session.copyOut("COPY nowhere TO STDOUT")))).sqlstate).toBe("42P01");
      expect((await failure(bytes(session.copyOut("COPY (SELECT 1 / (100000 - n) FROM generate_series(1, 100000) n) TO STDOUT")))).sqlstate).toBe("22012");
      expect(await ids(session)).toBe("");
      await session.copyIn("COPY t (id) FROM STDIN", []);
      expect(await ids(session)).toBe("");
      expect(opened.lent()).toBe(0);
    });

    it("an iteration that ends early gives the connection back, in a transaction too", async () => {
      const many = "COPY (SELECT n, repeat('x', 100) FROM generate_series(1, 50000) n) TO STDOUT";
      for await (const chunk of session.copyOut(many)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await expect((async () => {
        for await (const _ of session.copyOut(many)) throw new Error("the reader's own");
      })()).rejects.toThrow("the reader's own");
      await session.query(insert(1));
      await opened.inside(async (inside) => {
        for await (const _ of inside.copyOut(many)) break;
        await inside.query(insert(2));
      });
      expect(await ids(session)).toBe("1,2");
      expect(opened.lent()).toBe(0);
    });

    it("a named statement is prepared once, and again where the name was forgotten or stands for another text", async () => {
      const named = (text: string, value: string): Statement => ({ text, parameters: [value], name: "rowlens_suite" });
      for (const value of ["1", "2", "3"]) expect(await session.query(named("SELECT $1::text || '!' AS a", value))).toEqual([{ a: `${value}!` }]);
      expect(await session.query(named("SELECT $1::text || '?' AS b, 'c'::text AS c", "5"))).toEqual([{ b: "5?", c: "c" }]);
      const same = named("SELECT $1::text || '!' AS a", "6");
      const failing = named("SELECT (1 / $1::int)::text AS d", "0");
      expect((await failure(session.query(failing))).sqlstate).toBe("22012");
      expect(await session.query({ ...failing, parameters: ["1"] })).toEqual([{ d: "1" }]);
      const results = await session.isolated([[sql("SELECT nothing"), same], [same, same], [{ ...failing, parameters: ["0"] }], [same]]);
      expect(results.map((result) => (result instanceof PostgresError ? result.sqlstate : result))).toEqual(["42703", [[{ a: "6!" }], [{ a: "6!" }]], "22012", [[{ a: "6!" }]]]);
      await session.query(sql("DISCARD ALL"));
      expect(await session.query(same)).toEqual([{ a: "6!" }]);
    });

    it("many at a time, and long rows in many pieces", async () => {
      const results = await Promise.all(Array.from({ length: 30 }, (_, index) => session.query(sql("SELECT repeat($1::text, 200000) AS text, decode(repeat('00ff', 100000), 'hex') AS data FROM generate_series(1, 2)", String(index % 10)))));
      results.forEach((rows, index) => {
        expect(rows.map((row) => (row.text as string).length)).toEqual([200_000, 200_000]);
        expect((rows[1]?.text as string)[199_999]).toBe(String(index % 10));
        expect([...(rows[1]?.data as Uint8Array).subarray(-2)]).toEqual([0, 255]);
      });
      expect(opened.lent()).toBe(0);
    }, 60_000);
  });
}
