// A process of its own, to be killed: runs of one operation, each on its own connection and stopped at another step.
import { begin } from "./begin.ts";
import { OPERATIONS, type Operation } from "./operations.ts";

const { connection, operation: name, steps, sent } = JSON.parse(process.argv[2] as string) as { connection: object; operation: string; steps: number; sent: boolean };
const operation = OPERATIONS.find((candidate) => candidate.name === name) as Operation;
const runs = await begin(connection, operation, steps, sent);
if (sent) for (const { go } of runs) go();
process.send?.("stopped");
