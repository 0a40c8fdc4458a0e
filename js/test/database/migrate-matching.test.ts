import { afterAll, describe, expect, it } from "vitest";
import { compile, migrate, parseExtendedJson, RowlensError, type CollectionMapping, type Mapping } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { expectMoved, fill, run, type Target } from "../support/migrating.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };

type Part = Pick<CollectionMapping, "columns" | "children">;
const collection = (more: Partial<CollectionMapping>, table = "things"): CollectionMapping => ({ table, key: { column: "id", as: "integer" }, complement: "rest", ...more });
const things = (more: Partial<CollectionMapping>): Mapping => ({ version: 1, collections: { things: collection(more) } });
const documents = (...list: object[]): Uint8Array[] => parseExtendedJson(list.map((document) => JSON.stringify(document)).join("\n"));
/** Text columns by name. */
const texts = (columns: Record<string, string>): Part => ({ columns: Object.fromEntries(Object.entries(columns).map(([name, path]) => [name, { path, type: "text" }])) });
const moved = (from: Mapping, to: Mapping, ...list: object[]): Promise<void> => expectMoved(here, from, to, { things: documents(...list) });
const codes = (from: Mapping, to: Mapping): string[] => {
  try {
    migrate(compile(from), compile(to));
    return [];
  } catch (error) {
    return (error as RowlensError).issues.map((issue) => issue.code);
  }
};

describe("hazard: complements recognise elements by their bytes, and columns of elements stand in another order", () => {
  const events = (...parts: Part[]): Mapping => things({ children: [{ table: "events", path: "events[]", ...Object.assign({}, ...parts) }] });
  const list = [{ _id: 1, n: 1, events: [{ kind: "a", by: "x", w: { x: "1", y: "2" }, l: [{ v: "1", z: 2 }], note: "SECRET" }, { kind: "b", by: "y" }] }, { _id: 2, events: [{ kind: "c", by: "z" }] }];

  it("columns", () => moved(events(texts({ kind: "kind", by: "by" })), events(texts({ by: "by", kind: "kind" })), ...list));
  it("columns of a subdocument", () => moved(events(texts({ x: "w.x", y: "w.y" })), events(texts({ y: "w.y", x: "w.x" })), ...list));
  it("columns of elements of elements, and children", () => {
    const inner = (table: string, columns: Record<string, string>): NonNullable<Part["children"]>[number] => ({ table, path: "l[]", ...texts(columns) });
    const one = { table: "ws", path: "w", ...texts({ x: "x" }) };
    return moved(events({ children: [inner("ls", { v: "v", z: "z" }), one] }), events({ children: [one, inner("ls", { z: "z", v: "v" })] }), ...list);
  });
  it("while another field moves", () => moved(events(texts({ kind: "kind", by: "by" })), { ...events(), collections: { things: collection({ ...texts({ n: "n" }), children: [{ table: "events", path: "events[]", ...texts({ by: "by", kind: "kind" }) }] }) } }, ...list));
  it("only documents whose complement says something about them are written", async () => {
    const [from, to] = [compile(events(texts({ kind: "kind", by: "by" }))), compile(events(texts({ by: "by", kind: "kind" })))];
    await fill(here, from, { things: documents(...list) });
    expect(migrate(from, to).warnings).toEqual([]);
    const written = (id: number): Promise<unknown> => here.session.query({ text: `SELECT xmin::text AS by FROM events WHERE things_id = ${id}`, parameters: [] });
    const [first, second] = [await written(1), await written(2)];
    await run(here, from, to);
    expect(await written(1)).not.toEqual(first);
    expect(await written(2)).toEqual(second);
  });
  it("stored digests have columns in their order, and are forgotten", () => {
    const two = (...names: string[]): Mapping => things({ ...texts(Object.fromEntries(names.map((name) => [name, name]))), hash: "digest" });
    expect(migrate(compile(two("a", "b")), compile(two("b", "a"))).sql).toContain('SET "digest" = NULL');
    expect(migrate(compile(two("a", "b")), compile(two("a", "b"))).statements).toEqual([]);
  });
});

