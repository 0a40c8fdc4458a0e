/** A column of a result. @internal */
export interface Field {
  readonly name: string;
  readonly type: number;
}

/** A statement that a connection has prepared. @internal */
export interface Prepared {
  readonly text: string;
  /** Its result's columns; known after it ran once. */
  fields: readonly Field[] | undefined;
}

/** By connection, since that is where a prepared statement lives. */
const byConnection = new WeakMap<object, Map<string, Prepared>>();

/** What we have prepared on a connection, by name. @internal */
export function preparedOn(connection: object): Map<string, Prepared> {
  const known = byConnection.get(connection) ?? new Map<string, Prepared>();
  byConnection.set(connection, known);
  return known;
}
