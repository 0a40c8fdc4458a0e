import type { Collection } from "../core/collection.ts";
import type { Documents } from "../core/documents.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { PostgresError } from "./postgres-error.ts";
import type { ReadOptions } from "./read.ts";
import { RecordReader } from "./record-reader.ts";
import type { Session } from "./session.ts";
import { sqlPlan } from "../wasm/sql.ts";

/** Options of a stream. */
export interface StreamOptions extends ReadOptions {
  /** How large the rows of a batch are, about, in bytes. Default 1 MiB. */
  bytes?: number;
}

/** All documents of a collection in the order of their keys, by one COPY and so of one snapshot; memory stays the same however many there are. */
export async function* streamDocuments(session: Session, collection: Collection, options: StreamOptions = {}): AsyncGenerator<Documents> {
  const least = options.bytes ?? 1 << 20;
  const { plan, index } = collection.inner;
  const reader = new RecordReader(collection);
  try {
    let any = false;
    for await (const bytes of rowsOf(session, collection, sqlPlan(plan).stream_statement(index) as string)) {
      any = true;
      // A driver may give all there is at once.
      for (let at = 0; at < bytes.length; at += least) {
        reader.pushCopy(bytes.subarray(at, at + least));
        if (reader.whole < least) continue;
        const documents = reader.documents(true, options.lookups);
        reader.records.drop_whole();
        yield documents;
      }
    }
    if (!reader.records.finish() && any) throw new RowlensError("stream-truncated", `the stream of \`${collection.name}\` was cut off; begin it again`);
    if (reader.whole > 0) yield reader.documents(true, options.lookups);
  } finally {
    reader.free();
  }
}

async function* rowsOf(session: Session, collection: Collection, text: string): AsyncGenerator<Uint8Array> {
  try {
    yield* session.copyOut(text);
  } catch (error) {
    if (!(error instanceof PostgresError) || error.sqlstate !== INDETERMINATE_COLLATION) throw error;
    throw new RowlensError("schema-drift", `the key's columns in the tables of \`${collection.name}\` have different collations, so that their rows have no common order; give them the same (\`checkDatabase\` says which)`);
  }
}

const INDETERMINATE_COLLATION = "42P22";
