import pg from "pg";
import { pgSession } from "../../../src/adapters/pg/session.ts";
import { Database } from "../../../src/database/database.ts";
import { stepSession } from "../simulation/step-session.ts";
import { halting, type Halt } from "./halting.ts";
import { planOf, runOf, type Operation } from "./operations.ts";

/** A run that has stopped where it was to stop. */
export interface Begun {
  /** Labels of the steps so far; where it stops is the last. */
  readonly labels: readonly string[];
  /** Sends what stops. */
  go(): void;
  /** Lets it have the answer. */
  goOn(): void;
  /** What comes of it. */
  readonly result: Promise<unknown>;
}

/** A name for a run, which its keys begin with. */
export const runName = (operation: Operation, at: number, sent: boolean): string => `${operation.name.replaceAll(" ", "_")}_${at}${sent ? "_sent" : ""}`;

/** Runs of an operation, one for each of its steps, each stopped at another. */
export function begin(connection: object, operation: Operation, steps: number, sent: boolean): Promise<Begun[]> {
  return Promise.all(Array.from({ length: steps }, (_, at) => beginOne(connection, operation, runName(operation, at, sent), { at, sent })));
}

/** One run; without `halt` it does not stop. */
export async function beginOne(connection: object, operation: Operation, name: string, halt?: Halt): Promise<Begun> {
  const client = new pg.Client({ ...connection, application_name: "rowlens_crash" });
  client.on("error", () => undefined);
  await client.connect();
  const steps = halting(pgSession(client as never), halt);
  const db = new Database(stepSession({ step: steps.step, together: operation.together ?? false }), planOf(operation, name) as never);
  const result = operation.run(db, runOf(operation, name)).finally(() => client.end().catch(() => undefined));
  result.catch(() => undefined);
  if (halt !== undefined && (await Promise.race([steps.arrived.then(() => true), result.then(() => false)])) !== true) throw new Error(`${name} is done and has not stopped`);
  return { labels: steps.labels, go: steps.go, goOn: steps.goOn, result };
}
