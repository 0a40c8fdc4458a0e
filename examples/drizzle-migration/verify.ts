import type { Pool } from "pg";
import { equalDocuments, pgTextTypes, splitBson, type TableInput } from "rowlens";
import { collection } from "./collection.ts";
import { eachBatch } from "./dump.ts";

export interface Verification {
  documents: number;
  identical: number;
  /** Keys of documents that come back differently, or not at all. */
  differing: string[];
}

/** Reads the rows back, makes documents of them, and compares these with the dump's. */
export async function verify(pool: Pool, file: string): Promise<Verification> {
  const report: Verification = { documents: 0, identical: 0, differing: [] };
  await eachBatch(file, async ({ bson }) => {
    const originals = new Map(splitBson(bson).map((document) => [collection.keyOf(document), document]));
    const stored = await read(pool, [...originals.keys()]);
    for (const [key, original] of originals) {
      const document = stored.get(key);
      report.documents += 1;
      if (document !== undefined && equalDocuments(original, document)) report.identical += 1;
      else report.differing.push(key);
    }
  });
  return report;
}

/** Documents of rows, by key. Not through Drizzle's modes: as PostgreSQL's own text nothing can be lost on the way. */
async function read(pool: Pool, keys: string[]): Promise<Map<string, Uint8Array>> {
  const tables: Record<string, TableInput> = {};
  const roots: string[] = [];
  for (const [index, table] of collection.tables.entries()) {
    const { rows } = await pool.query({ text: collection.sql[index]!.selectMany, values: [keys], types: pgTextTypes });
    tables[table.name] = { objects: rows, json: "text" };
    if (index === 0) roots.push(...rows.map((row) => row[table.key[0]!]));
  }
  const { documents } = collection.toDocuments(tables);
  return new Map(roots.map((key, index) => [key, documents[index]!]));
}
