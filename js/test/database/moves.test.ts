import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, equalDocuments, migrate, type Plan } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { fill, read, type Target } from "../support/migrating.ts";
import { DOCUMENTS, ODD, PLACES } from "../support/places.ts";
import { pglite } from "../support/servers/index.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };

const places = Object.keys(PLACES);
const odd = [...ODD.keys()];
const documents = [...DOCUMENTS, ...ODD.values()];
const plan = (place: string): Plan => compile(PLACES[place] as object);
const id = (what: string): number => 200 + odd.indexOf(what);
const letter = (what: string): string => "abcdefghijk"[odd.indexOf(what)] as string;
const page = new URL("../../../docs/migrating.md", import.meta.url);

/** Rows by document: table and columns by name, as text. */
async function rows(target: Target, of: Plan): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const table of of.description[0]?.tables ?? []) {
    const columns = table.columns.map((column) => column.name).sort();
    const all = await target.session.query({ text: `SELECT ${table.key[0] as string}::text AS key, ARRAY[${columns.map((column) => `${column}::text`).join(", ")}]::text AS row FROM ${table.name}`, parameters: [] });
    for (const { key, row } of all) found.set(key as string, [...(found.get(key as string) ?? []), `${table.name} ${row as string}`].sort());
  }
  return found;
}

/** Documents that move: a condition, and what is looked at afterwards. */
type Move = [only: string, look?: () => Promise<void>];

/** From one place to another, in one transaction that leaves nothing behind; what the SQL says where it refuses. */
async function move(from: string, to: string, moves: readonly Move[]): Promise<(string | undefined)[]> {
  const { statements } = migrate(plan(from), plan(to));
  // Making the functions takes longer than all else.
  const start = statements.findIndex((statement) => statement.startsWith("LOCK TABLE "));
  const refused: (string | undefined)[] = [];
  await here.exec("BEGIN");
  try {
    await here.exec(statements.slice(0, start).join("\n"));
    for (const [only, look] of moves) {
      await here.exec(`SAVEPOINT one; DELETE FROM things WHERE NOT (${only})`);
      const message = await here.exec(statements.slice(start).join("\n")).then(() => undefined, (error: unknown) => (error as Error).message);
      if (message === undefined) await look?.();
      refused.push(message);
      await here.exec("ROLLBACK TO one");
    }
  } finally {
    await here.exec("ROLLBACK");
  }
  return refused;
}

/** The table of the page: for each two places the letters of the documents that are refused. */
const table = (cell: (from: string, to: string) => string): string => [
  `| from ↓ to → | ${places.map((_, index) => index + 1).join(" | ")} |`,
  `|---|${places.map(() => ":-:|").join("")}`,
  ...places.map((from, index) => `| ${index + 1} ${from} | ${places.map((to) => (from === to ? "" : cell(from, to))).join(" | ")} |`),
  "",
  ...odd.map((what) => `- ${letter(what)}: ${what}`),
].join("\n");

describe("a field moves between any two places", () => {
  const written = /<!-- moves -->\n([^]*?)\n<!-- \/moves -->/.exec(readFileSync(page, "utf8"))?.[1] ?? "";
  const cells = written.split("\n").slice(2, 2 + places.length).map((line) => line.split("|").slice(2, -1).map((cell) => cell.trim()));
  const cell = (from: string, to: string): string => cells[places.indexOf(from)]?.[places.indexOf(to)] ?? "";
  const wanted = new Map<string, Map<string, string[]>>();
  beforeAll(async () => {
    for (const place of places) {
      await fill(here, plan(place), { things: documents });
      wanted.set(place, await rows(here, plan(place)));
    }
  }, 60_000);

  it.runIf(process.env.UPDATE_DOCS !== undefined)("the table is written", async () => {
    const found = new Map<string, string>();
    for (const from of places) {
      await fill(here, plan(from), { things: documents });
      for (const to of places.filter((to) => to !== from)) {
        const refused = await move(from, to, odd.map((what): Move => [`id = ${id(what)}`]));
        found.set(`${from} ${to}`, odd.filter((_, index) => refused[index] !== undefined).map(letter).join(" ") || "✓");
      }
    }
    const text = table((from, to) => found.get(`${from} ${to}`) as string);
    writeFileSync(page, readFileSync(page, "utf8").replace(/<!-- moves -->[^]*?<!-- \/moves -->/, () => `<!-- moves -->\n${text}\n<!-- /moves -->`));
  }, 600_000);

  it.skipIf(process.env.UPDATE_DOCS !== undefined)("the table of the page has these places and documents", () => {
    expect(written).toBe(table(cell));
    for (const [from, row] of cells.entries()) for (const [to, one] of row.entries()) expect(one).toMatch(from === to ? /^$/ : /^(✓|[a-k]( [a-k])*)$/);
  });

  describe.skipIf(process.env.UPDATE_DOCS !== undefined).each(places)("from %s", (from) => {
    beforeAll(() => fill(here, plan(from), { things: documents }), 60_000);

    // A third of the pairs; all of them, and all that is refused, take many minutes.
    const every = process.env.ROWLENS_MOVES === "all" ? 1 : 3;
    it.each(places.filter((to) => to !== from && (places.indexOf(from) + places.indexOf(to)) % every === 0))("to %s", async (to) => {
      const refused = odd.filter((what) => cell(from, to).split(" ").includes(letter(what)));
      const tried = process.env.ROWLENS_MOVES === "all" ? refused : refused.filter((_, index) => index === (places.indexOf(from) + places.indexOf(to)) % refused.length);
      const ids = refused.map((what) => String(id(what)));
      const things = plan(to).collection("things");
      const key = (document: Uint8Array): string => String(things.keyOf(document));
      const look = (list: readonly Uint8Array[]) => async (): Promise<void> => {
        const after = await read(here, plan(to), "things");
        expect(after.codes).toEqual([]);
        const before = new Map(list.map((document) => [key(document), document]));
        expect(after.documents.map(key).sort()).toEqual([...before.keys()].sort());
        for (const document of after.documents) expect(equalDocuments(before.get(key(document)) as Uint8Array, document)).toBe(true);
        // More than the same documents: the very rows that the new mapping writes. Complements of odd ones may say the same in other words.
        const ordinary = (all: Map<string, string[]>): Map<string, string[]> => new Map([...all].filter(([one]) => before.has(one) && Number(one) < 200));
        expect(ordinary(await rows(here, plan(to)))).toEqual(ordinary(wanted.get(to) as Map<string, string[]>));
      };
      const all = look(documents.filter((document) => !ids.includes(key(document))));
      const [message, ...others] = await move(from, to, [[`id <> ALL (ARRAY[${ids.join(", ")}]::int[])`, all], ...tried.map((what): Move => [`id = ${id(what)}`, look([ODD.get(what) as Uint8Array])])]);
      expect(message).toBeUndefined();
      for (const one of others) if (one !== undefined) expect(one).toMatch(/^rowlens: /);
    }, 60_000);
  });
});
