import { afterAll, describe, expect, it } from "vitest";
import { openArena, type Arena } from "./simulation/arena.ts";
import { cutter, MUTANTS, type Mutant } from "./simulation/mutants.ts";
import { simulate } from "./simulation/simulate.ts";

const SEEDS = 30;

/** The first seed whose simulation fails, and how. */
async function firstFailure(arena: Arena, mutant: Mutant): Promise<{ seed: number; faults: readonly string[] } | undefined> {
  const cut = cutter(mutant);
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { faults } = await simulate(arena, seed, cut.rewrite);
    expect(cut.missed(), "what is to be cut out of the statements is not in them").toEqual([]);
    if (faults.length > 0) return { seed, faults };
  }
  return undefined;
}

// The other half of the simulation's proof: each part of the protocol is needed, and the simulation sees that it is missing.
describe("the simulation fails without", async () => {
  const arena = await openArena("18");
  afterAll(() => arena?.close(), 60_000);

  it.skipIf(arena === undefined).each(MUTANTS.map((mutant) => [mutant.without, mutant] as const))("%s", async (_without, mutant) => {
    const failure = await firstFailure(arena as Arena, mutant);
    expect(failure, `no seed of 1 to ${SEEDS} fails`).toBeDefined();
    console.info(`without ${mutant.without} seed ${failure?.seed} fails: ${failure?.faults[0]?.slice(0, 160)}`);
  }, 120_000);
});
