import { afterAll, expect, it } from "vitest";
import { parseExtendedJson, RowlensError } from "rowlens";
import { pgliteSession } from "../../src/adapters/pglite.ts";
import { expectMoved, type Target } from "../support/migrating.ts";
import { pairOf } from "../support/pairs.ts";
import { pglite } from "../support/servers/index.ts";
import { Choices } from "./simulation/choices.ts";

const database = await pglite();
afterAll(() => database.close());
const here: Target = { session: pgliteSession(database), exec: (sql) => database.exec(sql) };

/** ROWLENS_PAIRS: how many; ROWLENS_SEED: from which on. */
const first = Number(process.env.ROWLENS_SEED ?? 1);
const count = Number(process.env.ROWLENS_PAIRS ?? 8);

/** Whether it is an answer of rowlens, and no error of PostgreSQL's. */
const refused = (error: unknown): boolean => (error instanceof RowlensError ? error.issues.every((issue) => issue.code.startsWith("migration-")) : (error as Error).message.startsWith("rowlens: "));

it(`between any two mappings documents stay what they are and rows become those of the new one, or the migration is refused (seeds ${first} to ${first + count - 1})`, async () => {
  let moved = 0;
  for (let seed = first; seed < first + count; seed++) {
    const { from, to, documents } = pairOf(new Choices(seed));
    try {
      await expectMoved(here, from, to, { things: parseExtendedJson(documents) });
      moved++;
    } catch (error) {
      if (!refused(error)) throw new Error(`ROWLENS_SEED=${seed} ROWLENS_PAIRS=1: ${(error as Error).message}`, { cause: error });
    }
  }
  expect(moved).toBeGreaterThan(count / 3);
}, 60_000 + count * 5_000);
