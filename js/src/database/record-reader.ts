import type { Collection, Lookups, TableInput } from "../core/collection.ts";
import type { Documents } from "../core/documents.ts";
import type { Issue } from "../core/issue.ts";
import { RowlensError } from "../core/rowlens-error.ts";
import { utf8 } from "../postgres/text.ts";
import { eachField } from "../postgres/tuples.ts";
import { copyOf } from "../wasm/copy.ts";
import { view, wasm, type WasmRecords } from "../wasm/handle.ts";
import type { ResultRow } from "./session.ts";

/** Bytes of rows that are put together at once: rows, their tuples and the documents are in WebAssembly's memory, which has 4 GB, together. */
const MOST = 256 * 1024 * 1024;

/** Takes records as PostgreSQL sends them, and has them as tuples. Its memory is WebAssembly's: free it. */
export class RecordReader {
  readonly #collection: Collection;
  readonly records: WasmRecords;
  #taken = 0;

  constructor(collection: Collection) {
    const { plan, index } = collection.inner;
    this.#collection = collection;
    this.records = new (wasm().Records)(plan as never, index);
  }

  /** Takes the row that the statement of `readStatement` gives. */
  append(row: ResultRow | undefined): void {
    const tables = Array.from({ length: this.#collection.tables.length + 1 }, (_, table) => row?.[`t${table}`]);
    for (const bytes of tables) this.#taken += bytes instanceof Uint8Array ? bytes.length : 0;
    if (this.#taken > MOST) throw new RowlensError("result-too-large", "the rows of these documents are more than 256 MB: read fewer at once, or all of them with `stream`");
    for (const [table, bytes] of tables.entries()) {
      if (!(bytes instanceof Uint8Array)) continue;
      view(this.records.reserve(bytes.length), bytes.length).set(bytes);
      drift(() => this.records.append(table));
    }
  }

  /** Takes the next bytes of a stream. */
  pushCopy(bytes: Uint8Array): void {
    view(this.records.reserve(bytes.length), bytes.length).set(bytes);
    drift(() => this.records.push_copy());
  }

  /** How many bytes of tuples of whole aggregates of the stream there are. */
  get whole(): number {
    return this.#collection.tables.reduce((sum, _, table) => sum + this.records.tuples_len(table, true), 0);
  }

  /** Documents of all that is there, or of the stream's whole aggregates; answers of `id_map` that came with them count beside those given. */
  documents(whole: boolean, given: Lookups | undefined): Documents {
    const input: Record<string, TableInput> = {};
    this.#collection.tables.forEach(({ name }, table) => {
      input[name] = { tuples: view(this.records.tuples_ptr(table), this.records.tuples_len(table, whole)) };
    });
    return this.#collection.toDocuments(input, this.#collection.inner.looksUp ? { lookups: [...this.#lookups(whole), ...(given ?? [])] } : {});
  }

  /** What `id_map` says, each id once. */
  #lookups(whole: boolean): Lookups {
    const last = this.#collection.tables.length;
    const tuples = copyOf(view(this.records.tuples_ptr(last), this.records.tuples_len(last, whole)));
    const data = new DataView(tuples.buffer);
    const found = new Map<string, [string, string, string]>();
    let row: string[] = [];
    eachField(tuples, (index, start, length) => index > 0 && row.push(utf8(data, start, length)), () => {
      found.set(`${row[0]}\0${row[1]}`, row as [string, string, string]);
      row = [];
    });
    return [...found.values()];
  }

  /** Forgets all rows. */
  clear(): void {
    this.records.clear();
    this.#taken = 0;
  }

  free(): void {
    this.records.free();
  }
}

/** The core throws an issue where a table is not as the mapping says. */
function drift(work: () => void): void {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown;
    const issue = thrown as Issue;
    throw new RowlensError("schema-drift", `${issue.message}; ${issue.help}`, [issue]);
  }
}
