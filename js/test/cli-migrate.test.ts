import { expect, it } from "vitest";
import { cli, mapping, scratch } from "./cli.ts";

const { file } = scratch();
const { users: _, ...collections } = mapping.collections;
const old = file("old.json", JSON.stringify({ ...mapping, collections: { ...mapping.collections, payments: { ...collections.payments, columns: {} } } }));
const now = file("new.json", JSON.stringify(mapping));
const fewer = file("fewer.json", JSON.stringify({ ...mapping, collections }));

it("prints SQL for psql, warnings beside it", async () => {
  const { code, out, err } = await cli(["migrate", now, old]);
  expect(code).toBe(0);
  expect(out).toMatch(/^BEGIN ISOLATION LEVEL READ COMMITTED;\n[^]*ALTER TABLE "payments" DROP COLUMN "amount";[^]*\nCOMMIT;\n$/);
  expect(err).toContain("migration-rewrites");
  expect((await cli(["migrate", now, old, "--quiet"])).err).toBe("");
});

it("prints SQL for Drizzle, and for machines", async () => {
  const [drizzle, machine] = [await cli(["migrate", old, now, "--breakpoints"]), await cli(["migrate", old, now, "--json"])];
  const { statements, warnings } = JSON.parse(machine.out) as { statements: string[]; warnings: unknown[] };
  expect(warnings).toEqual([]);
  expect(drizzle.out.trimEnd().split("\n--> statement-breakpoint\n")).toEqual(statements);
  expect(statements).toContain('ALTER TABLE "payments" ADD COLUMN "amount" numeric;');
});

it("prints nothing where nothing changes", async () => {
  expect(await cli(["migrate", now, now])).toMatchObject({ code: 0, out: "", err: "" });
});

it("refuses what would lose data, with every reason", async () => {
  const run = await cli(["migrate", now, fewer, "--json"]);
  expect([run.code, JSON.parse(run.out)]).toMatchObject([2, { error: { code: "migration-refused", issues: [{ code: "migration-loss", path: "collections.users" }] } }]);
});

it("wants two mappings", async () => {
  for (const [args, code] of [[[now], "mapping-needed"], [[now, now, now], "argument-unknown"]] as const) expect(JSON.parse((await cli(["migrate", ...args, "--json"])).out)).toMatchObject({ error: { code } });
});
