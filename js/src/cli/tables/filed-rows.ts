import { stat } from "node:fs/promises";
import type { Collection, TableInput } from "../../core/collection.ts";
import type { CollectionDescription } from "../../core/description.ts";
import type { Plan } from "../../core/plan.ts";
import { CliError } from "../exit.ts";
import { BATCH_BYTES } from "../input/batch.ts";
import { readTuples } from "./read-tuples.ts";
import type { TableFile } from "./table-files.ts";
import { TupleQueue } from "./tuple-queue.ts";

/** Rows of whole documents. */
export interface RowBatch {
  collection: Collection;
  input: Record<string, TableInput>;
}

/** Up to so many bytes, rows are read at once and may be in any order. */
const AT_ONCE = 64 << 20;

/** Rows of files, one file per table. */
export async function* filedRows(found: { collection: CollectionDescription; files: readonly TableFile[] }, plan: Plan, read: (bytes: number) => void): AsyncGenerator<RowBatch> {
  const collection = plan.collection(found.collection.name);
  const size = found.files.reduce((sum, file) => sum + file.size, 0);
  for await (const input of size <= AT_ONCE ? together(found.files, read) : inOrder(found.files, read)) yield { collection, input };
}

/** Bytes on disk; undefined where they tell little, as for gzip and folders. */
export async function sizeOf(paths: readonly string[]): Promise<number | undefined> {
  let sum = 0;
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info?.isFile() !== true) return undefined;
    sum += info.size;
  }
  return sum;
}

/** All rows in one batch. */
async function* together(files: readonly TableFile[], read: (bytes: number) => void): AsyncGenerator<Record<string, TableInput>> {
  const input: Record<string, TableInput> = {};
  for (const file of files) {
    const parts: Uint8Array[] = [];
    for await (const tuples of readTuples(file, read)) parts.push(tuples);
    input[file.table.name] = { tuples: Buffer.concat(parts) };
  }
  yield input;
}

/** Rows of about a megabyte of the root table at a time, with those of the other tables that belong to them: all in one order. */
async function* inOrder(files: readonly TableFile[], read: (bytes: number) => void): AsyncGenerator<Record<string, TableInput>> {
  const queues = files.map((file) => ({ file, queue: new TupleQueue(readTuples(file, read), keyColumn(file)) }));
  const root = queues.find(({ file }) => file.table.parent === null);
  const children = queues.filter((one) => one !== root);
  for (let batch = await root?.queue.take(BATCH_BYTES); batch !== undefined; batch = await root?.queue.take(BATCH_BYTES)) {
    const input: Record<string, TableInput> = { [root?.file.table.name as string]: { tuples: batch.tuples } };
    for (const { file, queue } of children) input[file.table.name] = { tuples: await queue.takeOf(batch.keys) };
    yield input;
  }
  for (const { file, queue } of children) {
    if (await queue.empty()) continue;
    throw new CliError("rows-out-of-order", `\`${file.path}\` has rows that are not in the order of \`${root?.file.path}\`, or that have no parent there; the documents given are not complete`, {
      help: `files of more than ${AT_ONCE >> 20} MB in all are read side by side: write every table ordered by the document's key`,
    });
  }
}

/** The column that holds the key of the document: the root's own, or the first of those that repeat the parent's. */
function keyColumn({ table }: TableFile): number {
  return table.columns.findIndex((column) => (table.parent === null ? column.name === table.key[0] : column.source === "parentKey"));
}
