// @ts-check
// `pg_dualwrite_gaps`: which payments PostgreSQL is behind on.
import mongoose from "mongoose";

/** @typedef {import("mongoose").Types.ObjectId} ObjectId */
/** @typedef {import("pg").Pool} Pool */
/** @typedef {{ id: ObjectId, row: string, seenAt: string }} Gap */

/** @param {Pool} pool @param {ObjectId} id @param {string} reason */
export async function recordGap(pool, id, reason) {
  await pool.query(
    `INSERT INTO pg_dualwrite_gaps (collection, mongo_id, reason, seen_at) VALUES ('payments', $1, $2, clock_timestamp())
     ON CONFLICT (collection, mongo_id) WHERE closed_at IS NULL DO UPDATE SET reason = EXCLUDED.reason, seen_at = EXCLUDED.seen_at`,
    [id.toHexString(), reason],
  );
}

/** The open gaps, oldest first. @param {Pool} pool @returns {Promise<Gap[]>} */
export async function openGaps(pool) {
  const { rows } = await pool.query("SELECT id, mongo_id, seen_at::text FROM pg_dualwrite_gaps WHERE closed_at IS NULL ORDER BY seen_at, id");
  return rows.map((row) => ({ id: new mongoose.Types.ObjectId(row.mongo_id), row: row.id, seenAt: row.seen_at }));
}

/** Closes a gap, unless it was seen again in the meantime. @param {Pool} pool @param {Gap} gap */
export async function closeGap(pool, gap) {
  await pool.query("UPDATE pg_dualwrite_gaps SET closed_at = clock_timestamp() WHERE id = $1 AND seen_at = $2", [gap.row, gap.seenAt]);
}
