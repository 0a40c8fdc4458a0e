import { setImmediate } from "node:timers/promises";
import type { Plan } from "rowlens";
import type { Database } from "../../../src/database/database.ts";
import { databaseOver } from "../../support/live.ts";
import type { Arena, Link } from "./arena.ts";
import { asOrder } from "./check.ts";
import type { Choices } from "./choices.ts";
import { describeJob, type Crash, type Job } from "./delivery.ts";
import type { Ledger } from "./ledger.ts";
import type { Scheduler } from "./scheduler.ts";
import { Crashed, stepSession, type Step } from "./step-session.ts";

/** How many there are, each with a connection of its own. */
export const WORKERS = 16;

/** What workers share. */
export interface Work {
  readonly arena: Arena;
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly rewrite: ((text: string) => string) | undefined;
}

/** Jobs that wait for a worker; one whose worker crashed is delivered again. */
export class Queue {
  readonly #jobs: Job[];
  readonly #choices: Choices;

  constructor(jobs: readonly Job[], choices: Choices) {
    this.#jobs = [...jobs];
    this.#choices = choices;
  }

  take(): Job | undefined {
    return this.#jobs.shift();
  }

  again(job: Job): void {
    this.#jobs.splice(this.#choices.below(8), 0, { ...job, crashes: job.crashes.slice(1) });
  }
}

/**
 * Takes jobs until there are none. Every fourth worker sends what can go at once, as a driver does; every fourth has transactions of
 * its own, which its writes join.
 */
export async function worker(number: number, work: Work): Promise<void> {
  // Taking one and giving one back are steps, too: which of two workers comes first is the seed's to say.
  const turn = <T>(label: string, of: () => T): Promise<T> => work.scheduler.step(number, label, 0, async () => of());
  const take = (): Promise<Job | undefined> => turn("takes a job", () => work.queue.take());
  for (let job = await take(); job !== undefined; job = await take()) {
    const undone = job;
    const link = await work.arena.link(number);
    try {
      await doJob(job, number, link, work);
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
      await turn("crashed", () => work.queue.again(undone));
    }
  }
}

async function doJob(job: Job, number: number, link: Link, { plan, scheduler, ledger, rewrite }: Work): Promise<void> {
  const step = stepsOf(scheduler, number, link, job.crashes[0]);
  const session = stepSession({ step, together: number % 4 === 0, ...(rewrite === undefined ? {} : { rewrite }) });
  const db = databaseOver(session, plan);
  const write = <T>(work: (db: Database) => Promise<T>): Promise<T> => (number % 4 === 1 ? session.transaction((own) => work(databaseOver(own, plan))) : work(db));
  scheduler.trace.push(`${number} ${describeJob(job)}`);
  switch (job.kind) {
    case "apply": return ledger.acknowledge(job.document._id, job.document.v, false, await write((own) => own.apply("orders", job.document)));
    case "applyMany": {
      const { outcomes } = await write((own) => own.applyMany("orders", job.documents));
      return job.documents.forEach(({ _id, v }, index) => ledger.acknowledge(_id, v, false, outcomes[index] as (typeof outcomes)[number]));
    }
    case "delete": return ledger.acknowledge(job.key, job.version, true, await write((own) => own.delete("orders", job.key, { version: job.version })));
    case "load": {
      const documents = job.batches.flat();
      await db.load("orders", job.batches as never, { into: "live", onOutcome: (outcome) => ledger.acknowledge(documents[outcome.document]?._id ?? "", documents[outcome.document]?.v ?? 0, false, outcome) });
      return;
    }
    case "read": {
      const since = ledger.now();
      return ledger.saw(job.keys, (await db.read("orders", job.keys)).documents.map(asOrder), since);
    }
  }
}

/** Steps of one job; one of them may be the worker's last. */
function stepsOf(scheduler: Scheduler, number: number, link: Link, crash: Crash | undefined): Step {
  let steps = 0;
  let crashed = false;
  return async (label, work) => {
    if (crashed) throw new Crashed();
    const last = crash?.step === steps++;
    return scheduler.step(number, last ? `${label} (crashes ${crash.when} it)` : label, link.pid, async () => {
      if (!last) return work(link.session);
      crashed = true;
      const sent = crash.when === "before" ? undefined : work(link.session).catch(() => undefined);
      if (crash.when === "after") await sent;
      // The last turn of the event loop has sent it.
      if (crash.when === "meanwhile") await setImmediate();
      const gone = link.cut();
      if (crash.when === "meanwhile") scheduler.linger(link.pid, gone);
      else await gone;
      throw new Crashed();
    });
  };
}
