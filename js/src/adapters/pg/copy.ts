import type { Readable } from "node:stream";
import { peer } from "../../database/peer.ts";
import { translated } from "../../database/postgres-error.ts";
import type { PgClient } from "./client.ts";
import { ignore } from "./lost.ts";
import { asOurs } from "./pipeline.ts";

type Streams = typeof import("pg-copy-streams");

/** It is CommonJS, and of its older versions not every export can be seen from outside. */
const streams = async (): Promise<Streams> => copyStreams(await peer("pg-copy-streams", "COPY over `pg`", () => import("pg-copy-streams")));
/** @internal */
export const copyStreams = (module: Streams | { default: Streams }): Streams => ("from" in module ? module : module.default);

/** node-postgres has words of its own for some of what goes wrong. */
const ours = <T>(work: () => Promise<T>): Promise<T> => translated(() => work().catch((error: unknown) => Promise.reject(error instanceof Error ? asOurs(error) : error)));

/** COPY in on that connection. @internal */
export async function copyFrom(client: PgClient, text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const { from } = await streams();
  // Not above: `rowlens/drizzle` loads this file in browsers too, for PGlite.
  const [stream, { pipeline }] = await Promise.all([import("node:stream"), import("node:stream/promises")]);
  await ours(() => pipeline(stream.Readable.from(chunks), client.query(from(text))));
}

/**
 * COPY out on that connection. PostgreSQL sends all of it, whoever still reads: where the iteration ends early the rest is read and
 * dropped (`drain`), so that the connection can go on, or else the connection is to be thrown away.
 * @internal
 */
export async function* copyTo(client: PgClient, text: string, drain: boolean): AsyncGenerator<Uint8Array> {
  const { to } = await streams();
  const stream: Readable = client.query(to(text));
  client.on("error", ignore);
  let early = true;
  const next = async (chunks: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> => {
    try {
      return await ours(() => chunks.next());
    } catch (error) {
      // PostgreSQL has ended it: there is no rest.
      early = false;
      throw error;
    }
  };
  try {
    const chunks = stream.iterator({ destroyOnReturn: false });
    for (let found = await next(chunks); found.done !== true; found = await next(chunks)) yield found.value as Uint8Array;
    early = false;
  } finally {
    if (early && drain) for await (const dropped of stream) void dropped;
    client.removeListener("error", ignore);
  }
}
