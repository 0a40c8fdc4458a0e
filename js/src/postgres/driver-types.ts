/**
 * For the `types` of a `pg` Client, Pool or query: every value comes as PostgreSQL's own text, exactly. Read such rows back with
 * `json: "text"`.
 * @example
 * const client = new pg.Client({ connectionString, types: pgTextTypes });
 * const { rows } = await client.query("SELECT * FROM payments WHERE id = $1", [id]);
 * payments.toDocuments({ payments: { objects: rows, json: "text" } });
 */
export const pgTextTypes: { getTypeParser(): (text: string) => string } = { getTypeParser: () => (text) => text };

/** The types whose values `postgres` changes on the way: numbers, JSON, booleans, dates, bytes. */
const CHANGED = [16, 17, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 3802];

/**
 * For the `types` of `postgres`: values go and come as PostgreSQL's own text, exactly. Send `parameters("text")`; read rows back
 * with `json: "text"`. Arrays still come as arrays, of texts.
 * @example
 * const sql = postgres(url, { types: postgresTextTypes });
 * await sql.unsafe("INSERT INTO payments VALUES ($1, $2, $3)", rows.tables[0].parameters("text")[0]);
 */
export const postgresTextTypes: { rowlens: { to: number; from: number[]; serialize(value: unknown): string; parse(text: string): string } } = {
  rowlens: { to: 25, from: CHANGED, serialize: (value) => String(value), parse: (text) => text },
};
