import { afterAll, describe, expect, it } from "vitest";
import { compile, migrate, parseExtendedJson, RowlensError, type CollectionMapping, type Mapping } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { expectMoved, fill, read, run, type Target } from "../support/migrating.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };

const things = (more: Partial<CollectionMapping>, enums: Mapping["enums"] = {}): Mapping => ({ version: 1, enums, collections: { things: { table: "things", key: { column: "id", as: "integer" }, complement: "rest", ...more } } });
const kind = { path: "kind", type: "text" };
const [iban, bic, address, limit] = [{ path: "iban", type: "text" }, { path: "o.bic", type: "text" }, { path: "address", type: "varchar(4)" }, { path: "o.limit", type: "numeric(6,2)" }];
const hops = { table: "hops", path: "hops[]", columns: { n: { path: "n", type: "integer" } } };

const FORMS: Record<string, Mapping> = {
  complement: things({}),
  "all in columns": things({ columns: { kind, iban, bic, address, limit }, children: [hops] }),
  "jsonb": things({ columns: { kind, iban: { path: "iban", type: "jsonb" }, o: { path: "o", type: "jsonb" }, hops: { path: "hops", type: "jsonb" } } }),
  "only the kind": things({ columns: { kind } }),
  "one table": things({ columns: { kind, limit }, discriminator: { path: "kind", variants: { bank: { columns: { iban, bic } }, crypto: { columns: { address }, children: [hops] } } } }),
  "one table, other variants": things({ columns: { kind }, discriminator: { path: "kind", variants: { crypto: { columns: { address: { path: "address", type: "text" }, iban } }, cash: { columns: { limit } } } } }),
  "a table per class": things({ columns: { kind, limit }, discriminator: { path: "kind", variants: { bank: { table: "banks", columns: { iban, bic } }, crypto: { table: "cryptos", columns: { address }, children: [hops] } } } }),
  "a table for one class, by an enum": things({ columns: { kind: { path: "kind", type: "kind" }, iban }, discriminator: { path: "kind", variants: { crypto: { table: "cryptos", columns: { wallet: { path: "address", type: "text", absent: "null" }, limit } }, bank: { columns: { bic } } } } }, { kind: ["bank", "crypto"] }),
  "by another field": things({ columns: { kind, sort: { path: "o.sort", type: "text" } }, discriminator: { path: "o.sort", variants: { x: { table: "xs", columns: { iban, bic } }, y: { columns: { address } } } } }),
};
const documents = parseExtendedJson([
  { kind: "bank", iban: "DE1", o: { bic: "B", limit: { $numberDecimal: "12.5" } } },
  { kind: "bank", iban: 5, o: { bic: null, sort: "x" }, address: "0xab", hops: [{ n: 1 }] },
  { kind: "bank" },
  { kind: "bank", o: {}, iban: null, more: { $numberLong: "5" } },
  { kind: "crypto", address: "0xab", hops: [{ n: 1 }, { n: "x", m: 2 }], o: { limit: { $numberDecimal: "1.255" } } },
  { kind: "crypto", address: "0xabcdef", hops: [], iban: "DE2", o: { bic: "B", sort: "y" } },
  { kind: "crypto", hops: null, o: null },
  { kind: "cash", o: { limit: { $numberDecimal: "7.25" } }, iban: "DE3" },
  { kind: "other", iban: "DE4", o: { bic: "B", sort: "x" }, address: "0xcd", hops: [{ n: 5 }] },
  { kind: null, iban: "DE5", o: 5 },
  { kind: 5, iban: "DE6", address: "a", o: { sort: ["x"] } },
  { kind: { $symbol: "bank" }, iban: "DE7", o: { bic: "x", sort: "y" }, address: "b" },
  { iban: "DE8", hops: [{ n: { $numberLong: "9" } }, 5] },
  { kind: "bank\u0000", iban: "DE9" },
].map((document, index) => JSON.stringify({ _id: index, ...document })).join("\n"));

const pairs = (forms: Record<string, Mapping>): [string, string][] => Object.keys(forms).flatMap((from) => Object.keys(forms).filter((to) => to !== from).map((to): [string, string] => [from, to]));

describe("fields of variants move", () => {
  it.each(pairs(FORMS))("from %s to %s", (from, to) => expectMoved(here, FORMS[from] as Mapping, FORMS[to] as Mapping, { things: documents }), 60_000);

  it("a column of a variant wins over its entry in the complement, in either table", async () => {
    for (const [form, sql] of [["one table", "UPDATE things SET iban = 'new' WHERE kind = 'bank'; UPDATE things SET address = 'w' WHERE kind = 'crypto'"], ["a table per class", "UPDATE banks SET iban = 'new'; UPDATE cryptos SET address = 'w'"]] as const) {
      const from = compile(FORMS[form] as Mapping);
      for (const to of ["complement", "jsonb", "all in columns", "one table, other variants"]) {
        await fill(here, from, { things: documents });
        await here.exec(sql);
        const before = await read(here, from, "things");
        expect(before.codes).toContain("complement-stale iban");
        await run(here, from, compile(FORMS[to] as Mapping));
        const after = await read(here, compile(FORMS[to] as Mapping), "things");
        const things = from.collection("things");
        const text = (list: readonly Uint8Array[]): unknown[] => list.map((document) => [String(things.keyOf(document)), things.toRows(document).tables.map((table) => table.objects())]).sort();
        expect(text(after.documents)).toEqual(text(before.documents));
      }
    }
  }, 60_000);
});

