import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { runName } from "./crash/begin.ts";
import { bundledClient } from "./crash/bundle.ts";
import { converge, databaseOf, MODES, prepare, setup, shared, states, undisturbed } from "./crash/converge.ts";
import { killed } from "./crash/killed.ts";
import { OPERATIONS, runOf } from "./crash/operations.ts";
import { ownDatabase, sharedServer } from "../support/servers/index.ts";
import type { Order } from "./simulation/model.ts";

describe.each(["18", "15"] as const)("H6: a client is killed (%s)", async (major) => {
  const server = await sharedServer(major);
  const own = server && (await ownDatabase(server, setup));
  const pool = new pg.Pool({ ...own?.connection, max: 2 });
  // The database goes with whoever is still connected to it.
  pool.on("error", () => undefined);
  const script = own && (await bundledClient());
  const documents: Order[] = [];
  afterAll(async () => {
    await pool.end();
    await own?.drop();
  }, 60_000);

  it.skipIf(own === undefined).each(OPERATIONS.flatMap((operation) => MODES.map(([when, sent]) => [when, operation.name, operation, sent] as const)))("%s each step of %s: nothing has happened by half, and doing it again finishes it", async (_when, _name, operation, sent) => {
    const { connection } = own as NonNullable<typeof own>;
    const { name, labels } = await undisturbed(pool, connection, operation, sent);
    const names = labels.map((_, at) => runName(operation, at, sent));
    await prepare(pool, operation, names);
    await killed(script as string, pool, connection, operation, labels.length, sent);
    for (const at of labels.keys()) await converge(pool, operation, labels, at, sent);
    if (operation.empty !== true) documents.push(...[name, ...names].map((each) => runOf(operation, each)).flatMap((run) => [...states(run, run.after.length).values()].filter((order) => order !== undefined)));
  }, 60_000);

  it.skipIf(own === undefined).each([false, true])("digests say that no row of them is another (stored beside them: %s)", async (stored) => {
    const { equal, counts } = await databaseOf(pool, shared).compare("orders", () => [documents], { stored });
    expect({ equal, counts }).toEqual({ equal: true, counts: {} });
  });
});
