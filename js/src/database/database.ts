import type { Plan } from "../core/plan.ts";
import type { Session } from "./session.ts";

/**
 * A PostgreSQL database as a plan sees it: documents are applied to it, loaded, read back and compared. Each driver has a function
 * that makes one; whichever it is, the same happens.
 *
 * Over a transaction of the caller everything joins it, and the caller commits. Over a pool each call is a transaction of its own.
 * @example
 * import { pgDatabase } from "rowlens/pg";
 * const db = pgDatabase(new pg.Pool(), compile(mapping));
 */
export class Database {
  /** What is mapped. */
  readonly plan: Plan;
  /** The driver's connection, for statements of one's own between rowlens'. */
  readonly session: Session;

  /** For sessions of your own; the adapters' functions make one of a driver's connection. */
  constructor(session: Session, plan: Plan) {
    this.session = session;
    this.plan = plan;
  }
}
