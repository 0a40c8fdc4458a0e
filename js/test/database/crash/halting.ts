import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../../../src/database/session.ts";
import type { Step } from "../simulation/step-session.ts";

/** Where a run stops: before the step of that number; with `sent`, when that step is under way. */
export interface Halt {
  readonly at: number;
  readonly sent: boolean;
}

/** Steps that stop once. */
export interface Halting {
  readonly step: Step;
  /** Labels of the steps so far. */
  readonly labels: readonly string[];
  /** When it has come to where it stops. */
  readonly arrived: Promise<void>;
  /** Sends what stops. */
  go(): void;
  /** Lets it have the answer to what was sent: until then nothing follows, however late the crash comes. */
  goOn(): void;
}

/** Half of what COPY is to take goes at once, the other half late. */
async function* inHalves(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk.subarray(0, chunk.length / 2);
    await sleep(500);
    yield chunk.subarray(chunk.length / 2);
  }
}

/** Steps over a session that stop as `halt` says; undefined: never. */
export function halting(session: Session, halt: Halt | undefined): Halting {
  const labels: string[] = [];
  let arrive = (): void => undefined;
  let go = (): void => undefined;
  let goOn = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const going = new Promise<void>((resolve) => (go = resolve));
  const goingOn = new Promise<void>((resolve) => (goOn = resolve));
  const slow: Session = { ...bound(session), copyIn: (text, chunks) => session.copyIn(text, inHalves(chunks)) };
  return {
    labels, arrived, go: () => go(), goOn: () => goOn(),
    step: async (label, work) => {
      const here = labels.push(label) - 1 === halt?.at;
      if (!here) return work(session);
      arrive();
      await going;
      try {
        return await work(halt.sent ? slow : session);
      } finally {
        await goingOn;
      }
    },
  };
}

/** A session's methods as values. */
const bound = (session: Session): Session => ({
  query: (statement) => session.query(statement), pipeline: (statements) => session.pipeline(statements), transaction: (work) => session.transaction(work), atomic: (statements) => session.atomic(statements),
  isolated: (groups) => session.isolated(groups), copyIn: (text, chunks) => session.copyIn(text, chunks), copyOut: (text) => session.copyOut(text), inTransaction: session.inTransaction, binary: session.binary,
});
