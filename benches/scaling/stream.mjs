// @ts-check
import { source } from "../source.mjs";

/**
 * Streams documents through both directions in batches of about `batchBytes`, as a backfill and its verification do, and calls `at`
 * after each batch with how many documents have passed. One in fifty needs its complement. Nothing of a batch is kept.
 * @param {{ documents: number, batchBytes: number, kind?: string, at: (done: number) => void }} options
 */
export function stream({ documents, batchBytes, kind = "payments", at }) {
  const clean = source(kind, 5000);
  const odd = source("payments-odd", 100);
  const { collection } = clean;
  /** @type {Uint8Array[]} */
  const pool = clean.documents.map((document, index) => (kind === "payments" && index % 50 === 0 ? /** @type {Uint8Array} */ (odd.documents[index / 50]) : document));
  let done = 0;
  let next = 0;
  while (done < documents) {
    const parts = [];
    for (let bytes = 0; bytes < batchBytes && done + parts.length < documents; next = (next + 1) % pool.length) {
      const document = /** @type {Uint8Array} */ (pool[next]);
      parts.push(document);
      bytes += document.length;
    }
    const rows = collection.toRows(Buffer.concat(parts), { copy: false });
    const copies = Object.fromEntries(rows.tables.map((table) => [table.name, { copyBinary: table.copyBinary() }]));
    const back = collection.toDocuments(copies);
    if (rows.accepted !== parts.length || back.count !== parts.length) throw new Error(`${parts.length} documents became ${rows.accepted} and ${back.count}`);
    done += parts.length;
    at(done);
  }
}
