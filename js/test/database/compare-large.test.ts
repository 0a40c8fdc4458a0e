import { describe, expect, it } from "vitest";
import { init } from "rowlens";
import { encodeDocument } from "../../src/bson/encode-document.ts";
import { compile } from "../../src/core/plan.ts";
import { compareDocuments } from "../../src/database/compare.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import type { Session } from "../../src/database/session.ts";
import { plain } from "../../src/database/transaction-sql.ts";
import { useScratch } from "../support/scratch.ts";

await init();

const plan = compile({ version: 1, collections: { c: { table: "c", key: { column: "id", as: "integer" }, columns: { n: { path: "n", type: "integer" } }, complement: "rest" } } });
const collection = plan.collection("c");
const documents = Array.from({ length: 20 }, (_, _id) => encodeDocument({ _id, n: _id }));
const bytes = 256 * 1024 * 1024 + 1;

/** A session whose rows are too large where `large` says so of the keys that are read. */
const withLarge = (session: Session, large: (keys: string[]) => "rows" | "field" | undefined, asked: number[]): Session =>
  new Proxy(session, {
    get: (target, name) => {
      if (name === "inTransaction") return false;
      if (name !== "query") return Reflect.get(target, name) as unknown;
      return async (statement: Parameters<Session["query"]>[0]) => {
        if (!statement.text.includes("AS missing")) return target.query(statement);
        const keys = String(statement.parameters[0]).slice(1, -1).split(",");
        const how = large(keys);
        if (how === "rows") return [{ t0: new Uint8Array(bytes), missing: null }];
        if (how === "field") throw new PostgresError("54000", "out of memory");
        asked.push(keys.length);
        return target.query(statement);
      };
    },
  });

describe("comparison of documents that differ and are large", () => {
  const scratch = useScratch("pglite");
  const comparing = (large: Parameters<typeof withLarge>[1], recheck: boolean, body: (report: Awaited<ReturnType<typeof compareDocuments>>, asked: number[]) => void): Promise<void> =>
    scratch.run(plan.ddl(), async (session) => {
      for (const table of collection.toRows(documents).tables) await session.copyIn(table.sql.copyIn, [table.copyBinary()]);
      await session.query(plain("UPDATE c SET n = n + 1000"));
      await session.query(plain("INSERT INTO c (id, n) VALUES (77, 1)"));
      const asked: number[] = [];
      body(await compareDocuments(withLarge(session, large, asked), collection, () => [documents], recheck ? { recheck: () => documents } : {}), asked);
    });

  it.each([true, false])("of more than 256 MB is done by halves, and finds everything (recheck: %s)", async (recheck) => {
    await comparing((keys) => (keys.length > 6 ? "rows" : undefined), recheck, (report, asked) => {
      expect(report).toMatchObject({ equal: false, differing: 21, settled: 0, counts: { differing: 20, extra: 1 } });
      expect(new Set(report.differences.map(({ key }) => key)).size).toBe(21);
      expect(report.differences.filter(({ column }) => column === "n")).toHaveLength(20);
      expect(Math.max(...asked)).toBeLessThanOrEqual(6);
    });
  });

  it.each(["rows", "field"] as const)("one that is too large alone (%s) differs, and the others are told in detail", async (how) => {
    await comparing((keys) => (keys.includes("7") ? how : undefined), true, (report) => {
      expect(report).toMatchObject({ differing: 21, counts: { differing: 20, extra: 1 } });
      expect(report.differences.filter(({ key }) => key === "7")).toEqual([{ class: "differing", key: "7", table: "c", row: ["7"], rows: 1 }]);
      expect(report.differences.filter(({ column }) => column === "n")).toHaveLength(19);
    });
  });
});
