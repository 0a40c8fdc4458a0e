import { isRaised, type PostgresError } from "./postgres-error.ts";

/**
 * Why a document was not written. What to do about each is in `docs/postgres.md`.
 *
 * `missing-parent`, `still-referenced`, `id-conflict`, `unique-conflict`, `missing-required`, `check-failed`, `scale-or-range`,
 * `date-range`, `nul-byte`, `bad-literal`: PostgreSQL refused the data. `retry`, `throttle`, `pg-down`: try again, at once, later, when it is
 * back. `schema-drift`: tables are not as the mapping says. `document-refused`, `version-missing`: the document has no rows, or no version.
 * `isolation`: the caller's transaction is not READ COMMITTED. `other`: anything else.
 */
export type FailureReason =
  | "missing-parent" | "still-referenced" | "id-conflict" | "unique-conflict" | "missing-required" | "check-failed" | "scale-or-range" | "date-range"
  | "nul-byte" | "bad-literal" | "retry" | "throttle" | "pg-down" | "schema-drift" | "document-refused" | "version-missing" | "isolation" | "other";

const BY_CODE: Record<string, FailureReason> = {
  "23502": "missing-required",
  "23503": "missing-parent",
  "23505": "unique-conflict",
  "23514": "check-failed",
  "23P01": "unique-conflict",
  "22001": "scale-or-range",
  "22003": "scale-or-range",
  "22007": "date-range",
  "22008": "date-range",
  "22021": "nul-byte",
  "22P05": "nul-byte",
  "22P02": "bad-literal",
  "22P03": "bad-literal",
  "40001": "retry",
  "40P01": "retry",
  "55P03": "throttle",
  "57014": "throttle",
  "57P01": "pg-down",
  "57P02": "pg-down",
  "57P03": "pg-down",
  // A driver whose connection ended in a transaction of ours.
  "25P03": "pg-down",
  "25P04": "throttle",
};

/** By class: connection, resources, and names, types and privileges. */
const BY_CLASS: Record<string, FailureReason> = { "08": "pg-down", "42": "schema-drift", "53": "throttle" };

/** No statement gets through: there is no connection, or the transaction is over. */
const NOTHING_GOES = /^(08|25|28|3D|53300|57P)/;

/** Conditions that mostly concern a statement whatever its data: names, privileges, resources, limits of time. */
const WHATEVER_THE_DATA = /^(3F|40|42|53|55|57|58)/;

/** What an error of PostgreSQL's means for a document that was being written, or deleted. */
export function reasonOf(error: PostgresError, deleting = false): FailureReason {
  const { sqlstate, constraint, table } = error;
  // Of a table's own key there is no conflict left to report: the statement resolves it. In `id_map` another id has the key.
  if (sqlstate === "23505" && (constraint?.endsWith("_pkey") || table === "id_map")) return "id-conflict";
  if (sqlstate === "23503" && deleting) return "still-referenced";
  return BY_CODE[sqlstate] ?? BY_CLASS[sqlstate.slice(0, 2)] ?? "other";
}

/** Whether a document that was refused so says anything of others: without a connection none can be written. A function may raise what it likes. */
export const isHopeless = (error: PostgresError): boolean => NOTHING_GOES.test(error.sqlstate) && !isRaised(error);

/** Whether others are likely to be refused for the same. */
export const isCommon = (error: PostgresError): boolean => WHATEVER_THE_DATA.test(error.sqlstate) && !isRaised(error);

/** Whether half as much at once may succeed: PostgreSQL has no memory left, or no room for locks. */
export const isTooMuch = ({ sqlstate }: PostgresError): boolean => sqlstate === "53200";

/** Whether the same again may succeed at once: serialization failures and deadlocks. */
export const isTransient = ({ sqlstate }: PostgresError): boolean => sqlstate === "40001" || sqlstate === "40P01";
