import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster } from "../../../scripts/servers/cluster.mjs";
import { reasonOf } from "../../src/database/sqlstate.ts";
import type { LoadReport } from "../../src/database/load.ts";
import type { Outcomes } from "../../src/database/outcome.ts";
import { PostgresError } from "../../src/database/postgres-error.ts";
import { begin, runName, type Begun } from "./crash/begin.ts";
import { converge, MODES, prepare, setup, undisturbed } from "./crash/converge.ts";
import { OPERATIONS } from "./crash/operations.ts";

const LOADS = OPERATIONS.filter(({ name }) => /^(applyMany|load)/.test(name));

/** Why what was not written was not. */
async function reasons(result: Promise<unknown>): Promise<string[]> {
  try {
    const { outcomes, failed } = (await result) as Partial<Outcomes & LoadReport>;
    return [...(outcomes ?? []), ...(failed ?? [])].flatMap((outcome) => (outcome.outcome === "failed" ? outcome.reason : []));
  } catch (error) {
    if (error instanceof PostgresError) return [reasonOf(error)];
    throw error;
  }
}

describe.each([18, 15] as const)("H6: the server stops at once (%s)", async (major) => {
  const cluster = await startCluster({ major, settings: ["max_connections=200"] });
  const connection = { host: cluster?.host, user: cluster?.user, database: "postgres" };
  const pool = new pg.Pool({ ...connection, max: 2 });
  // Idle connections are lost with the server.
  pool.on("error", () => undefined);
  beforeAll(async () => void (cluster && (await pool.query(setup))), 60_000);
  afterAll(async () => {
    await pool.end();
    await cluster?.stop();
  }, 60_000);

  it.skipIf(cluster === undefined).each(MODES)("%s each step of applyMany and of loads: whoever waits is told, nothing has happened by half, and doing it again finishes it", async (_when, sent) => {
    const { crash, restart } = cluster as NonNullable<typeof cluster>;
    const all: { labels: readonly string[]; operation: (typeof LOADS)[number]; runs: readonly Begun[] }[] = [];
    for (const operation of LOADS) {
      const { labels } = await undisturbed(pool, connection, operation, sent);
      await prepare(pool, operation, labels.map((_, at) => runName(operation, at, sent)));
      all.push({ labels, operation, runs: await begin(connection, operation, labels.length, sent) });
    }
    const runs = all.flatMap((each) => each.runs);
    if (sent) for (const { go } of runs) go();
    await crash();
    for (const { go, goOn } of runs) {
      go();
      goOn();
    }
    const told = await Promise.all(runs.map(({ result }) => reasons(result)));
    await restart();
    // What was sent may have been done in time; of poison that is told before anything else.
    for (const each of told) expect(sent ? ["pg-down", ...each] : each).toContain("pg-down");
    expect([...new Set(told.flat())].filter((reason) => reason !== "check-failed")).toEqual(["pg-down"]);
    for (const { labels, operation } of all) for (const at of labels.keys()) await converge(pool, operation, labels, at, sent);
  }, 60_000);
});
