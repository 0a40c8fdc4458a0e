// @ts-check
// `npm run bench -- postgres`: rowlens against what a careful user writes by hand, on a real server.
import { startCluster } from "../../scripts/servers/cluster.mjs";
import { answerOf } from "../fork.mjs";
import { rows } from "./rows/index.mjs";

/**
 * Beside the defaults. Nothing is awaited of the disk (it would be most of a small transaction, and the same for both sides), and nothing comes in between: no
 * autovacuum, no checkpoint, and no pages in the WAL whose number depends on the last one.
 */
export const SETTINGS = ["autovacuum=off", "full_page_writes=off", "checkpoint_timeout=1d", "max_wal_size=16GB", "shared_buffers=512MB"];

/**
 * @param {{ major: number, rounds: number, only?: readonly string[], tell(what: string): void }} options
 * @returns {Promise<{ server: string, results: import("../paths/index.mjs").Result[] }>}
 */
export async function measurePostgres({ major, rounds, only = Object.keys(rows), tell }) {
  const cluster = await startCluster({ major, settings: SETTINGS });
  if (cluster === undefined) throw new Error(`PostgreSQL ${major} cannot be had here: install Debian's postgresql-${major}, or let npm reach its registry for 18`);
  try {
    const results = [];
    for (const row of only) {
      tell(`postgres, ${row}`);
      results.push(...(await answerOf("postgres/child.mjs", [row, cluster.host, cluster.user, String(rounds)])));
    }
    return { server: `PostgreSQL ${cluster.version}, fsync=off, ${SETTINGS.join(", ")}`, results };
  } finally {
    await cluster.stop();
  }
}
