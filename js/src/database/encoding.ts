import { RowlensError } from "../core/rowlens-error.ts";
import type { Session } from "./session.ts";
import { plain } from "./transaction-sql.ts";

/** What a connection takes texts to be. @internal */
export const ENCODING = plain("SELECT current_setting('client_encoding') AS encoding");

/**
 * Drivers send UTF-8, whatever PostgreSQL was told to take it for: in another encoding other texts would be stored than were sent, digests over
 * the same connection would agree with them, and what is read would be other texts again.
 * @throws RowlensError `client-encoding`
 * @internal
 */
export function refuseOtherEncodings(encoding: unknown): void {
  if (typeof encoding !== "string" || /^utf-?8$/i.test(encoding)) return;
  throw new RowlensError("client-encoding", `the connection's client_encoding is \`${encoding}\`, and what is sent is UTF-8: \`SET client_encoding = 'UTF8'\`, or do not set it`);
}

/** A session of whose connection it is asked before each call. What its transactions hand out has been asked for with them. @internal */
export function inUtf8(session: Session, refuse: () => Promise<void>): Session {
  const first = async <T>(work: () => Promise<T>): Promise<T> => {
    await refuse();
    return work();
  };
  return {
    ...session,
    query: (statement) => (statement.anyEncoding === true ? session.query(statement) : first(() => session.query(statement))),
    pipeline: (statements) => first(() => session.pipeline(statements)),
    atomic: (statements) => first(() => session.atomic(statements)),
    transaction: (work) => first(() => session.transaction(work)),
    isolated: (groups) => first(() => session.isolated(groups)),
    copyIn: (text, chunks) => first(() => session.copyIn(text, chunks)),
    async *copyOut(text) {
      await refuse();
      yield* session.copyOut(text);
    },
  };
}
