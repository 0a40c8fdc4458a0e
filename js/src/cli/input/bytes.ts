import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { CliError } from "../exit.ts";

/** Bytes of a file or of stdin, as they come, unpacked where they are gzip. */
export interface ByteSource {
  /** As messages name it. */
  name: string;
  /** Bytes on disk; undefined for stdin. */
  size: number | undefined;
  chunks: AsyncIterable<Buffer>;
}

const CHUNK = 1 << 18;

/** Opens `path` (`-`: stdin). `read(n)` is told how many bytes came from the disk, packed or not. */
export async function openBytes(path: string, read: (bytes: number) => void = () => {}): Promise<ByteSource> {
  if (path === "-") return { name: "stdin", size: undefined, chunks: unpack("stdin", process.stdin as AsyncIterable<Buffer>, read) };
  let size: number;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new CliError("file-unreadable", `\`${path}\` is a directory`);
    // A pipe or device has no size to show progress against.
    size = found.size;
    return { name: path, size: found.isFile() ? size : undefined, chunks: unpack(path, createReadStream(path, { highWaterMark: CHUNK }), read) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* unpack(name: string, raw: AsyncIterable<Buffer>, read: (bytes: number) => void): AsyncGenerator<Buffer> {
  const iterator = raw[Symbol.asyncIterator]();
  const counted = async function* (first: Buffer | undefined): AsyncGenerator<Buffer> {
    for (let chunk = first; chunk !== undefined; chunk = await next(iterator, name)) {
      read(chunk.length);
      yield chunk;
    }
  };
  let first = await next(iterator, name);
  // Two bytes tell gzip; a pipe may bring them one by one.
  while (first !== undefined && first.length < 2) {
    const more = await next(iterator, name);
    if (more === undefined) break;
    first = Buffer.concat([first, more]);
  }
  if (first?.[0] === 0x1f && first[1] === 0x8b) yield* gunzip(name, counted(first));
  else yield* counted(first);
}

async function* gunzip(name: string, packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  let failed: unknown;
  const feed = (async () => {
    for await (const chunk of packed) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) await new Promise<void>((resolve) => gunzip.once("drain", resolve).once("close", resolve));
    }
    gunzip.end();
  })().catch((error: unknown) => {
    failed = error;
    gunzip.destroy();
  });
  let unpacked = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      yield chunk;
    }
    await feed;
  } catch (error) {
    if (failed !== undefined) throw failed;
    const cut = (error as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
    throw new CliError("gzip-invalid", `\`${name}\` is ${cut ? "cut off" : "damaged"}: its gzip data ${cut ? "ends early" : "cannot be unpacked"}, after ${unpacked} unpacked bytes`, { help: "make or copy the file again" });
  } finally {
    gunzip.destroy();
  }
  if (failed !== undefined) throw failed;
}

async function next(iterator: AsyncIterator<Buffer>, name: string): Promise<Buffer | undefined> {
  try {
    const { done, value } = await iterator.next();
    return done ? undefined : value;
  } catch (error) {
    throw unreadable(name, error);
  }
}

const REASONS: Record<string, string> = { ENOENT: "there is no such file", EACCES: "permission denied", EPERM: "permission denied", EISDIR: "it is a directory", ENOTDIR: "a part of the path is no directory" };

/** The error of the file system, in words. */
export function unreadable(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof CliError || code === undefined) return error;
  return new CliError("file-unreadable", `cannot read \`${path}\`: ${REASONS[code] ?? (error as Error).message}`);
}