describe("hazard: under `fidelity: exact` the order of columns is that of keys", () => {
  const two = (fidelity: "exact" | "value", ...names: string[]): Mapping => things({ ...texts(Object.fromEntries(names.map((name) => [name.replace(".", "_"), name]))), fidelity });
  it.each([
    ["columns in another order", two("exact", "a", "b"), two("exact", "b", "a"), ["migration-order"]],
    ["columns of a subdocument in another order", two("exact", "w.a", "w.b"), two("exact", "w.b", "w.a"), ["migration-order"]],
    ["exact from now on", two("value", "a", "b"), two("exact", "a", "b"), ["migration-order"]],
    ["exact no longer", two("exact", "a", "b"), two("value", "a", "b"), ["migration-order"]],
    ["nothing but names", two("exact", "a", "b"), things({ ...texts({ x: "a", y: "b" }), fidelity: "exact" }), []],
    ["the order does not count", two("value", "a", "b"), two("value", "b", "a"), []],
  ])("%s", (_, from, to, wanted) => expect(codes(from, to)).toEqual(wanted));
});

describe("hazard: two variants have the same path, and get other names in another order", () => {
  const kinds = (variants: Record<string, object>): Mapping => things({ columns: { kind: { path: "kind", type: "text" } }, discriminator: { path: "kind", variants } as never });
  const list = [{ _id: 1, kind: "A", v: "of A", ev: [{ v: "a" }, { v: "b", more: 1 }] }, { _id: 2, kind: "B", v: "of B", ev: [{ v: "c" }] }, { _id: 3, kind: "C", v: "of C" }, { _id: 4, v: 4 }];
  const children = (table: string, name = "v"): Part => ({ children: [{ table, path: "ev[]", ...texts({ [name]: "v" }) }] });

  it.each([
    ["columns", { A: texts({ a_v: "v" }), B: texts({ b_v: "v" }) }, { B: texts({ bv: "v" }), A: texts({ av: "v" }) }],
    ["columns exchange names", { A: texts({ x: "v" }), B: texts({ y: "v" }) }, { A: texts({ y: "v" }), B: texts({ x: "v" }) }],
    ["a column of a variant that goes", { A: texts({ x: "v" }), B: texts({ y: "v" }) }, { C: texts({ x: "v" }), B: texts({ z: "v" }) }],
    ["tables of elements", { A: children("ka"), B: children("kb") }, { B: children("kbb"), A: children("kaa") }],
    ["tables of elements exchange names", { A: children("ka"), B: children("kb", "w") }, { A: children("kb"), B: children("ka", "w") }],
    ["tables per class", { A: { table: "ta", ...texts({ v: "v" }), ...children("ka") }, B: { table: "tb", ...texts({ v: "v" }), ...children("kb") } }, { B: { table: "ta", ...texts({ v: "v" }), ...children("ka") }, A: { table: "tb", ...texts({ v: "v" }), ...children("kb") } }],
    ["the table of a class is another's", { A: { table: "ta", ...texts({ v: "v" }) } }, { C: { table: "ta", ...texts({ v: "v" }) } }],
  ])("%s", (_, from, to) => moved(kinds(from), kinds(to), ...list));

  it("of elements", () => {
    const elements = (variants: Record<string, Part>): Mapping => things({ children: [{ table: "els", path: "els[]", columns: { kind: { path: "kind", type: "text" } }, discriminator: { path: "kind", variants } as never }] });
    const els = [{ kind: "A", v: "of A", z: 1 }, { kind: "B", v: "of B" }, { kind: "C", v: "c" }, { v: 1 }];
    return moved(elements({ A: texts({ x: "v" }), B: texts({ y: "v" }) }), elements({ A: texts({ y: "v" }), B: texts({ x: "v" }) }), { _id: 1, els }, { _id: 2, els: els.slice(1) });
  });
});

describe("the path of a child's key changes", () => {
  const keyed = (path: string, more: Record<string, string>): Mapping => things({ children: [{ table: "els", path: "l[]", key: { path, column: "own", as: "text" }, ...texts(more) }] });
  const list = [{ _id: 1, l: [{ a: "1", b: "x", q: "q" }, { a: "2", b: "y" }] }];
  it.each([
    ["alone", { q: "q" }, { q: "q" }],
    ["and the other was a column", { b: "b" }, { a: "a" }],
  ])("%s", (_, was, is) => moved(keyed("a", was), keyed("b", is), ...list));
});

