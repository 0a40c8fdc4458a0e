import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { didYouMean } from "../../core/did-you-mean.ts";
import type { Plan } from "../../core/plan.ts";
import { CliError } from "../exit.ts";
import type { Batch } from "./batch.ts";
import { bsonFile } from "./bson-file.ts";
import { openBytes, unreadable } from "./bytes.ts";
import { type Format, formatOfBytes, formatOfName } from "./format.ts";
import { jsonBatches } from "./json-batches.ts";

/** A file of documents and the collection they are of. */
export interface Source {
  path: string;
  collection: string;
  /** Bytes on disk; undefined where that cannot be known. */
  size: number | undefined;
}

/** The files that the arguments name: themselves, or in a directory everything that holds documents of a known collection. */
export async function findSources(paths: readonly string[], plan: Plan, collection: string | undefined, skip: (message: string) => void): Promise<Source[]> {
  if (collection !== undefined) plan.collection(collection);
  const known = plan.description.map((one) => one.name);
  const sources: Source[] = [];
  for (const path of paths) {
    if (path === "-") {
      sources.push({ path, collection: collection ?? only(known, "stdin"), size: undefined });
      continue;
    }
    const info = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (!info.isDirectory()) {
      sources.push({ path, collection: collection ?? (known.includes(stem(path)) ? stem(path) : only(known, path)), size: info.isFile() ? info.size : undefined });
      continue;
    }
    const names = (await readdir(path)).sort().filter((name) => formatOfName(name) !== undefined && !/\.metadata\.json(?:\.gz)?$|^prelude\.json/.test(name));
    const before = sources.length;
    for (const name of names) {
      const here = join(path, name);
      if (collection !== undefined || known.includes(stem(name))) sources.push({ path: here, collection: collection ?? stem(name), size: (await stat(here)).size });
      else skip(`skipped \`${here}\`: the mapping has no collection \`${stem(name)}\``);
    }
    if (sources.length === before) throw new CliError("no-documents", `\`${path}\` has no file of a collection of the mapping`, { help: `it has ${known.map((name) => `\`${name}\``).join(", ")}; files are named like \`${known[0]}.bson\`` });
  }
  return sources;
}

/** `payments.bson.gz` is the collection `payments`, as mongodump names files. */
const stem = (path: string): string => basename(path).replace(/\.gz$/i, "").replace(/\.[a-z]+$/i, "");

function only(known: readonly string[], path: string): string {
  if (known.length === 1) return known[0] as string;
  const near = path === "stdin" ? undefined : didYouMean(stem(path), known);
  throw new CliError("collection-needed", `which collection is \`${path}\` of?`, { help: `say \`--collection ${near ?? "NAME"}\`; the mapping has ${known.map((name) => `\`${name}\``).join(", ")}` });
}

/** Documents of one file, in batches. */
export async function* batches(path: string, format: Format | undefined, read: (bytes: number) => void): AsyncGenerator<Batch> {
  const source = await openBytes(path, read);
  const iterator = source.chunks[Symbol.asyncIterator]();
  const head = await peek(iterator);
  if (head === undefined) return;
  // Asked in any case: a mongodump archive is no BSON, whatever it is called.
  const guess = formatOfBytes(source.name, head);
  const kind = format ?? formatOfName(path) ?? guess;
  const chunks = joined(head, iterator);
  yield* kind === "bson" ? bsonFile(source.name, chunks, guess === "json") : jsonBatches(source.name, chunks, kind === "ndjson");
}

/** The first chunk, at least four bytes where there are so many. */
async function peek(iterator: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  let head: Buffer | undefined;
  while (head === undefined || head.length < 4) {
    const { done, value } = await iterator.next();
    if (done) break;
    head = head === undefined ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

