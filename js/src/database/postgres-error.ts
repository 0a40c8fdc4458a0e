import { RowlensError } from "../core/rowlens-error.ts";

/** Where in the database something was refused. */
export interface PostgresErrorPlace {
  /** Constraint or unique index that was violated. */
  readonly constraint?: string;
  /** Table without its schema. */
  readonly table?: string;
  /** Column of that table. */
  readonly column?: string;
  /** The table's schema. */
  readonly schema?: string;
}

/**
 * PostgreSQL refused a statement, or cannot be reached. It says which condition and where, and no values: PostgreSQL's own message
 * and detail quote values of rows, and functions of the database raise what they like, so texts are passed on only for conditions of
 * PostgreSQL's own whose texts cannot.
 * @example
 * try { await db.apply("payments", document); } catch (error) {
 *   if (error instanceof PostgresError && error.sqlstate === "42501") grant();
 * }
 */
export class PostgresError extends RowlensError {
  /** PostgreSQL's five characters; `08006` for a connection that was lost or never came about. */
  readonly sqlstate: string;
  /** Constraint or unique index that was violated. */
  readonly constraint: string | undefined;
  /** Table without its schema. */
  readonly table: string | undefined;
  /** Column of that table. */
  readonly column: string | undefined;
  /** The table's schema. */
  readonly schema: string | undefined;

  constructor(sqlstate: string, message: string, place: PostgresErrorPlace = {}) {
    super("postgres-error", message);
    this.name = "PostgresError";
    this.sqlstate = sqlstate;
    this.constraint = place.constraint;
    this.table = place.table;
    this.column = place.column;
    this.schema = place.schema;
  }

  /** The error of a driver as one of ours; whatever is no error of PostgreSQL's stays as it is. */
  static of(thrown: unknown): unknown {
    if (RowlensError.is(thrown) || typeof thrown !== "object" || thrown === null) return thrown;
    const error = thrown as DriverError;
    if (typeof error.code === "string" && isSqlstate(error.code, error)) {
      const place = placeOf(error);
      const ours = new PostgresError(error.code, `PostgreSQL refused a statement: ${reasonOf(error.code, error, place)} (${error.code})`, place);
      if (inFunction(error)) raised.add(ours);
      return ours;
    }
    if (isLost(error)) return new PostgresError("08006", `PostgreSQL cannot be reached: ${error.message === "" ? String(error.code) : error.message}; see that it runs and takes connections`);
    return thrown;
  }
}

const raised = new WeakSet<object>();

/** Whether a function of the database (a trigger, a check) was at work: what it raises may be any condition, and says nothing of the connection. @internal */
export const isRaised = (error: PostgresError): boolean => raised.has(error);

/** What a driver does, with its errors as ours. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw PostgresError.of(error);
  }
}

/** Errors of `pg`, PGlite and `postgres`, which has names of its own. */
interface DriverError {
  code?: unknown;
  message: string;
  constraint?: string;
  table?: string;
  column?: string;
  schema?: string;
  constraint_name?: string;
  table_name?: string;
  column_name?: string;
  schema_name?: string;
  /** Only what PostgreSQL itself sent has it. */
  severity?: unknown;
  /** What was going on: functions and the statements in them. */
  where?: string;
  /** The place in PostgreSQL's own source. */
  routine?: string;
  /** Several addresses of one host. */
  errors?: unknown[];
}

/** Not `EPIPE`: PostgreSQL's classes with letters are few. */
const SQLSTATE = /^(?:\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;
/** Functions may raise codes of their own (`RAISE … USING ERRCODE = 'PAY01'`). */
const ANY_SQLSTATE = /^[0-9A-Z]{5}$/;

const isSqlstate = (code: string, error: DriverError): boolean => SQLSTATE.test(code) || (ANY_SQLSTATE.test(code) && typeof error.severity === "string");

/** Node's names of what ails a socket, and those of `postgres`. */
const LOST = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOENT|EACCES|ENOTFOUND|EAI_AGAIN|EHOST\w+|ENET\w+|CONNECTION_\w+|CONNECT_TIMEOUT)$/;
/** `pg` and PGlite have no codes for it. */
const LOST_SAYS = /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|PGlite is closed|Cannot use a pool after calling end)/;

const isLost = (error: DriverError): boolean => (typeof error.code === "string" && LOST.test(error.code)) || (typeof error.message === "string" && LOST_SAYS.test(error.message));

function placeOf(error: DriverError): PostgresErrorPlace {
  const place = { constraint: error.constraint ?? error.constraint_name, table: error.table ?? error.table_name, column: error.column ?? error.column_name, schema: error.schema ?? error.schema_name };
  return Object.fromEntries(Object.entries(place).filter(([, name]) => name !== undefined)) as PostgresErrorPlace;
}

/** Texts of these classes name objects of the schema, settings and processes, and never values: connection, permission, syntax and names, resources, limits, state, operator. */
const TELLING = /^(08|0A|25|28|3D|3F|40|42|53|54|55|57|58|XX)/;

/** Where these stop a function, what they say is PostgreSQL's own all the same: a timeout, a deadlock. */
const OWN_WORDS = new Set(["ProcessInterrupts", "DeadLockReport"]);

const inFunction = ({ where, routine }: DriverError): boolean => where !== undefined && where !== "" && !OWN_WORDS.has(routine ?? "");

function reasonOf(sqlstate: string, error: DriverError, place: PostgresErrorPlace): string {
  if (!inFunction(error) && TELLING.test(sqlstate)) return error.message;
  const at = [place.constraint && `constraint \`${place.constraint}\``, place.table && `table \`${place.schema === undefined ? "" : `${place.schema}.`}${place.table}\``, place.column && `column \`${place.column}\``].filter((part) => part !== undefined && part !== "");
  return `${CONDITIONS[sqlstate] ?? CONDITIONS[sqlstate.slice(0, 2)] ?? "it raised an error"}${at.length === 0 ? "" : `, ${at.join(", ")}`}`;
}

/** PostgreSQL's condition names for what data can do, by code and by class. */
const CONDITIONS: Record<string, string> = {
  "23502": "not-null violation",
  "23503": "foreign key violation",
  "23505": "unique violation",
  "23514": "check violation",
  "23P01": "exclusion violation",
  "22003": "numeric value out of range",
  "22007": "invalid datetime format",
  "22008": "datetime field overflow",
  "22021": "character not in repertoire",
  "22P02": "invalid text representation",
  "22P03": "invalid binary representation",
  "22P05": "untranslatable character",
  "40001": "serialization failure",
  "40P01": "deadlock",
  "42501": "insufficient privilege",
  "55P03": "lock not available",
  "57014": "query canceled",
  "08": "connection exception",
  "22": "data exception",
  "23": "integrity constraint violation",
  "40": "transaction rollback",
  "42": "syntax error or access rule violation",
  "53": "insufficient resources",
  "54": "program limit exceeded",
  "57": "operator intervention",
  P0: "a function raised it",
};
