import { compile } from "rowlens";
import type { Arena } from "./arena.ts";
import { check } from "./check.ts";
import { Choices } from "./choices.ts";
import { delivery } from "./delivery.ts";
import { Ledger } from "./ledger.ts";
import { history, mapping } from "./model.ts";
import { Scheduler } from "./scheduler.ts";
import { Queue, worker, WORKERS } from "./workers.ts";

/** What came of a seed. */
export interface Simulation {
  readonly seed: number;
  /** What somebody saw while it went on that must not be. */
  readonly seen: readonly string[];
  /** What was left in the end that is not as in the model. */
  readonly left: readonly string[];
  /** Writes that failed. */
  readonly failures: readonly string[];
  /** Turns in their order. */
  readonly trace: readonly string[];
}

/** A history, its delivery to workers, and what PostgreSQL has in the end: all of it as the seed chooses. */
export async function simulate(arena: Arena, seed: number, rewrite?: (text: string) => string): Promise<Simulation> {
  const choices = new Choices(seed);
  const events = history(choices.fork(), 3 + choices.below(8), 60);
  const jobs = delivery(choices.fork(), events);
  const scheduler = new Scheduler(choices.fork(), (pids) => arena.waitingForLocks(pids));
  const ledger = new Ledger(events);
  // A plan of its own: rowlens learns of a collection whether its documents are mostly new.
  const work = { arena, plan: compile(mapping), scheduler, ledger, queue: new Queue(jobs, choices.fork()), rewrite };
  await arena.clear();
  await scheduler.run(Array.from({ length: WORKERS }, () => (number: number) => worker(number, work)));
  return { seed, failures: ledger.failures, seen: ledger.faults, left: await check(arena, events), trace: scheduler.trace };
}

/** How a seed is run again. */
const replay = (seed: number): string => `ROWLENS_SEED=${seed} npx vitest run test/database/simulation.test.ts`;

/** What there is to say about a seed that failed: how to run it again, and what went wrong. */
export function explained({ seed, failures, seen, left }: Simulation): string {
  const all = [...failures, ...seen, ...left];
  return all.length === 0 ? "" : `seed ${seed} fails; again with \`${replay(seed)}\` (in js/):\n${all.join("\n")}`;
}
