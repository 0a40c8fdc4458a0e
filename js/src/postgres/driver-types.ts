/**
 * For the `types` of a `pg` Client, Pool or query: every value comes as PostgreSQL's own text, exactly. Read such rows back with
 * `json: "text"`.
 * @example
 * const client = new pg.Client({ connectionString, types: pgTextTypes });
 * const { rows } = await client.query("SELECT * FROM payments WHERE id = $1", [id]);
 * payments.toDocuments({ payments: { objects: rows, json: "text" } });
 */
export const pgTextTypes: { getTypeParser(): (text: string) => string } = { getTypeParser: () => (text) => text };

/** The types whose values drivers change on the way: booleans, bytes, integers, floats, dates, JSON; and arrays of them. */
const CHANGED = [16, 17, 20, 21, 23, 114, 700, 701, 1082, 1114, 1184, 3802];
/** Arrays of any built-in type: PGlite's parser of arrays takes NULL for the text `NULL`. */
const ARRAYS = [199, 1000, 1001, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1115, 1182, 1185, 1231, 2951, 3807];
const same = <T>(value: T): T => value;

/**
 * For the `types` of `postgres`: values go and come as PostgreSQL's own text, exactly. Send `parameters("text")`; read rows back
 * with `json: "text"`. With `fetch_types: false`, because its parser of arrays takes NULL for the text `NULL`.
 * @example
 * const sql = postgres(url, { types: postgresTextTypes, fetch_types: false });
 * await sql.unsafe(rows.tables[0].sql.insert, rows.tables[0].parameters("text")[0]);
 */
export const postgresTextTypes: { rowlens: { to: number; from: number[]; serialize(value: unknown): string; parse(text: string): string } } = {
  rowlens: { to: 25, from: CHANGED, serialize: (value) => String(value), parse: (text) => text },
};

/**
 * For the options of PGlite's `query`: values go and come as they are. Send `parameters()` or `parameters("text")`; read rows back
 * with `json: "text"`.
 * @example
 * const { rows } = await database.query("SELECT * FROM payments", [], pgliteTextTypes);
 */
export const pgliteTextTypes: { parsers: Record<number, (text: string) => string>; serializers: Record<number, <T>(value: T) => T> } = {
  parsers: Object.fromEntries([...CHANGED, ...ARRAYS].map((oid) => [oid, same])),
  // For every type there is: enums have OIDs of their own, and what has no serializer is sent as what its `toString` gives.
  serializers: new Proxy({}, { get: () => same }),
};
