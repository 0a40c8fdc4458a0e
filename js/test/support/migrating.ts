import { compile, equalDocuments, migrate, type Lookups, type Mapping, type Plan, type TableInput } from "rowlens";
import { expect } from "vitest";
import type { Session } from "../../src/database/session.ts";

/** A database of one's own that holds nothing else. */
export interface Target {
  session: Session;
  /** Any number of statements, as a script. */
  exec(sql: string): Promise<unknown>;
}

export type Documents = Record<string, readonly Uint8Array[]>;

const ID_MAP = "CREATE TABLE IF NOT EXISTS id_map (collection text NOT NULL, mongo_id text NOT NULL, pg_id text NOT NULL, PRIMARY KEY (collection, mongo_id), UNIQUE (collection, pg_id));";

/** Those answers of `id_map` that a plan asks for. */
function asked(plan: Plan, lookups: Lookups): { lookups?: Lookups } {
  const looksUp = (name: string): boolean => plan.description.some((one) => one.name === name) && plan.collection(name).neededLookups({ _id: "any" }).some(([of]) => of === name);
  const list = lookups.filter(([name]) => looksUp(name));
  return list.length === 0 ? {} : { lookups: list };
}

/** The tables of a mapping with these documents in them, and nothing else; with answers, `id_map` too. */
export async function fill(target: Target, plan: Plan, documents: Documents, lookups: Lookups = []): Promise<void> {
  await target.exec(`DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA public; ${plan.ddl()} ${lookups.length > 0 ? ID_MAP : ""}`);
  for (const parameters of lookups) await target.session.query({ text: "INSERT INTO id_map VALUES ($1, $2, $3)", parameters: [...parameters] });
  await target.session.transaction(async (session) => {
    for (const [name, list] of Object.entries(documents)) {
      for (const table of plan.collection(name).toRows(list, asked(plan, lookups)).tables) if (table.count > 0) await session.copyIn(table.sql.copyIn, [table.copyBinary()]);
    }
  });
}

/** The documents of a collection, as the plan reads them. */
export async function read(target: Target, plan: Plan, name: string, lookups: Lookups = []): ReturnType<typeof readAll> {
  return readAll(target, plan, name, lookups);
}

async function readAll(target: Target, plan: Plan, name: string, lookups: Lookups): Promise<{ documents: Uint8Array[]; codes: string[] }> {
  const collection = plan.collection(name);
  const tables = plan.description.find((one) => one.name === name)?.tables ?? [];
  const input: Record<string, TableInput> = {};
  for (const [index, table] of tables.entries()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of target.session.copyOut(collection.sql[index]?.copyOut as string)) chunks.push(chunk);
    input[table.name] = { copyBinary: new Uint8Array(Buffer.concat(chunks)) };
  }
  const { documents, issues } = collection.toDocuments(input, asked(plan, lookups));
  return { documents: [...documents], codes: [...new Set(issues.map((issue) => `${issue.code} ${issue.path}`))] };
}

/** What is in the tables, row by row: columns by name, as text (JSON as jsonb has it). */
async function contents(target: Target): Promise<string[]> {
  const tables = await target.session.query({
    text: `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name,
      'ARRAY[' || string_agg(quote_ident(column_name) || CASE data_type WHEN 'json' THEN '::jsonb' ELSE '' END || '::text', ', ' ORDER BY column_name) || ']::text' AS row
      FROM information_schema.columns WHERE table_schema IN ('public', 'other') GROUP BY table_schema, table_name`,
    parameters: [],
  });
  const rows: string[] = [];
  for (const { name, row } of tables) for (const found of await target.session.query({ text: `SELECT ${row as string} AS row FROM ${name as string}`, parameters: [] })) rows.push(`${name as string} ${found.row as string}`);
  return rows.sort();
}

/** Columns, constraints, indexes, types: the form of everything, but for the order of columns. */
async function form(target: Target): Promise<string[]> {
  const rows = await target.session.query({
    text: `SELECT concat_ws(' ', table_schema, table_name, column_name, data_type, udt_name, is_nullable, character_maximum_length, numeric_precision, numeric_scale, datetime_precision) AS line FROM information_schema.columns WHERE table_schema IN ('public', 'other')
      UNION ALL SELECT concat_ws(' ', conrelid::regclass::text, contype, CASE WHEN contype = 'f' AND condeferrable THEN conname END, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'other')) AND contype <> 'n'
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'other') AND indexname !~ 'pkey[0-9]*$'
      UNION ALL SELECT concat_ws(' ', typnamespace::regnamespace, typname, string_agg(enumlabel, ',' ORDER BY enumsortorder)) FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid GROUP BY typnamespace, typname`,
    parameters: [],
  });
  return rows.map((row) => row.line as string).sort();
}

/** Runs the SQL from one mapping to the other in one transaction. */
export async function run(target: Target, from: Plan, to: Plan): Promise<void> {
  await target.exec("BEGIN");
  try {
    await target.exec(migrate(from, to).sql);
    await target.exec("COMMIT");
  } catch (error) {
    await target.exec("ROLLBACK");
    throw error;
  }
}

/** What `id_map` says, by the old mapping's names, and which of these are others in the new one. */
export interface Answers {
  lookups: Lookups;
  names?: Record<string, string>;
}

/**
 * The law: the new plan reads what the old one read. And more than that: tables have the form and the rows that the new mapping gives them
 * where it writes the documents itself.
 */
export async function expectMoved(target: Target, from: Mapping, to: Mapping, documents: Documents, { lookups, names = {} }: Answers = { lookups: [] }): Promise<void> {
  const [old, plan] = [compile(from), compile(to)];
  const renamed = (name: string): string => names[name] ?? name;
  const [now, answers] = [Object.fromEntries(Object.entries(documents).map(([name, list]) => [renamed(name), list])), lookups.map(([name, id, key]) => [renamed(name), id, key] as const)];
  await fill(target, plan, now, answers);
  const wanted = { form: await form(target), contents: await contents(target) };
  await fill(target, old, documents, lookups);
  await run(target, old, plan);
  for (const [name, list] of Object.entries(now)) {
    const collection = plan.collection(name);
    const keyOf = (document: Uint8Array): string => String(collection.keyOf(document, asked(plan, answers)));
    const before = new Map(list.map((document) => [keyOf(document), document]));
    const after = await read(target, plan, name, answers);
    expect(after.codes).toEqual([]);
    expect(after.documents.length).toBe(before.size);
    for (const document of after.documents) expect(equalDocuments(before.get(keyOf(document)) as Uint8Array, document)).toBe(true);
  }
  expect(await form(target)).toEqual(wanted.form);
  expect(await contents(target)).toEqual(wanted.contents);
}
