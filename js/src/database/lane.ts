import { RowlensError } from "../core/rowlens-error.ts";
import type { Session } from "./session.ts";

/** A lane: work that is given to it runs one after the other, in that order. */
export function lane(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const own = last.then(work);
    last = own.catch(() => undefined);
    return own;
  };
}

/**
 * The lane of one connection. Whoever comes at the same time waits, or else would join the other's transaction, and a savepoint that
 * is undone would undo the other's work. Who would wait for ever is refused: in the loop over a stream, which ends only when the loop
 * does, or for what itself waits for an answer.
 */
export class ConnectionLane {
  readonly #lane = lane();
  #waitsForOthers: string | undefined;

  /** @throws RowlensError `connection-busy` */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waitsForOthers !== undefined) throw new RowlensError("connection-busy", `this connection is busy: ${this.#waitsForOthers}. Give rowlens a pool, or do one after the other`);
    return this.#lane(work);
  }

  /** Runs what waits for others, while work on the connection is not finished. */
  async asking<T>(why: string, work: () => Promise<T>): Promise<T> {
    const before = this.#waitsForOthers;
    this.#waitsForOthers = why;
    try {
      return await work();
    } finally {
      this.#waitsForOthers = before;
    }
  }

  /** A stream holds the lane until it ends. */
  async *stream(chunks: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    await new Promise<void>((begin, refuse) => {
      this.run(() => (begin(), ended)).catch(refuse);
    });
    try {
      for await (const chunk of chunks()) {
        this.#waitsForOthers = "a stream over it is not read to its end";
        yield chunk;
      }
    } finally {
      this.#waitsForOthers = undefined;
      end();
    }
  }
}

/** A session over one connection whose calls take turns. What its transactions hand out has turns of its own, while others wait. */
export function takingTurns(session: Session, turns = new ConnectionLane()): Session {
  return {
    query: (statement) => turns.run(() => session.query(statement)),
    pipeline: (statements) => turns.run(() => session.pipeline(statements)),
    atomic: (statements) => turns.run(() => session.atomic(statements)),
    transaction: (work) => turns.run(() => session.transaction((own) => work(takingTurns(own)))),
    isolated: (groups) => turns.run(() => session.isolated(groups)),
    copyIn: (text, chunks) => turns.run(() => session.copyIn(text, chunks)),
    copyOut: (text) => turns.stream(() => session.copyOut(text)),
    asking: (why, work) => turns.asking(why, work),
    get inTransaction() {
      return session.inTransaction;
    },
    binary: session.binary,
  };
}

const lanes = new WeakMap<object, ConnectionLane>();

/** The lane of a connection, or of a transaction of one, however many sessions there are over it. */
export function laneOf(connection: object): ConnectionLane {
  const own = lanes.get(connection) ?? new ConnectionLane();
  lanes.set(connection, own);
  return own;
}
