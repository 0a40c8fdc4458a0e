import { describe, expect, it } from "vitest";
import { compile, type Issue, type Mapping } from "rowlens";
import { checkDatabase } from "../../src/database/check.ts";
import { plain } from "../../src/database/transaction-sql.ts";
import { useScratch } from "../support/scratch.ts";

/** Type in the mapping, type in the database, values there, and what the help is: a statement (that keeps them, or fails with that SQLSTATE), or words. */
type Case = readonly [wanted: string, there: string, values: readonly string[], help: "keeps" | "words" | `fails ${string}`];

const CASES: readonly Case[] = [
  ["varchar(10)", "varchar(50)", ["'a longer note than ten'"], "words"],
  ["varchar(10)", "text", ["'a longer note than ten'", "'blanks             '"], "words"],
  ["varchar(10)", "varchar(5)", ["'12345'"], "keeps"],
  ["text", "varchar(50)", ["'blanks  '"], "keeps"],
  ["text", "char(5)", ["'ab'"], "words"],
  ["text", "bigint", ["9007199254740993"], "keeps"],
  ["text", "label", ["'a label'"], "keeps"],
  ["text", "double precision", ["0.1"], "words"],
  ["numeric(10,2)", "numeric(10,4)", ["12.3456"], "words"],
  ["numeric(10,2)", "numeric", ["12.3456"], "words"],
  ["numeric(10,4)", "numeric(10,2)", ["12.34"], "keeps"],
  ["numeric(10,4)", "numeric(10,2)", ["12345678.12"], "fails 22003"],
  ["numeric(20,2)", "double precision", ["12345678901234567.25"], "words"],
  ["numeric(4,2)", "integer", ["123"], "fails 22003"],
  ["numeric(4,-2)", "integer", ["149"], "words"],
  ["integer", "bigint", ["3000000000"], "fails 22003"],
  ["integer", "numeric", ["1.5"], "words"],
  ["bigint", "numeric(20,0)", ["9007199254740993"], "keeps"],
  ["double precision", "integer", ["2147483647"], "keeps"],
  ["double precision", "numeric", ["0.12345678901234567890"], "words"],
  ["timestamptz(3)", "timestamptz(6)", ["'2020-01-01 00:00:00.123456Z'"], "words"],
  ["timestamptz(3)", "timestamptz(0)", ["'2020-01-01 00:00:00Z'"], "keeps"],
  ["timestamptz(3)", "timestamp(3)", ["'2020-01-01 00:00:00'"], "words"],
  ["timestamp(3)", "timestamptz(3)", ["'2020-01-01 00:00:00Z'"], "words"],
  ["date", "timestamp", ["'2020-01-01 12:00:00'"], "words"],
  ["jsonb", "json", ["'{\"a\":1,\"a\":2}'"], "words"],
  ["state", "text", ["'open'"], "keeps"],
  ["state", "text", ["'gone'"], "fails 22P02"],
  ["state", "older", ["'open'"], "keeps"],
  ["state[]", "text[]", ["'{open,paid}'"], "keeps"],
  ["text[]", "text", ["'{a}'"], "words"],
  ["numeric(10,2)[]", "numeric(10,4)[]", ["'{12.3456}'"], "words"],
  ["varchar(10)[]", "varchar(50)[]", ["'{a longer note than ten}'"], "words"],
];

describe.each(["pglite", "18", "15"] as const)("the help of checkDatabase (%s)", (server) => {
  const scratch = useScratch(server);

  it.each(CASES)("%s in the mapping, %s in the database: %j %s", async (wanted, there, values, help) => {
    const mapping: Mapping = { version: 1, enums: { state: ["open", "paid"] }, collections: { c: { table: "c", key: { column: "id", as: "integer" }, columns: { v: { path: "v", type: wanted } }, complement: "rest" } } };
    const plan = compile(mapping);
    await scratch.run(`${plan.ddl()}; CREATE DOMAIN label AS text; CREATE TYPE older AS ENUM ('paid', 'open'); ALTER TABLE c DROP v; ALTER TABLE c ADD v ${there}`, async (session) => {
      for (const [id, value] of values.entries()) await session.query(plain(`INSERT INTO c (id, v) VALUES (${id}, ${value})`));
      const held = async (): Promise<unknown> => session.query(plain("SELECT id::text AS id, v::text AS v FROM c ORDER BY id"));
      const before = await held();
      const issues: Issue[] = await checkDatabase(session, plan);
      expect(issues).toMatchObject([{ code: "column-type", table: "c", column: "v" }]);
      const text = issues[0]?.help as string;
      if (help === "words") {
        // What is said to be declared fits.
        expect(text).toMatch(/^declare the column as it is, "type": "/);
        const type = /"type": "([^"]*)"/.exec(text)?.[1] as string;
        const declared = compile({ ...mapping, collections: { c: { ...(mapping.collections["c"] as Mapping["collections"][string]), columns: { v: { path: "v", type } } } } });
        expect(await checkDatabase(session, declared)).toEqual([]);
      } else if (help === "keeps") {
        await session.query(plain(text));
        expect(await checkDatabase(session, plan)).toEqual([]);
        // A scale may grow by zeros.
        if (wanted === "numeric(10,4)") expect(await held()).toEqual([{ id: "0", v: "12.3400" }]);
        else expect(await held()).toEqual(before);
      } else {
        await expect(session.transaction((own) => own.query(plain(text)))).rejects.toMatchObject({ sqlstate: help.slice("fails ".length) });
        expect(await held()).toEqual(before);
      }
    });
  }, 30_000);
});
