import { PostgresError } from "./postgres-error.ts";
import { isTransient } from "./sqlstate.ts";

const TRIES = 6;
const FIRST_WAIT_MS = 5;

/** Work again, where it may be, where PostgreSQL ended it for another's sake (a deadlock, a serialization failure): soon, and not in step with that other. */
export async function retried<T>(work: () => Promise<T>, mayAgain: () => boolean = () => true): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PostgresError) || !isTransient(error) || tries === TRIES || !mayAgain()) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** tries * (0.5 + Math.random())));
    }
  }
}