it("rows of a variant's table that were not written are found, though the complement would say what they do not", async () => {
  const [from, to] = [compile(FORMS["only the kind"] as Mapping), compile(FORMS["a table per class"] as Mapping)];
  await fill(here, from, { things: documents });
  const damaged = migrate(from, to).statements.filter((statement) => !statement.startsWith('INSERT INTO "banks"')).join("\n");
  await here.exec("BEGIN");
  await expect(here.exec(damaged)).rejects.toThrow(/^rowlens: rows of `banks` are not what was written/);
  await here.exec("ROLLBACK");
});

describe("elements with a discriminator", () => {
  const events = (more: object): Mapping => things({ children: [{ table: "events", path: "events[]", ...more }] });
  const ELEMENTS: Record<string, Mapping> = {
    complement: things({}),
    jsonb: things({ columns: { events: { path: "events", type: "jsonb" } } }),
    "columns for all": events({ columns: { kind, amount: { path: "amount", type: "numeric" }, note: { path: "note", type: "text" } } }),
    "columns by kind": events({
      columns: { kind },
      discriminator: { path: "kind", variants: { paid: { columns: { amount: { path: "amount", type: "numeric" } }, children: [{ table: "parts", path: "parts[]", columns: { v: { path: "@", type: "integer" } } }] }, said: { columns: { note: { path: "note", type: "text" } } } } },
    }),
    "other kinds": events({ columns: { kind }, discriminator: { path: "kind", variants: { said: { columns: { note: { path: "note", type: "text" }, amount: { path: "amount", type: "integer" } } }, odd: { columns: { odd_note: { path: "note", type: "text" } } } } } }),
  };
  const list = parseExtendedJson([
    { events: [{ kind: "paid", amount: { $numberDecimal: "1.5" }, parts: [1, 2] }, { kind: "said", note: "hi", amount: 3 }, { kind: "odd", note: 7, amount: 5, parts: [3] }] },
    { events: [{ kind: "said", amount: { $numberDecimal: "9" }, parts: [] }, { kind: "paid", note: "more", amount: "x", parts: [1, "y"], b: 1 }, { kind: 5, note: "n" }, 7, { note: "none" }, { kind: "odd", note: "o" }] },
    { events: [] }, {}, { events: null },
  ].map((document, index) => JSON.stringify({ _id: index, ...document })).join("\n"));

  it.each(pairs(ELEMENTS))("from %s to %s", (from, to) => expectMoved(here, ELEMENTS[from] as Mapping, ELEMENTS[to] as Mapping, { things: list }), 60_000);

  it("with tables of their own are refused", () => {
    const own = events({ columns: { kind }, discriminator: { path: "kind", variants: { paid: { table: "payments", columns: { amount: { path: "amount", type: "numeric" } } } } } });
    for (const [from, to] of [[own, things({})], [things({}), own]] as const) expect(codes(from, to)).toContain("migration-variants");
  });

  it("which one variant has in JSON, where another has their fields in an order of its own, are refused: entries would not find their elements", () => {
    const w = (columns: NonNullable<CollectionMapping["columns"]>, table: string): NonNullable<CollectionMapping["children"]> => [{ table, path: "ev[]", columns }];
    const mixed = things({ columns: { kind }, discriminator: { path: "kind", variants: { a: { children: w({ b: { path: "w.b", type: "text" }, a: { path: "w.a", type: "text" } }, "as") }, b: { children: w({ w: { path: "w", type: "jsonb" } }, "bs") } } } });
    expect(codes(things({}), mixed)).toContain("migration-variants");
    expect(codes(mixed, things({ columns: { kind } }))).toContain("migration-variants");
  });

  it("whose variants have the same fields in another order are refused", () => {
    const [a, b] = [{ path: "a", type: "text" }, { path: "b", type: "text" }];
    const crossed = events({ columns: { kind }, discriminator: { path: "kind", variants: { x: { columns: { a, b } }, y: { columns: { b2: b, a2: a } } } } });
    expect(codes(things({}), crossed)).toContain("migration-variants");
  });
});

function codes(from: Mapping, to: Mapping): string[] {
  try {
    migrate(compile(from), compile(to));
  } catch (error) {
    if (RowlensError.is(error)) return error.issues.map((issue) => issue.code);
    throw error;
  }
  return [];
}
