import { tuplesOf } from "../../core/collection.ts";
import { RowlensError } from "../../core/rowlens-error.ts";
import { columnTypes } from "../../core/rows.ts";
import { CliError } from "../exit.ts";
import { BATCH_BYTES } from "../input/batch.ts";
import { openBytes } from "../input/bytes.ts";
import { rowObjects } from "./row-json.ts";
import type { TableFile } from "./table-files.ts";

/** Tuples of a file of rows, about a megabyte at a time. */
export async function* readTuples(file: TableFile, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const { chunks } = await openBytes(file.path, read);
  if (file.form === "copy-binary") {
    yield* binaryTuples(file, chunks);
    return;
  }
  const types = columnTypes(file.table);
  let first = 1;
  for await (const lines of lineBatches(file.path, chunks)) {
    const tuples = guard(file, first, () =>
      file.form === "copy-text"
        ? tuplesOf(file.table, types, { copyText: `${lines.join("\n")}\n` })
        : tuplesOf(file.table, types, { objects: rowObjects(lines.filter((line) => line.trim() !== ""), file.table), json: "text" }),
    );
    if (tuples.length > 0) yield tuples;
    first += lines.length;
  }
}

/** Names the file, and the line in it. */
function guard<T>(file: TableFile, first: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!RowlensError.is(error) && !(error instanceof SyntaxError)) throw error;
    const message = error.message.replace(/\bline (\d+)/, (_, line: string) => `line ${Number(line) + first - 1}`);
    throw new CliError("rows-invalid", `\`${file.path}\`, from line ${first}: ${message}`, { help: `expected rows of \`${file.table.name}\` in the plan's columns: ${file.table.columns.map((column) => column.name).join(", ")}` });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Lines of a text, about a megabyte at a time. */
export async function* lineBatches(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let pending: Buffer[] = [];
  let size = 0;
  function lines(bytes: Buffer): string[] {
    try {
      return utf8.decode(bytes).split("\n");
    } catch {
      throw new CliError("rows-invalid", `\`${path}\` is not UTF-8`);
    }
  }
  for await (const chunk of chunks) {
    pending.push(chunk);
    size += chunk.length;
    const last = size >= BATCH_BYTES ? chunk.lastIndexOf(10) : -1;
    if (last < 0) continue;
    const bytes = Buffer.concat(pending, size);
    const end = size - chunk.length + last;
    yield lines(bytes.subarray(0, end));
    pending = [bytes.subarray(end + 1)];
    size -= end + 1;
  }
  const rest = Buffer.concat(pending, size);
  if (rest.length > 0) yield lines(rest.at(-1) === 10 ? rest.subarray(0, -1) : rest);
}

const SIGNATURE = Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1");

async function* binaryTuples({ path, table }: TableFile, chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let pending: Buffer = Buffer.alloc(0);
  let offset = 0;
  let begun = false;
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    if (!begun) {
      if (pending.length < 19) continue;
      const head = 19 + pending.readInt32BE(15);
      if (!pending.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new CliError("rows-invalid", `\`${path}\` is not what \`COPY … TO … WITH (FORMAT binary)\` writes`);
      if (pending.length < head) continue;
      pending = pending.subarray(head);
      offset = head;
      begun = true;
    }
    const { end, last } = tuplesEnd(pending, path, table.columns.length, offset);
    if (end > 0) yield pending.subarray(0, end);
    if (last) return;
    pending = pending.subarray(end);
    offset += end;
  }
  throw new CliError("rows-truncated", `\`${path}\` is cut off: there is no end mark after byte ${offset}`, { help: "make or copy the file again" });
}

/** Where the last complete tuple ends, and whether the end mark follows. */
function tuplesEnd(bytes: Buffer, path: string, columns: number, offset: number): { end: number; last: boolean } {
  let end = 0;
  while (end + 2 <= bytes.length) {
    const count = bytes.readInt16BE(end);
    if (count === -1) return { end, last: true };
    if (count !== columns) throw new CliError("rows-invalid", `\`${path}\` has a row of ${count} columns at byte ${offset + end} instead of ${columns}`);
    let at = end + 2;
    for (let index = 0; index < count; index++) {
      if (at + 4 > bytes.length) return { end, last: false };
      at += 4 + Math.max(0, bytes.readInt32BE(at));
    }
    if (at > bytes.length) return { end, last: false };
    end = at;
  }
  return { end, last: false };
}
