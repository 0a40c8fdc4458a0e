import { setTimeout as sleep } from "node:timers/promises";
import type { Choices } from "./choices.ts";

/** Which of these backends wait for a lock. */
export type WaitingForLocks = (pids: readonly number[]) => Promise<ReadonlySet<number>>;

/** What a worker is at. */
type State =
  | { readonly at: "thinking" }
  | { readonly at: "queueing"; readonly label: string; readonly begin: () => void }
  | { readonly at: "running"; readonly pid: number; waits: boolean };

const STUCK_MS = 20_000;
const THINKING: State = { at: "thinking" };

/**
 * Gives workers turns, one step of one worker at a time, in an order that a seed chooses. A step that waits for a lock in PostgreSQL
 * ends the turn: it goes on when another's step lets go of it.
 *
 * So the order of all steps is the seed's, with one exception: where one step wakes several, these run at the same time until each is
 * done or waits again.
 */
export class Scheduler {
  /** Steps in the order in which they had their turns. */
  readonly trace: string[] = [];
  readonly #choices: Choices;
  readonly #waitingForLocks: WaitingForLocks;
  readonly #states = new Map<number, State>();
  /** Steps that are done. */
  #done = 0;
  /** Minus how many backends have lingered: their numbers here. */
  #lingering = 0;
  #wake: () => void = () => undefined;
  #changed!: Promise<void>;

  constructor(choices: Choices, waitingForLocks: WaitingForLocks) {
    this.#choices = choices;
    this.#waitingForLocks = waitingForLocks;
    this.#await();
  }

  /** Workers that take turns until each is done. Rejects with the first that rejects. */
  async run(workers: readonly ((worker: number) => Promise<void>)[]): Promise<void> {
    workers.forEach((_, worker) => this.#states.set(worker, THINKING));
    let failure: { error: unknown } | undefined;
    for (const [worker, work] of workers.entries()) {
      void work(worker).catch((error: unknown) => { failure ??= { error }; }).finally(() => {
        this.#states.delete(worker);
        this.#wake();
      });
    }
    while (this.#states.size > 0 && failure === undefined) {
      await this.#settled();
      const queueing = [...this.#states].flatMap(([worker, state]) => (state.at === "queueing" ? [{ worker, state }] : [])).sort((a, b) => a.worker - b.worker);
      if (queueing.length === 0) {
        if (this.#states.size > 0) await this.#change();
        continue;
      }
      const { worker, state } = this.#choices.pick(queueing);
      this.trace.push(`${worker} ${state.label}`);
      state.begin();
    }
    if (failure !== undefined) throw failure.error;
  }

  /** Does a step when it is the worker's turn; it works in the backend `pid`. */
  async step<T>(worker: number, label: string, pid: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.#states.set(worker, { at: "queueing", label, begin: () => {
        this.#states.set(worker, { at: "running", pid, waits: false });
        begin();
      } });
      this.#wake();
    });
    try {
      return await work();
    } finally {
      this.#over(worker, THINKING);
    }
  }

  /** A backend whose worker is gone: it goes on with what it was sent until it notices. */
  linger(pid: number, gone: Promise<void>): void {
    const own = --this.#lingering;
    this.#states.set(own, { at: "running", pid, waits: false });
    void gone.then(() => this.#over(own));
  }

  /** Somebody's step is done. */
  #over(own: number, next?: State): void {
    // It may have let go of locks.
    for (const state of this.#states.values()) if (state.at === "running") state.waits = false;
    this.#done++;
    if (next === undefined) this.#states.delete(own);
    else this.#states.set(own, next);
    this.#wake();
  }

  /** Until every worker queues for its turn or waits for a lock. */
  async #settled(): Promise<void> {
    for (;;) {
      const states = [...this.#states.values()];
      const running = states.filter((state) => state.at === "running").filter(({ waits }) => !waits);
      if (states.some(({ at }) => at === "thinking")) {
        await this.#change();
      } else if (running.length === 0) {
        return;
      } else if (!(await this.#change(1))) {
        const done = this.#done;
        const waiting = await this.#waitingForLocks(running.map(({ pid }) => pid));
        // Who waited then waits still, unless a step has ended meanwhile.
        if (done === this.#done) for (const state of running) state.waits = waiting.has(state.pid);
      }
    }
  }

  #await(): void {
    this.#changed = new Promise((resolve) => (this.#wake = resolve));
  }

  /** Until something changed (true), or that many milliseconds have passed. */
  async #change(ms?: number): Promise<boolean> {
    const changed = this.#changed.then(() => true);
    const timer = new AbortController();
    const late = sleep(ms ?? STUCK_MS, false, { signal: timer.signal }).catch(() => false);
    const result = await Promise.race([changed, late]);
    timer.abort();
    if (result) this.#await();
    else if (ms === undefined) throw new Error(`nothing moves any more; last steps:\n${this.trace.slice(-20).join("\n")}`);
    return result;
  }
}