describe("names are exchanged and handed on", () => {
  const child = (table: string, path: string, name: string): NonNullable<Part["children"]>[number] => ({ table, path: `${path}[]`, ...texts({ [name]: "v" }), indexes: [{ columns: [name] }] });
  const list = [{ _id: 1, a: "1", b: "2", k: [{ v: "x" }], l: [{ v: "y" }, {}], rev: 5 }];
  it.each([
    ["tables of elements with their indexes", { children: [child("k1", "k", "v"), child("k2", "l", "v")] }, { children: [child("k2", "k", "v"), child("k1", "l", "v")] }],
    ["a table that goes leaves its name", { children: [child("k1", "k", "v"), child("k2", "l", "v")] }, { children: [child("k2", "k", "v")] }],
    ["a table that comes takes the name of another", { children: [child("k1", "k", "v")] }, { children: [child("k2", "k", "v"), child("k1", "l", "v")] }],
    ["version and digest", { version: { path: "rev", column: "x" }, hash: "y" }, { version: { path: "rev", column: "y" }, hash: "x" }],
    ["a column has the name that the version had", { ...texts({ x: "a" }), version: { path: "rev", column: "v" } }, { ...texts({ v: "a" }), version: { path: "rev", column: "x" } }],
    ["a column takes the name of a version that goes", { version: { path: "rev", column: "v" } }, { ...texts({ v: "a" }) }],
  ] as [string, Partial<CollectionMapping>, Partial<CollectionMapping>][])("%s", async (_, was, is) => {
    const [from, to] = [compile(things(was)), compile(things(is))];
    await fill(here, from, { things: [] });
    if (was.version === undefined) return moved(things(was), things(is), ...list);
    await here.exec(`BEGIN; ${migrate(from, to).sql}; COMMIT`);
    const rows = await here.session.query({ text: "SELECT column_name || ' ' || data_type AS line FROM information_schema.columns WHERE table_name = 'things' ORDER BY 1", parameters: [] });
    await fill(here, to, { things: [] });
    expect(rows).toEqual(await here.session.query({ text: "SELECT column_name || ' ' || data_type AS line FROM information_schema.columns WHERE table_name = 'things' ORDER BY 1", parameters: [] }));
  });

  it("tables of collections, round and on", async () => {
    const three = (one: string, two: string, last: string): Mapping => ({ version: 1, collections: { one: collection({ ...texts({ v: "a" }), indexes: [{ columns: ["v"] }] }, one), two: collection({ ...texts({ v: "a" }), indexes: [{ columns: ["v"] }] }, two), last: collection(texts({ v: "b" }), last) } });
    const data = { one: documents({ _id: 1, a: "one" }), two: documents({ _id: 1, a: "two" }, { _id: 2, x: 1 }), last: documents({ _id: 7, b: "last" }) };
    await expectMoved(here, three("a", "b", "c"), three("b", "a", "c"), data);
    await expectMoved(here, three("a", "b", "c"), three("b", "c", "a"), data);
    await expectMoved(here, three("a", "b", "c"), three("b", "c", "d"), data);
  });
});

describe("labels of an enum change", () => {
  const states = (labels: string[], more: Partial<CollectionMapping> = {}): Mapping => ({ version: 1, enums: { state: labels }, collections: { things: collection({ columns: { st: { path: "st", type: "state" }, n: { path: "n", type: "integer" } }, ...more }) } });
  const list = [{ _id: 1, st: "open", n: 1 }, { _id: 2, st: "done" }, { _id: 3, st: "new" }];
  const partial = { indexes: [{ columns: ["n"], where: "st <> 'done'" }, { columns: ["st"] }] };
  it("under an index with a condition", () => moved(states(["open", "done"], partial as never), states(["open", "new", "done"], partial as never), ...list));

  it("of a column with a default, which stays", async () => {
    const [from, to] = [compile(states(["open", "it's"])), compile(states(["open", "new", "it's"]))];
    await fill(here, from, { things: documents(...list) });
    await here.exec("ALTER TABLE things ALTER st SET DEFAULT 'it''s'");
    await here.exec(`BEGIN; ${migrate(from, to).sql}; COMMIT; INSERT INTO things (id) VALUES (9)`);
    expect(await here.session.query({ text: "SELECT id::text || ' ' || st::text AS line FROM things WHERE id IN (1, 3, 9) ORDER BY id", parameters: [] })).toEqual([{ line: "1 open" }, { line: "3 new" }, { line: "9 it's" }]);
  });
});
