import { PostgresError } from "../../database/postgres-error.ts";
import type { Statement } from "../../database/session.ts";
import type { PgClient } from "./client.ts";
import { runPipeline } from "./pipeline.ts";

const unsettled = new WeakSet<PgClient>();

/** Whether a transaction of ours may still be open there. @internal */
export const isUnsettled = (client: PgClient): boolean => unsettled.has(client);

/** @throws PostgresError 08006 */
export function refuseUnsettled(client: PgClient): void {
  if (isUnsettled(client)) throw new PostgresError("08006", "this connection is still at a statement that the client's `query_timeout` has given up: try again when that has ended, or give rowlens a pool");
}

/**
 * Ends what we have begun on a connection that did not answer in time: node-postgres gives up waiting, and PostgreSQL goes on. So the end is sent
 * behind what is under way, without a time limit, and until it is there the connection can be used for nothing else: whoever came
 * would join a transaction that nobody commits.
 * @internal
 */
export function settle(client: PgClient, undo: readonly Statement[]): void {
  unsettled.add(client);
  // A connection that is lost is settled by PostgreSQL, and is of no more use.
  void runPipeline(client, [undo], false, NEVER).then(() => unsettled.delete(client), () => undefined);
}

/** The longest that a timer takes: 24 days. */
const NEVER = 2 ** 31 - 1;
