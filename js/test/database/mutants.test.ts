import { afterAll, describe, expect, it } from "vitest";
import { openArena, type Arena } from "./simulation/arena.ts";
import { cutter, MUTANTS, type Mutant } from "./simulation/mutants.ts";
import { simulate } from "./simulation/simulate.ts";

const SEEDS = 30;

/**
 * The first seed in which something is wrong that nobody was told of. Writes that fail are no silent fault, and what they would have
 * written is missing in the end by right; but nobody may see what never was, or less than was acknowledged.
 */
async function firstFault(arena: Arena, mutant: Mutant): Promise<{ seed: number; fault: string } | undefined> {
  const cut = cutter(mutant);
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { failures, seen, left } = await simulate(arena, seed, cut.rewrite);
    expect(cut.missed(), "what is to be cut out of the statements is not in them").toEqual([]);
    const [fault] = failures.length === 0 ? [...seen, ...left] : seen;
    if (fault !== undefined) return { seed, fault };
  }
  return undefined;
}

// The other half of the simulation's proof: each part of the protocol is needed, and the simulation sees that it is missing.
describe.each(["18", "15"] as const)("§0.6, H5, H13: the simulation (%s) fails without", async (server) => {
  const arena = await openArena(server);
  afterAll(() => arena?.close(), 60_000);

  it.skipIf(arena === undefined).each(MUTANTS.map((mutant) => [mutant.without, mutant] as const))("%s", async (_without, mutant) => {
    const found = await firstFault(arena as Arena, mutant);
    expect(found, `nothing is wrong in any seed of 1 to ${SEEDS}`).toBeDefined();
    console.info(`without ${mutant.without} seed ${found?.seed} fails: ${found?.fault.slice(0, 160)}`);
  }, 120_000);
});
